import { sleep, type Clock } from '../clock.js';
import { GivenUp, within } from '../within.js';

/** Longest answer that is read from a panel, in bytes; a flasher's status is far shorter. */
const answerLimit = 256 * 1024;
/** How long one request may take, in ms. */
const requestLimit = 5000;
/**
 * The same while the panel is only starting: Docker's proxy takes a connection and drops it while nobody
 * listens inside yet, and a first `fetch` of Node 20 may wait for ever on such a one.
 */
const readinessLimit = 1000;

export type PanelReply =
  | { kind: 'answered'; status: number; body: string }
  /** Nothing answered: refused, reset, too slow or too long. `reason` is the system's word for it. */
  | { kind: 'silent'; reason: string };

/** Talks to a flasher's panel, which is published on 127.0.0.1 only. Redirects are not followed: they count as answers. */
export interface PanelClient {
  request(
    port: number,
    path: string,
    options: {
      method?: string;
      headers?: Record<string, string>;
      body?: string;
      /** In ms; 5 s when left out. */
      limit?: number;
      signal: AbortSignal;
    },
  ): Promise<PanelReply>;
}

async function readLimited(response: Response): Promise<string | undefined> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > answerLimit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  if (error instanceof GivenUp) return error.reason === 'deadline' ? 'too slow' : error.reason;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return String(cause);
}

export function createPanelClient(clock: Clock): PanelClient {
  return {
    async request(port, path, { method = 'GET', headers = {}, body, limit = requestLimit, signal }) {
      try {
        return await within({ clock, deadlineMs: limit, signals: [signal] }, async (stop) => {
          const response = await fetch(new URL(path, `http://127.0.0.1:${port}`), {
            method,
            headers,
            redirect: 'manual',
            signal: stop,
            ...(body === undefined ? {} : { body }),
          });
          const text = await readLimited(response);
          return text === undefined
            ? { kind: 'silent', reason: 'too long' }
            : { kind: 'answered', status: response.status, body: text };
        });
      } catch (error) {
        return { kind: 'silent', reason: reasonOf(error) };
      }
    },
  };
}

/** Waits until the panel answers below 500. False when the time is up or the signal aborts. */
export async function awaitPanel(
  client: PanelClient,
  clock: Clock,
  options: { port: number; path: string; timeoutMs: number; signal: AbortSignal },
): Promise<boolean> {
  const { port, path, timeoutMs, signal } = options;
  const until = clock.now() + timeoutMs;
  // Quick at first: most panels answer within a second, and the operator waits.
  for (let pause = 50; !signal.aborted && clock.now() < until; pause = Math.min(pause * 1.5, 500)) {
    const reply = await client.request(port, path, { limit: readinessLimit, signal });
    if (reply.kind === 'answered' && reply.status < 500) return true;
    if (!(await sleep(clock, pause, signal))) return false;
  }
  return false;
}
