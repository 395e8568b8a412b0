import { fail, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import { isWebhookUrl, type WebhookSettings } from '../config/webhook-config.js';
import type { Post } from './post.js';
import { signatureOf } from './sign.js';

export interface SenderParts {
  clock: Clock;
  post: Post;
  /** `secret-missing`, `secrets-unreadable`. */
  secret: (name: string) => Result<string>;
  redact: (text: string) => string;
}

/** How sending went. `concerns` says whether anything else for this hook would fail now as well. */
export type Sent =
  | { ok: true; status: number }
  | {
      ok: false;
      error: Fault;
      concerns: 'hook' | 'message';
      /** Null when there was no answer. */
      status: number | null;
      /** What the receiver asked for, in ms; null when it did not. */
      retryAfter: number | null;
    };

/** Where a webhook goes; `secret-missing`, `webhook-url-invalid`. */
export function urlOf(
  { url }: Pick<WebhookSettings, 'url'>,
  secret: (name: string) => Result<string>,
): Result<string> {
  if (typeof url === 'string') return ok(url);
  const value = secret(url.secret);
  if (!value.ok) return value;
  return isWebhookUrl(value.value.trim())
    ? ok(value.value.trim())
    : fail('webhook-url-invalid', { name: url.secret });
}

/**
 * Signs and sends one message. Everything but a 2xx is a failure: `webhook-unreachable`, `webhook-timeout`,
 * `webhook-refused` (with the status), `webhook-redirected`, `secret-missing`, `secrets-unreadable`.
 */
export async function sendMessage(
  hook: WebhookSettings,
  message: { id: string; event: string; body: string },
  { clock, post, secret, redact }: SenderParts,
  signal: AbortSignal,
): Promise<Sent> {
  const url = urlOf(hook, secret);
  const unsent = { concerns: 'hook', status: null, retryAfter: null } as const;
  if (!url.ok) return { ...url, ...unsent };
  const key = secret(hook.secret);
  if (!key.ok) return { ...key, ...unsent };
  const { id, event, body } = message;
  const timestamp = Math.floor(clock.now() / 1000);
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'slipway',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureOf(key.value, { id, timestamp, body }),
    'idempotency-key': id,
    'slipway-event': event,
  };
  // One controller for both ends: what AbortSignal.any puts together can go with the garbage while it is waited for.
  const ended = new AbortController();
  const end = (): void => ended.abort();
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  const timer = clock.after(hook.timeout, end);
  const answer = await post({ url: url.value, headers, body }, ended.signal);
  timer.dispose();
  signal.removeEventListener('abort', end);
  if (!answer.ok) {
    const late = ended.signal.aborted && !signal.aborted;
    const { host } = new URL(url.value);
    // An address that is a secret is one down to its host.
    const named = typeof hook.url === 'string' ? host : '•••';
    const detail = redact(answer.error.detail ?? '').replaceAll(host, named);
    return {
      ...(late
        ? fail('webhook-timeout', { seconds: Math.round(hook.timeout / 1000) })
        : fail('webhook-unreachable', { host: named }, detail)),
      ...unsent,
    };
  }
  const { status, retryAfter, text } = answer.value;
  if (status >= 200 && status < 300) return { ok: true, status };
  const code = status >= 300 && status < 400 ? 'webhook-redirected' : 'webhook-refused';
  // Moved, too many requests, not available: what comes next would hear the same.
  const concerns = status < 400 || status === 410 || status === 429 || status === 503 ? 'hook' : 'message';
  const said = redact(text.replace(/\p{Cc}+/gu, ' ').trim());
  return { ...fail(code, { status }, said === '' ? undefined : said), concerns, status, retryAfter };
}
