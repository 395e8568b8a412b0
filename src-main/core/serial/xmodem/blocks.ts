/**
 * Blocks of X-modem and Y-modem. Source of facts: Chuck Forsberg, "XMODEM/YMODEM Protocol Reference" (1988).
 */
export const control = {
  /** Begins a block of 128 bytes. */
  soh: 0x01,
  /** Begins a block of 1024 bytes. */
  stx: 0x02,
  eot: 0x04,
  ack: 0x06,
  backspace: 0x08,
  nak: 0x15,
  can: 0x18,
  /** `C`: the receiver asks for blocks with a CRC. */
  wantCrc: 0x43,
} as const;

/** What the last block of a file is filled up with (Ctrl-Z). */
const filler = 0x1a;

const crcTable = Uint16Array.from({ length: 256 }, (_, high) => {
  let crc = high << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  return crc;
});

/** CRC-16/XMODEM: polynomial 0x1021, beginning with 0; 0 to 65535. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (crcTable[(crc >> 8) ^ byte] ?? 0);
  return crc;
}

/** The sum of all bytes, 0 to 255. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) & 0xff;
  return sum;
}

export type BlockCheck = 'crc' | 'checksum';

/** One block around at most `size` bytes of payload, filled up. `number` counts modulo 256. */
export function makeBlock(block: {
  number: number;
  payload: Uint8Array;
  size: 128 | 1024;
  check: BlockCheck;
  /** What an incomplete payload is filled up with. */
  fill?: number;
}): Buffer {
  const { number, payload, size, check, fill = filler } = block;
  const bytes = Buffer.alloc(3 + size + (check === 'crc' ? 2 : 1), fill);
  bytes[0] = size === 128 ? control.soh : control.stx;
  bytes[1] = number & 0xff;
  bytes[2] = 0xff - (number & 0xff);
  bytes.set(payload, 3);
  const content = bytes.subarray(3, 3 + size);
  if (check === 'crc') bytes.writeUInt16BE(crc16(content), 3 + size);
  else bytes[3 + size] = checksum(content);
  return bytes;
}

/** What Y-modem says of a file before it. */
export interface FileFacts {
  /** Without folders. */
  name: string;
  /** In bytes. */
  size: number;
  /** When it was changed last, in ms since the epoch. */
  changedAt: number;
}

/** Y-modem's block 0: name, length (decimal), time and mode (octal), parted as the reference has it. */
export function makeHeader(facts: FileFacts, check: BlockCheck): Buffer {
  const time = Math.floor(facts.changedAt / 1000).toString(8);
  const payload = Buffer.from(`${facts.name}\0${facts.size} ${time} 100644`);
  const size = payload.length < 128 ? 128 : 1024;
  return makeBlock({ number: 0, payload: payload.subarray(0, 1023), size, check, fill: 0 });
}

/** Y-modem's last block: no more files. */
export function makeBatchEnd(check: BlockCheck): Buffer {
  return makeBlock({ number: 0, payload: Buffer.alloc(0), size: 128, check, fill: 0 });
}
