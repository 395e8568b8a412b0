/** The oldest API that has what a container of ours needs: Docker 19.03. */
export const oldestApi = '1.40';
/** The newest API that this was written for. A newer engine is asked to speak this one, while it still does. */
export const newestApi = '1.51';

/** Negative, zero or positive as `a` is older than, the same as or newer than `b`. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

/**
 * The API version to speak with an engine, or null when it is too old.
 * @param offered the newest that the engine speaks
 * @param minimum the oldest that it still speaks
 */
export function chooseApiVersion(offered: string, minimum = '1.0'): string | null {
  if (compareVersions(offered, oldestApi) < 0) return null;
  const wanted = compareVersions(offered, newestApi) < 0 ? offered : newestApi;
  return compareVersions(wanted, minimum) < 0 ? minimum : wanted;
}
