/**
 * Headers of tar files as GNU tar writes them, which is what everybody reads: GNU tar of any age, BusyBox (which
 * skips the newer pax headers, and with them every name that is long or not ASCII) and the engine.
 * Source: https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */

export const tarBlock = 512;

export interface TarEntry {
  /** Without a leading slash; a folder's ends with one. */
  name: string;
  type: 'file' | 'folder' | 'link';
  /** The twelve permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** In bytes; 0 for all but files. */
  size: number;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
  /** Where a link points. */
  target?: string;
}

const flags = { file: '0', link: '2', folder: '5' } as const;
/** The types of GNU's own entries, whose content is the name or the target of the entry that follows. */
const longName = 'L';
const longTarget = 'K';
/** The largest number that twelve octal digits with their end hold. */
const mostOctal = 0o77777777777;

/** All that stands before an entry's content, in whole blocks. */
export function tarHeader(entry: TarEntry): Buffer {
  const name = Buffer.from(entry.name, 'utf8');
  const target = Buffer.from(entry.target ?? '', 'utf8');
  return Buffer.concat([
    ...(target.length > 100 ? longEntry(longTarget, target) : []),
    ...(name.length > 100 ? longEntry(longName, name) : []),
    block({ ...entry, nameBytes: name, targetBytes: target, flag: flags[entry.type] }),
  ]);
}

/** How many zeros follow a content of this size, so that it ends with a block. */
export function tarPadding(size: number): number {
  return (tarBlock - (size % tarBlock)) % tarBlock;
}

/** What ends a tar: two blocks of zeros. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * tarBlock);
}

function longEntry(flag: string, content: Buffer): Buffer[] {
  const size = content.length + 1;
  const header = block({
    nameBytes: Buffer.from('././@LongLink'),
    targetBytes: Buffer.alloc(0),
    flag,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size,
    modifiedAt: 0,
  });
  return [header, content, Buffer.alloc(1 + tarPadding(size))];
}

function block(options: {
  nameBytes: Buffer;
  targetBytes: Buffer;
  flag: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  modifiedAt: number;
}): Buffer {
  const { nameBytes, targetBytes, flag, mode, uid, gid, size, modifiedAt } = options;
  const bytes = Buffer.alloc(tarBlock);
  nameBytes.copy(bytes, 0, 0, 100);
  number(bytes, 100, 8, mode);
  number(bytes, 108, 8, uid);
  number(bytes, 116, 8, gid);
  number(bytes, 124, 12, size);
  number(bytes, 136, 12, Math.max(0, Math.floor(modifiedAt / 1000)));
  bytes.write(flag, 156, 'latin1');
  targetBytes.copy(bytes, 157, 0, 100);
  bytes.write('ustar  \0', 257, 'latin1');
  // The sum is counted with blanks in its own place.
  bytes.fill(' ', 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

/** Octal digits, or where they do not suffice GNU's base 256. */
function number(bytes: Buffer, at: number, length: number, value: number): void {
  if (value <= mostOctal && value < 8 ** (length - 1)) {
    bytes.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
    return;
  }
  bytes.writeUIntBE(value % 2 ** 40, at + length - 5, 5);
  bytes.writeUInt8(Math.floor(value / 2 ** 40) % 256, at + length - 6);
  bytes.writeUInt8(0x80, at);
}
