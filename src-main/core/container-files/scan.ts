import type { Readable } from 'node:stream';
import type { FileKind } from '../../../src-shared/model/files.js';
import { readTar, TarError, type TarHeader } from '../tar/read-tar.js';
import type { RawEntry } from './listing.js';

/** How much of a folder's content is read past for its names, in bytes, and how many names are kept. */
const mostBytes = 8 * 1024 ** 3;
const mostNames = 100_000;

const kinds: Readonly<Record<string, FileKind>> = {
  directory: 'folder',
  file: 'file',
  'contiguous-file': 'file',
  link: 'file',
  symlink: 'link',
  'character-device': 'device',
  'block-device': 'device',
  fifo: 'pipe',
};

/** The folders below one, by their paths relative to it (`''` for itself). */
export interface Scan {
  folders: Map<string, RawEntry[]>;
  /** False when the reading was ended before its end: what is not here may be there all the same. */
  complete: boolean;
}

/**
 * The names in the engine's archive of a folder. The archive has no list: all that is below the folder comes with
 * its content, which is read past. Ends early when the signal aborts, and keeps what it has seen so far.
 */
export async function scanArchive(archive: Readable, signal: AbortSignal): Promise<Scan> {
  const folders = new Map<string, RawEntry[]>([['', []]]);
  let bytes = 0;
  let names = 0;
  const stop = (): void => void archive.destroy();
  signal.addEventListener('abort', stop, { once: true });
  archive.on('data', (chunk: Buffer) => (bytes += chunk.length));
  archive.pause();
  try {
    await readTar(archive, {
      each(header) {
        add(header);
        return names >= mostNames || bytes > mostBytes ? 'stop' : 'go-on';
      },
    });
  } catch (error) {
    // It was ended by us or broke off: what has been seen is a list, only not the whole one.
    if (!(error instanceof TarError)) throw error;
    return { folders, complete: false };
  } finally {
    signal.removeEventListener('abort', stop);
  }
  return { folders, complete: !signal.aborted && names < mostNames && bytes <= mostBytes };

  function add(header: TarHeader): void {
    const path = header.name.replace(/^\.?\/+|\/+$/g, '').replace(/^\.$/, '');
    if (path === '') return;
    const cut = path.lastIndexOf('/');
    const parent = cut < 0 ? '' : path.slice(0, cut);
    const raw = toEntry(header, path.slice(cut + 1));
    if (raw.kind === 'folder') folders.set(path, folders.get(path) ?? []);
    const siblings = folders.get(parent);
    if (siblings === undefined) folders.set(parent, [raw]);
    else siblings.push(raw);
    names += 1;
  }
}

function toEntry(header: TarHeader, name: string): RawEntry {
  const kind = kinds[header.type] ?? 'other';
  return {
    name,
    kind,
    size: kind === 'file' ? header.size : null,
    mode: header.mode % 0o10000,
    uid: header.uid,
    gid: header.gid,
    modifiedAt: header.mtime.getTime(),
    target: kind === 'link' ? (header.linkname ?? '') : null,
    leadsTo: null,
    addressable: !name.includes('\ufffd'),
  };
}
