/**
 * A value as one text, whatever the order in which its fields were set: keys sorted, no white space. What says
 * nothing (null, undefined, an empty list or object) is left out, so a field that a later version adds and that
 * an old record lacks changes nothing: a new field must be null or empty where it means nothing.
 */
export function canonicalText(value: unknown): string {
  return textOf(value) ?? 'null';
}

function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) {
    // Places in a list count: one that says nothing keeps its own.
    return value.length === 0 ? undefined : `[${value.map((item) => textOf(item) ?? 'null').join(',')}]`;
  }
  const fields = Object.entries(value)
    .map(([key, field]) => [key, textOf(field)] as const)
    .filter(([, text]) => text !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, text]) => `${JSON.stringify(key)}:${text}`);
  return fields.length === 0 ? undefined : `{${fields.join(',')}}`;
}
