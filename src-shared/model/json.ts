/** What JSON can hold: the shape of what is shown as it came, without being understood. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
