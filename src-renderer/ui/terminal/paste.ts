/**
 * How many lines a pasted text would be run as, where the program takes each line as it comes; 0 when it can be pasted
 * without asking. A program with bracketed paste takes the text as a whole and runs nothing of it.
 */
export function linesToAskAbout(text: string, isBracketed: boolean): number {
  if (isBracketed) return 0;
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.length === 1) return 0;
  return lines.at(-1) === '' ? lines.length - 1 : lines.length;
}

/** The text in pieces of at most `longest` UTF-16 units, no character taken apart. */
export function inPieces(text: string, longest: number): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (from < text.length) {
    let to = Math.min(text.length, from + longest);
    // Not between the two halves of a character beyond the first 65536.
    if (to < text.length && /[\ud800-\udbff]/.test(text.charAt(to - 1))) to -= 1;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}
