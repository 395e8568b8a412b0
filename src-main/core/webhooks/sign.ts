import { createHmac } from 'node:crypto';

/**
 * The signature of a message: HMAC-SHA256 over `<id>.<timestamp>.<body>`, in base64 after `v1,`. It is the one of
 * Standard Webhooks, so that receivers can verify it with a library that is there.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @param timestamp seconds since the epoch
 */
export function signatureOf(
  secret: string,
  { id, timestamp, body }: { id: string; timestamp: number; body: string },
): string {
  const mac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return `v1,${mac}`;
}

/** A secret as the standard writes it (`whsec_` and base64), or any text, whose bytes are the key. */
function keyOf(secret: string): Buffer {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  return encoded === undefined ? Buffer.from(secret) : Buffer.from(encoded, 'base64');
}
