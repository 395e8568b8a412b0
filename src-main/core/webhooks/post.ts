import { fail, ok, type Result } from '../../../src-shared/model/result.js';

/** What a receiver answered. */
export interface PostAnswer {
  status: number;
  /** Of `Retry-After`, in ms; null without one. */
  retryAfter: number | null;
  /** The beginning of what it said; for a fault's detail. */
  text: string;
}

/** Sends one message. `webhook-unreachable` when there was no answer, and when the signal aborted. */
export type Post = (
  request: { url: string; headers: Record<string, string>; body: string },
  signal: AbortSignal,
) => Promise<Result<PostAnswer>>;

/** How much of an answer is read, in bytes. */
const longestAnswer = 2048;

/** Over HTTP. Redirects are not followed: a signed message goes where station.yaml says, and nowhere else. */
export const postOverHttp: Post = async ({ url, headers, body }, signal) => {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const text = await beginningOf(response);
    return ok({ status: response.status, retryAfter: retryAfterOf(response.headers), text });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return fail('webhook-unreachable', { host: new URL(url).host }, reasonOf(error));
  }
};

async function beginningOf(response: Response): Promise<string> {
  const body: ReadableStream<Uint8Array> | null = response.body;
  const reader = body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (let read = 0; read < longestAnswer;) {
      const { done, value } = await reader.read();
      if (done) break;
      read += value.length;
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    // What is left of an endless answer is not waited for, and neither is its end.
    reader.cancel().catch(() => undefined);
  }
  return text.slice(0, 500);
}

/** Seconds, or a date: RFC 9110, 10.2.3. */
function retryAfterOf(headers: Headers): number | null {
  const given = headers.get('retry-after');
  if (given === null) return null;
  if (/^\d{1,9}$/.test(given.trim())) return Number(given) * 1000;
  const at = Date.parse(given);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

/** fetch says “fetch failed”; why stands in its cause. */
function reasonOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error
    ? cause.message || String('code' in cause ? cause.code : cause)
    : error.message;
}
