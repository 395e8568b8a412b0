// Y-modem as U-Boot's `loady` receives it. Source of facts: Chuck Forsberg's "XMODEM/YMODEM
// Protocol Reference" (1988) and U-Boot's common/xyzModem.c.

const SOH = 0x01;
const STX = 0x02;
const ETX = 0x03;
const EOT = 0x04;
const ACK = 0x06;
const NAK = 0x15;
const CAN = 0x18;
const WANT_CRC = 0x43;

const INVITE_EVERY_MS = 1000;
const INSIDE_BLOCK_MS = 1000;
const BETWEEN_BLOCKS_MS = 5000;
const MOST_RETRIES = 20;

const crcTable = Uint16Array.from({ length: 256 }, (_, high) => {
  let crc = high << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/**
 * CRC-16/XMODEM: polynomial 0x1021, start 0.
 * @param {Uint8Array} bytes
 * @returns {number} 0 to 65535
 */
export function crc16(bytes) {
  let crc = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const row = (crc >> 8) ^ /** @type {number} */ (bytes[at]);
    crc = ((crc << 8) & 0xffff) ^ /** @type {number} */ (crcTable[row]);
  }
  return crc;
}

/**
 * @typedef {{ ok: true, name: string, data: Buffer } | { ok: false, reason: 'cancelled' | 'timeout' | 'protocol' }} Received
 */

/**
 * Receives one file. Feed it with `push`; it answers by `send` and ends with one call of `done`.
 *
 * @param {object} options
 * @param {(bytes: Buffer) => void} options.send
 * @param {(result: Received) => void} options.done
 * @param {(received: number, total: number) => void} [options.progress] bytes, after each block
 * @param {import('./clock.mjs').WidgetClock} options.clock
 */
export function createYmodemReceiver({ send, done, progress, clock }) {
  /** @type {'header' | 'data' | 'end'} */
  let stage = 'header';
  let expected = 0;
  let name = '';
  let total = 0;
  let received = 0;
  /** @type {Buffer[]} */
  const blocks = [];
  let pending = Buffer.alloc(0);
  let retries = 0;
  let cancels = 0;
  let finished = false;
  /** @type {(() => void) | null} */
  let cancelTimer = null;

  /** @param {...number} bytes */
  const reply = (...bytes) => send(Buffer.from(bytes));

  /** @param {Received} result */
  function finish(result) {
    if (finished) return;
    finished = true;
    cancelTimer?.();
    cancelTimer = null;
    done(result);
  }

  /** @param {number} ms */
  function waitAtMost(ms) {
    cancelTimer?.();
    cancelTimer = clock.after(() => {
      cancelTimer = null;
      pending = Buffer.alloc(0);
      retries += 1;
      if (retries > MOST_RETRIES) return finish({ ok: false, reason: 'timeout' });
      reply(stage === 'data' ? NAK : WANT_CRC);
      waitAtMost(stage === 'header' ? INVITE_EVERY_MS : BETWEEN_BLOCKS_MS);
    }, ms);
  }

  /** @param {Buffer} payload */
  function acceptHeader(payload) {
    const nameEnd = payload.indexOf(0);
    name = payload.toString('latin1', 0, nameEnd);
    total = Number.parseInt(payload.toString('latin1', nameEnd + 1), 10) || 0;
    stage = 'data';
    expected = 1;
    reply(ACK, WANT_CRC);
  }

  /** @param {number} number @param {Buffer} payload */
  function accept(number, payload) {
    if (stage === 'header' && number === 0) return acceptHeader(payload);
    if (stage === 'end' && number === 0) {
      reply(ACK);
      const data = Buffer.concat(blocks);
      return finish({ ok: true, name, data: total > 0 ? data.subarray(0, total) : data });
    }
    if (stage === 'data' && number === expected) {
      blocks.push(Buffer.from(payload));
      received += payload.length;
      expected = (expected + 1) & 0xff;
      reply(ACK);
      progress?.(total > 0 ? Math.min(received, total) : received, total);
      return;
    }
    // The sender missed our ACK and sends the last block again: say yes again, keep one copy.
    if (stage === 'data' && number === ((expected - 1) & 0xff)) return reply(ACK);
    reply(CAN, CAN, CAN);
    finish({ ok: false, reason: 'protocol' });
  }

  /** Takes one thing off the front of `pending`. @returns {boolean} whether to look again */
  function step() {
    const first = pending[0];
    if (first === undefined) return false;
    if (first === SOH || first === STX) {
      const size = first === SOH ? 128 : 1024;
      if (pending.length < size + 5) return false;
      const block = pending.subarray(0, size + 5);
      pending = pending.subarray(size + 5);
      const number = block[1] ?? 0;
      const payload = block.subarray(3, 3 + size);
      const intact = block[2] === 0xff - number && block.readUInt16BE(3 + size) === crc16(payload);
      if (intact) {
        retries = 0;
        accept(number, payload);
      } else {
        reply(NAK);
      }
      return true;
    }
    pending = pending.subarray(1);
    cancels = first === CAN ? cancels + 1 : 0;
    if (cancels >= 2 || (first === ETX && stage === 'header')) {
      finish({ ok: false, reason: 'cancelled' });
    } else if (first === EOT && stage === 'data') {
      stage = 'end';
      reply(ACK, WANT_CRC);
    }
    return true;
  }

  reply(WANT_CRC);
  waitAtMost(INVITE_EVERY_MS);

  return {
    /** @param {Buffer} bytes */
    push(bytes) {
      pending = Buffer.concat([pending, bytes]);
      while (!finished && step());
      if (finished) return;
      if (pending.length > 0) waitAtMost(INSIDE_BLOCK_MS);
      else waitAtMost(stage === 'header' ? INVITE_EVERY_MS : BETWEEN_BLOCKS_MS);
    },
    /** Stops without a result: the power went. */
    dispose() {
      finished = true;
      cancelTimer?.();
      cancelTimer = null;
    },
  };
}
