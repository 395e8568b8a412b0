/** What a cell can hold. Null is an empty cell. */
export type CsvCell = string | number | boolean | null;

/** Beginnings that a spreadsheet takes for a formula (OWASP, "CSV Injection"). */
const formula = /^[=+\-@\t\r]/;

/**
 * One line of CSV by RFC 4180, its line end included. A text that a spreadsheet would take for a formula gets an
 * apostrophe before it: what a device sends must run nothing on the desk of whoever opens the file. Numbers are
 * left as they are, negative ones too.
 */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function cellText(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const harmless = formula.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
