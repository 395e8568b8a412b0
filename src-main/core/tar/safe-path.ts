/** Names that Windows keeps for devices, whatever follows a dot. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/**
 * The steps of an entry's name below the folder that it is unpacked into; none for the folder itself. Null for a
 * name that could lead out of it, or that this system cannot have.
 */
export function safePath(name: string, platform: NodeJS.Platform = process.platform): string[] | null {
  if (name.startsWith('/') || name.includes('\0')) return null;
  const steps = name.split('/').filter((step) => step !== '' && step !== '.');
  for (const step of steps) {
    if (step === '..') return null;
    if (platform === 'win32' && !isWindowsName(step)) return null;
  }
  return steps;
}

/** Backslashes, drives and streams would lead elsewhere; blanks and dots at the end would be cut off. */
function isWindowsName(step: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are just what it looks for.
  return !/[\\:<>"|?*\u0000-\u001f]/.test(step) && !/[ .]$/.test(step) && !devices.test(step);
}

/**
 * Whether a link at these steps stays inside the folder that it is unpacked into. Steps up may only stand at its
 * beginning: what goes up behind another link goes up from wherever that one leads.
 */
export function staysInside(link: readonly string[], target: string): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\0') || target.includes('\\')) return false;
  const steps = target.split('/').filter((step) => step !== '' && step !== '.');
  const ups = steps.findIndex((step) => step !== '..');
  const leading = ups < 0 ? steps.length : ups;
  return leading <= link.length - 1 && !steps.slice(leading).includes('..');
}
