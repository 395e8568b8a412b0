/** What a POSIX shell takes as it stands; everything else is quoted. */
const plain = /^[\w@%+=:,./-]+$/;

/** One word for a POSIX shell, quoted where it has to be. Any text but NUL, which no argument can hold. */
export function shellWord(text: string): string {
  return plain.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A field of a comma-separated option of Docker's (`--mount`), which are read as CSV. */
export function csvField(text: string): string {
  return /[",\r\n]|^\s/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
