/** The longest line that is handed on whole, in characters; a longer one comes in pieces. */
const longestLine = 4096;

/** Cuts text that arrives in pieces into lines, for a log; `end` hands on what has no line end yet. */
export function createLines(onLine: (line: string) => void): { add(text: string): void; end(): void } {
  let rest = '';
  return {
    add(text) {
      const parts = (rest + text).split(/\r*\n|\r(?!\n)/);
      rest = parts.pop() ?? '';
      for (const part of parts) {
        for (let at = 0; at === 0 || at < part.length; at += longestLine) {
          const piece = part.slice(at, at + longestLine);
          if (piece !== '') onLine(piece);
        }
      }
      while (rest.length > longestLine) {
        onLine(rest.slice(0, longestLine));
        rest = rest.slice(longestLine);
      }
    },
    end() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}

/** Lets lines through up to so many characters in all; `onFull` is called once when no more are. */
export function createAllowance(
  limit: number,
  onLine: (line: string) => void,
  onFull: () => void,
): (line: string) => void {
  let left = limit;
  return (line) => {
    if (left < 0) return;
    left -= line.length + 1;
    if (left < 0) onFull();
    else onLine(line);
  };
}
