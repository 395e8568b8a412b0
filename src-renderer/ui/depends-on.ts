/** Names what an effect or a derived value is made anew for, where it reads it in no other way. To be read is enough. */
export function dependsOn(...values: unknown[]): number {
  return values.length;
}
