import dockerIgnore from '@balena/dockerignore';

/** Which files of a context stay at home, by its `.dockerignore`. Paths are relative, with `/` between names. */
export interface IgnoreRules {
  ignores(path: string): boolean;
  /** Whether a folder that is ignored may still hold something that is not (`!` exceptions). */
  mayHoldExceptions(folder: string): boolean;
}

/**
 * The rules of a `.dockerignore`'s text: https://docs.docker.com/build/concepts/context/#dockerignore-files. What is
 * in `always` (the Dockerfile, the `.dockerignore` itself) is sent whatever the rules say: the engine needs it.
 */
export function parseIgnoreRules(text: string, always: string[]): IgnoreRules {
  const rules = dockerIgnore().add(text.replace(/^\uFEFF/, ''));
  const exceptions = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.startsWith('!'))
    .map((line) =>
      line
        .slice(1)
        .trim()
        .replace(/^\.?\//, ''),
    );
  return {
    ignores: (path) => !always.includes(path) && rules.ignores(path),
    mayHoldExceptions(folder) {
      if (always.some((path) => path.startsWith(`${folder}/`))) return true;
      return exceptions.some((pattern) => meets(pattern.split('/'), folder.split('/')));
    },
  };
}

/** Whether a pattern can match something below a folder; a name with a wildcard may be any. */
function meets(pattern: string[], folder: string[]): boolean {
  for (const [index, name] of folder.entries()) {
    const wanted = pattern[index];
    if (wanted === undefined) return false;
    if (wanted === '**') return true;
    if (wanted !== name && !/[*?[\\]/.test(wanted)) return false;
  }
  return true;
}
