/**
 * The images that a Dockerfile takes from outside itself: `FROM`, `COPY --from=`. The engine would pull one that it
 * does not have from a public registry by itself, so it is looked at first. `scratch` and stages are no images.
 * Source: https://docs.docker.com/reference/dockerfile/#from
 */
export function basesOf(dockerfile: string, buildArgs: Record<string, string>): string[] {
  const values = new Map<string, string>();
  const stages = new Set<string>();
  const bases = new Set<string>();
  let inStage = false;
  let count = 0;
  for (const line of instructionsOf(dockerfile)) {
    const [, word = '', rest = ''] = /^\s*(\w+)\s+(.*)$/s.exec(line) ?? [];
    switch (word.toUpperCase()) {
      case 'ARG': {
        // Only what stands before the first FROM may be used in one.
        if (inStage) break;
        const [, name = '', given] = /^(\w+)(?:=(.*))?$/s.exec(rest.trim()) ?? [];
        const value = buildArgs[name] ?? unquoted(given ?? '');
        values.set(name, value);
        break;
      }
      case 'FROM': {
        inStage = true;
        const words = rest
          .trim()
          .split(/\s+/)
          .filter((part) => !part.startsWith('--'));
        const image = substitute(words[0] ?? '', values);
        if (image !== 'scratch' && !stages.has(image.toLowerCase())) bases.add(image);
        if (words[1]?.toLowerCase() === 'as' && words[2] !== undefined) stages.add(words[2].toLowerCase());
        stages.add(String(count));
        count += 1;
        break;
      }
      case 'COPY': {
        const from = /^(?:--\S+\s+)*--from=(\S+)/.exec(rest)?.[1];
        if (from !== undefined && !stages.has(from.toLowerCase())) bases.add(from);
        break;
      }
      default:
        break;
    }
  }
  return [...bases];
}

/** Lines with their continuations joined; comments and blank lines between them are not part of them. */
function instructionsOf(dockerfile: string): string[] {
  const escape = /^#\s*escape\s*=\s*`/im.test(dockerfile) ? '`' : '\\';
  const instructions: string[] = [];
  let open = '';
  for (const line of dockerfile.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (/^\s*(#|$)/.test(line)) continue;
    const trimmed = line.trimEnd();
    if (trimmed.endsWith(escape)) {
      open += `${trimmed.slice(0, -1)} `;
      continue;
    }
    instructions.push(open + trimmed);
    open = '';
  }
  return open === '' ? instructions : [...instructions, open];
}

function substitute(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g,
    (_, plain?: string, braced?: string, sign?: string, word?: string) => {
      const value = values.get(plain ?? braced ?? '') ?? '';
      if (sign === '-') return value === '' ? (word ?? '') : value;
      if (sign === '+') return value === '' ? '' : (word ?? '');
      return value;
    },
  );
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/s, '$2');
}

/** A name that says which registry and exactly which content: only such a one may be pulled. */
export function isPinned(image: string): boolean {
  return /^[^/]*[.:][^/]*\/.+@sha256:[0-9a-f]{64}$/.test(image);
}
