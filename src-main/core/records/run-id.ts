import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.js';

/**
 * An id for a new run: a UUID of version 7 (RFC 9562, section 5.7), so ids sort by the time the run began
 * and two stations never make the same.
 */
export function newRunId(clock: Clock): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Math.max(0, Math.floor(clock.now())), 0, 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
