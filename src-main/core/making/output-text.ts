// eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
const sequences = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g;

/** A line of output without colours and cursor movements: it goes into a log, not onto a terminal (ECMA-48, 5.4). */
export function withoutColours(text: string): string {
  return text.replace(sequences, '');
}
