/** The shell's log: one JSON object a line. Fields never hold a secret. */
export interface Log {
  info(event: string, fields?: object): void;
  warn(event: string, fields?: object): void;
  error(event: string, fields?: object): void;
}

export function createLog(write: (line: string) => void, now: () => number): Log {
  const at = (level: string) => (event: string, fields?: object) =>
    write(`${JSON.stringify({ at: new Date(now()).toISOString(), level, event, ...fields })}\n`);
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
