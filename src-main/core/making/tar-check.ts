/** What is wrong with a root file system's archive. */
export type TarProblem =
  | { kind: 'not-a-tar' }
  | { kind: 'damaged'; at: number }
  | { kind: 'truncated' }
  /** An entry that would leave the root file system. */
  | { kind: 'unsafe'; name: string };

/** Looks at a tar as it passes by; a problem is told once, and nothing is read after it. */
export interface TarCheck {
  read(chunk: Buffer): TarProblem | null;
  end(): TarProblem | null;
  readonly entries: number;
}

const block = 512;
/** The longest name that an extended header may carry, in bytes. */
const longestHeader = 1024 ** 2;

/**
 * Follows the headers of a tar, POSIX (ustar, pax) or GNU: https://www.gnu.org/software/tar/manual/html_node/Standard.html.
 * The engine takes some broken archives for whole ones: a file that ends between two entries looks complete to it.
 */
export function createTarCheck(): TarCheck {
  let header = Buffer.alloc(0);
  /** Bytes of the entry's content and padding that are still to come. */
  let toSkip = 0;
  /** The content of an extended header is kept until it is whole. */
  let extended: { kind: 'pax' | 'name' | 'link'; size: number; content: Buffer[]; length: number } | null =
    null;
  let longName: string | null = null;
  let longLink: string | null = null;
  let ended = false;
  let entries = 0;
  let position = 0;

  function readHeader(bytes: Buffer): TarProblem | null {
    if (bytes.every((byte) => byte === 0)) {
      ended = true;
      return entries === 0 ? { kind: 'not-a-tar' } : null;
    }
    if (!hasChecksum(bytes)) return entries === 0 ? { kind: 'not-a-tar' } : { kind: 'damaged', at: position };
    const size = sizeOf(bytes);
    const type = String.fromCharCode(bytes[156] ?? 0);
    if (size === null) return { kind: 'damaged', at: position };
    const hasContent = !['1', '2', '3', '4', '5', '6'].includes(type);
    const length = hasContent ? size : 0;
    toSkip = Math.ceil(length / block) * block;
    entries += 1;
    if (type === 'x' || type === 'L' || type === 'K') {
      if (length > longestHeader) return { kind: 'damaged', at: position };
      extended = {
        kind: type === 'x' ? 'pax' : type === 'L' ? 'name' : 'link',
        size: length,
        content: [],
        length: 0,
      };
      return null;
    }
    if (type === 'g') return null;
    const name = longName ?? nameOf(bytes);
    const link = type === '1' ? (longLink ?? textAt(bytes, 157, 100)) : null;
    longName = null;
    longLink = null;
    for (const path of link === null ? [name] : [name, link]) {
      if (leaves(path)) return { kind: 'unsafe', name: path };
    }
    return null;
  }

  function closeExtended(): void {
    if (extended === null) return;
    const content = Buffer.concat(extended.content).subarray(0, extended.size);
    if (extended.kind === 'pax') {
      const records = paxRecords(content);
      longName = records.get('path') ?? longName;
      longLink = records.get('linkpath') ?? longLink;
    } else {
      const text = content.toString('utf8').replace(/\0.*$/s, '');
      if (extended.kind === 'name') longName = text;
      else longLink = text;
    }
    extended = null;
  }

  return {
    get entries() {
      return entries;
    },
    read(chunk) {
      for (let at = 0; at < chunk.length && !ended;) {
        if (toSkip > 0) {
          const part = chunk.subarray(at, at + toSkip);
          extended?.content.push(Buffer.from(part));
          toSkip -= part.length;
          at += part.length;
          if (toSkip === 0) closeExtended();
          continue;
        }
        const part = chunk.subarray(at, at + block - header.length);
        header = Buffer.concat([header, part]);
        at += part.length;
        if (header.length < block) break;
        const problem = readHeader(header);
        position += block;
        header = Buffer.alloc(0);
        if (problem !== null) return problem;
      }
      return null;
    },
    end() {
      if (ended) return null;
      return entries === 0 ? { kind: 'not-a-tar' } : { kind: 'truncated' };
    },
  };
}

/** The sum of the header's bytes, its own field taken as blanks. */
function hasChecksum(bytes: Buffer): boolean {
  const said = parseInt(textAt(bytes, 148, 8).trim(), 8);
  let sum = 0;
  for (let at = 0; at < block; at += 1) sum += at >= 148 && at < 156 ? 0x20 : (bytes[at] ?? 0);
  return sum === said;
}

/** Octal, or binary where the first bit says so (GNU, for large files). */
function sizeOf(bytes: Buffer): number | null {
  if (((bytes[124] ?? 0) & 0x80) !== 0) {
    const size = Number(bytes.readBigUInt64BE(128));
    return Number.isSafeInteger(size) ? size : null;
  }
  const text = textAt(bytes, 124, 12).trim();
  if (!/^[0-7]*$/.test(text)) return null;
  return text === '' ? 0 : parseInt(text, 8);
}

function nameOf(bytes: Buffer): string {
  const name = textAt(bytes, 0, 100);
  const isPosix = bytes.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? textAt(bytes, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function textAt(bytes: Buffer, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

/** `length key=value\n`, the length in decimal and of the whole record. */
function paxRecords(content: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < content.length;) {
    const blank = content.indexOf(0x20, at);
    const length = Number(content.toString('latin1', at, blank < 0 ? at : blank));
    if (!Number.isInteger(length) || length <= 0) break;
    const record = content.toString('utf8', blank + 1, at + length - 1);
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

function leaves(name: string): boolean {
  return name.startsWith('/') || name.split('/').includes('..');
}
