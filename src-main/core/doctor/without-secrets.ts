/** Takes names and passwords out of addresses (`tcp://user:password@host`). */
export function withoutSecrets(text: string): string {
  return text.replace(/(\w:\/\/)[^\s/]*@/g, '$1•••@');
}
