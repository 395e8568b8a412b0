import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/fakes/clock.js';
import type { Clock } from '../clock.js';
import { createContentCache, type ContentCache } from './content-cache.js';
import { hashContent, type ContentHash } from './content-manifest.js';

describe('the hash of what is flashed', () => {
  const never = new AbortController().signal;
  /** A day ahead of the files, so that they are old enough to be remembered. */
  const later = createFakeClock(Date.now() + 24 * 3600 * 1000);
  let parent: string;
  let folder: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'slipway-content-'));
    folder = join(parent, 'workspace');
    mkdirSync(join(folder, 'image', 'empty'), { recursive: true });
    writeFileSync(join(folder, 'image', 'boot.bin'), 'boot');
    writeFileSync(join(folder, 'flasher.py'), 'print()');
    symlinkSync('image/boot.bin', join(folder, 'current'));
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  async function hash(
    options: { of?: string; cache?: ContentCache; clock?: Clock } = {},
  ): Promise<ContentHash> {
    const { of = folder, cache = createContentCache(), clock = later } = options;
    const hashed = await hashContent({ folder: of, signal: never, cache, clock });
    if (!hashed.ok) throw new Error(hashed.error.code);
    return hashed.value;
  }

  it('is over a manifest that anyone can write down', async () => {
    const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
    const manifest = [
      'slipway content 1',
      'current\0link\0-\x000\0image/boot.bin',
      `flasher.py\0file\0-\x007\0${sha('print()')}`,
      'image\0folder\0-\x000\0',
      `image/boot.bin\0file\0-\x004\0${sha('boot')}`,
      'image/empty\0folder\0-\x000\0',
    ];
    expect(await hash()).toEqual({ hash: sha(`${manifest.join('\n')}\n`), files: 2, bytes: 11 });
  });

  it('is the same for a copy, whatever its times', async () => {
    const copy = join(parent, 'copy');
    cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
    utimesSync(join(copy, 'flasher.py'), 1, 1);
    expect(await hash({ of: copy })).toEqual(await hash());
  });

  it.each<[string, () => void]>([
    ['a byte changes', () => writeFileSync(join(folder, 'flasher.py'), 'print(!')],
    ['a file gets longer', () => appendFileSync(join(folder, 'flasher.py'), '\n')],
    ['a file may be executed', () => chmodSync(join(folder, 'flasher.py'), 0o755)],
    ['a file has another name', () => renameSync(join(folder, 'flasher.py'), join(folder, 'flasher2.py'))],
    [
      'a file is elsewhere',
      () => renameSync(join(folder, 'flasher.py'), join(folder, 'image', 'flasher.py')),
    ],
    ['a file is new, though empty', () => writeFileSync(join(folder, 'new'), '')],
    ['an empty folder is gone', () => rmSync(join(folder, 'image', 'empty'), { recursive: true })],
    [
      'a link has another target',
      () => {
        unlinkSync(join(folder, 'current'));
        symlinkSync('image/boot.bin2', join(folder, 'current'));
      },
    ],
    [
      'a file stands where a link was',
      () => {
        unlinkSync(join(folder, 'current'));
        writeFileSync(join(folder, 'current'), 'image/boot.bin');
      },
    ],
  ])('changes when %s, with a cache too', async (_, change) => {
    const cache = createContentCache();
    const before = await hash({ cache });
    change();
    const after = await hash({ cache });
    expect(after.hash).not.toBe(before.hash);
    expect(after).toEqual(await hash());
  });

  it('does not follow links, nor open what is no file', async () => {
    symlinkSync('/', join(folder, 'everything'));
    symlinkSync('.', join(folder, 'itself'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await hash()).toMatchObject({ files: 2 });
  });

  it('takes names that are not UTF-8 for different when their bytes are', async () => {
    const names = [Buffer.from([0xff]), Buffer.from([0xfe])].map((name) =>
      Buffer.concat([Buffer.from(`${folder}/`), name]),
    );
    writeFileSync(names[0] as Buffer, 'one');
    const first = await hash();
    renameSync(names[0] as Buffer, names[1] as Buffer);
    expect((await hash()).hash).not.toBe(first.hash);
  });

  it('can be taken of one file, and through a link that names the folder', async () => {
    expect(await hash({ of: join(folder, 'flasher.py') })).toMatchObject({ files: 1, bytes: 7 });
    symlinkSync(folder, join(parent, 'link'));
    expect(await hash({ of: join(parent, 'link') })).toEqual(await hash());
  });

  it('reads a file again only when it was touched', async () => {
    const cache = createContentCache();
    await hash({ cache });
    expect(cache.size).toBe(2);
    writeFileSync(join(folder, 'flasher.py'), 'PRINT()');
    await hash({ cache });
    expect(cache.size).toBe(3);
  });

  it('does not remember a file that was written a moment ago: its next change may have the same time', async () => {
    const cache = createContentCache();
    await hash({ cache, clock: { ...later, now: () => Date.now() } });
    expect(cache.size).toBe(0);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const hashing = hashContent({ folder, signal: stop.signal, cache: createContentCache(), clock: later });
    stop.abort();
    expect(await hashing).toMatchObject({ ok: false, error: { code: 'run-interrupted' } });
  });

  it('says that the folder is missing', async () => {
    for (const absent of [join(folder, 'absent'), join(folder, 'flasher.py', 'below')]) {
      const hashed = await hashContent({
        folder: absent,
        signal: never,
        cache: createContentCache(),
        clock: later,
      });
      expect(hashed).toMatchObject({
        ok: false,
        error: { code: 'workspace-missing', params: { path: absent } },
      });
    }
  });

  it('says that a folder goes on changing, and never gives the hash of a mixture', async () => {
    writeFileSync(join(folder, 'growing'), Buffer.alloc(30 * 1024 * 1024));
    let growing = true;
    const grow = (): void => {
      if (!growing) return;
      appendFileSync(join(folder, 'growing'), 'more');
      setImmediate(grow);
    };
    grow();
    const hashed = await hashContent({ folder, signal: never, cache: createContentCache(), clock: later });
    growing = false;
    expect(hashed).toMatchObject({ ok: false, error: { code: 'content-changed' } });
    expect(await hash()).toMatchObject({ files: 3 });
  });

  it('leaves the event loop free meanwhile', async () => {
    writeFileSync(join(folder, 'large'), Buffer.alloc(100 * 1024 * 1024));
    let turns = 0;
    let hashing = true;
    const count = (): void => {
      turns += 1;
      if (hashing) setImmediate(count);
    };
    count();
    await hash();
    hashing = false;
    // Once for each part that is read, at least.
    expect(turns).toBeGreaterThan(100);
  });
});

describe('the cache of hashes', () => {
  const never = new AbortController().signal;

  it('lets those who ask at the same time wait for one reading', async () => {
    const cache = createContentCache();
    let readings = 0;
    const read = async (): Promise<string> => {
      readings += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return 'hash';
    };
    const asked = ['a', 'a', 'a', 'b'].map((identity) => cache.get(identity, never, read));
    expect(await Promise.all(asked)).toEqual(['hash', 'hash', 'hash', 'hash']);
    expect(readings).toBe(2);
  });

  it('reads again for one who waited when the reader gave up', async () => {
    const cache = createContentCache();
    const stop = new AbortController();
    const first = cache.get('a', stop.signal, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      stop.signal.throwIfAborted();
      return 'never';
    });
    const second = cache.get('a', never, () => Promise.resolve('hash'));
    stop.abort(new Error('gave up'));
    await expect(first).rejects.toThrow('gave up');
    expect(await second).toBe('hash');
  });

  it('does not remember a failure, and tells it to all who waited', async () => {
    const cache = createContentCache();
    const fails = (): Promise<string> => Promise.reject(new Error('I/O error'));
    const asked = await Promise.allSettled([cache.get('a', never, fails), cache.get('a', never, fails)]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await cache.get('a', never, () => Promise.resolve('hash'))).toBe('hash');
  });

  it('forgets those that nobody asked for the longest', async () => {
    const cache = createContentCache(2);
    const readings: string[] = [];
    const ask = (identity: string): Promise<string> =>
      cache.get(identity, never, () => {
        readings.push(identity);
        return Promise.resolve(identity);
      });
    for (const identity of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(identity);
    expect(readings).toEqual(['a', 'b', 'c', 'b']);
    expect(cache.size).toBe(2);
  });
});
