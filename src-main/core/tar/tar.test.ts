import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeWhole } from './host-target.js';
import { packTar, planPack } from './pack.js';
import { fail, ok } from '../../../src-shared/model/result.js';
import { tarEnd, tarHeader, tarPadding } from './tar-header.js';
import { unpackTar } from './unpack.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-tar-'));
  mkdirSync(join(folder, 'in'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Entry = Parameters<ReturnType<typeof pack>['entry']>[0];

/** A tar with whatever names a hostile container may put into one. */
function tarOf(entries: [Entry, string?][]): Readable {
  const tar = pack();
  for (const [header, content = ''] of entries) tar.entry(header, content);
  tar.finalize();
  const stream = new PassThrough();
  void (async () => {
    for await (const chunk of tar) stream.write(chunk);
    stream.end();
  })();
  return stream;
}

const unpack = (entries: [Entry, string?][]) =>
  unpackTar(tarOf(entries), join(folder, 'in'), () => undefined);

describe('unpackTar', () => {
  it('unpacks files, folders, hard links and links that stay inside', async () => {
    const done = await unpack([
      [{ name: './', type: 'directory', mode: 0o755 }],
      [{ name: './d/', type: 'directory', mode: 0o500 }],
      [{ name: './d/f', mode: 0o6755, mtime: new Date(1_600_000_000_000) }, 'content'],
      [{ name: './hard', type: 'link', linkname: './d/f' }],
      [{ name: './soft', type: 'symlink', linkname: 'd/f' }],
      [{ name: './out', type: 'symlink', linkname: '/etc/passwd' }],
      [{ name: './dev', type: 'character-device', devmajor: 1, devminor: 3 }],
    ]);
    expect(done).toMatchObject({ ok: true, value: { files: 2, links: 1, left: ['./dev', './out'] } });
    const facts = lstatSync(join(folder, 'in/d/f'));
    // Nothing runs as its owner any more.
    expect([facts.mode & 0o7777, facts.mtimeMs]).toEqual([0o755, 1_600_000_000_000]);
    expect(readFileSync(join(folder, 'in/hard'), 'utf8')).toBe('content');
    expect(readFileSync(join(folder, 'in/soft'), 'utf8')).toBe('content');
  });

  it('refuses names that lead out of the folder', async () => {
    for (const name of ['../out', '/tmp/slipway-out', 'a/../../out']) {
      expect(await unpack([[{ name }, 'x']])).toMatchObject({ error: { code: 'file-name-refused' } });
    }
    expect(await unpack([[{ name: 'h', type: 'link', linkname: '../../etc/passwd' }]])).toMatchObject({
      error: { code: 'file-name-refused' },
    });
    expect(readdirSync(folder)).toEqual(['in']);
  });

  it('never writes through a link', async () => {
    const done = await unpack([
      [{ name: 'way', type: 'symlink', linkname: '..' }],
      [{ name: 'way/out', mode: 0o644 }, 'x'],
    ]);
    expect(existsSync(join(folder, 'out'))).toBe(false);
    expect(done).toMatchObject({ ok: true, value: { left: ['way'] } });
    expect(readFileSync(join(folder, 'in/way/out'), 'utf8')).toBe('x');
  });

  it('says so when a tar ends in the middle, or is none', async () => {
    const whole = Buffer.concat([
      tarHeader({ name: 'f', type: 'file', mode: 0o644, uid: 0, gid: 0, size: 5000, modifiedAt: 0 }),
      Buffer.alloc(1000),
    ]);
    for (const bytes of [whole, Buffer.alloc(2000, 65)]) {
      rmSync(join(folder, 'in'), { recursive: true });
      mkdirSync(join(folder, 'in'));
      const done = await unpackTar(Readable.from([bytes]), join(folder, 'in'), () => undefined);
      expect(done).toMatchObject({ error: { code: 'files-broken-off' } });
    }
  });

  it('writes nowhere else, whatever a tar holds', async () => {
    const wild = fc.oneof(
      fc
        .array(fc.constantFrom('..', '.', 'a', 'b', 'in', '', 'slipway'), { minLength: 1, maxLength: 5 })
        .map((steps) => steps.join('/')),
      fc.constantFrom('/a', '../x', 'a/../../x', './a', 'a/', 'b/c'),
    );
    const tame = fc
      .array(fc.constantFrom('a', 'b', 'in'), { minLength: 1, maxLength: 3 })
      .map((steps) => steps.join('/'));
    // One name that leads out ends the unpacking before its links are made: most are tame.
    const entry = fc.record({
      name: fc.oneof({ weight: 9, arbitrary: tame }, { weight: 1, arbitrary: wild }),
      type: fc.constantFrom('file', 'directory', 'symlink', 'link'),
      linkname: wild,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 6 }), async (entries) => {
        rmSync(join(folder, 'in'), { recursive: true });
        mkdirSync(join(folder, 'in'));
        const good = entries.filter((each) => each.name !== '');
        await unpack(good.map((each) => [each as Entry, each.type === 'file' ? 'x' : '']));
        expect(readdirSync(folder)).toEqual(['in']);
        for (const made of readdirSync(join(folder, 'in'), { recursive: true, withFileTypes: true })) {
          if (!made.isSymbolicLink()) continue;
          const place = placeOf(join(made.parentPath, made.name));
          if (place === null) continue;
          expect(place === join(folder, 'in') || place.startsWith(join(folder, 'in/'))).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

/**
 * Where a path leads once its links are followed, whether anything is there or not, or null where they lead round in
 * circles. As the kernel does it, which gives up after forty; `readlink -m` does not, and runs for ever on `a -> a/b`.
 */
function placeOf(path: string): string | null {
  const steps = path.split('/');
  let place = '/';
  let links = 0;
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    const next = join(place, step);
    const target = step === '..' ? null : targetOf(next);
    if (target === null) {
      place = next;
      continue;
    }
    links += 1;
    if (links > 40) return null;
    if (isAbsolute(target)) place = '/';
    steps.unshift(...target.split('/'));
  }
  return place;
}

/** What a link says; null for what is none, is not there or lies behind a file. */
function targetOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (['EINVAL', 'ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

describe('packTar', () => {
  it('makes a tar that GNU tar unpacks byte for byte, whatever the names', async () => {
    const root = join(folder, 'ñ odd');
    mkdirSync(join(root, 'empty'), { recursive: true });
    const long = 'x'.repeat(180);
    for (const name of ['漢字', 'a\nb', '-rf', long]) writeFileSync(join(root, name), `content of ${name}`);
    symlinkSync(`../${long}`, join(root, 'empty/link'));
    const plan = await planPack([root]);
    if (!plan.ok) throw new Error(plan.error.code);
    let sent = 0;
    const { tar } = packTar(plan.value, { uid: 0, gid: 0 }, (count) => (sent += count));
    const chunks: Buffer[] = [];
    for await (const chunk of tar) chunks.push(chunk as Buffer);
    writeFileSync(join(folder, 't.tar'), Buffer.concat(chunks));
    execFileSync('tar', ['-xf', join(folder, 't.tar'), '-C', join(folder, 'in'), '--no-same-owner']);
    execFileSync('diff', ['-r', '--no-dereference', root, join(folder, 'in/ñ odd')]);
    expect(sent).toBe(plan.value.size);
  });

  it('breaks off when a file is not as long as it was', async () => {
    writeFileSync(join(folder, 'f'), 'long enough');
    const plan = await planPack([join(folder, 'f')]);
    if (!plan.ok) throw new Error(plan.error.code);
    writeFileSync(join(folder, 'f'), 'short');
    const packing = packTar(plan.value, { uid: 0, gid: 0 }, () => undefined);
    await expect(packing.tar.toArray()).rejects.toThrow();
    expect(packing.problem()).toMatchObject({ code: 'host-changed' });
  });

  it('says what is not there', async () => {
    expect(await planPack([join(folder, 'nothing')])).toMatchObject({ error: { code: 'host-missing' } });
  });
});

describe('tarHeader', () => {
  it('holds sizes beyond eight gigabytes', () => {
    const size = 9 * 1024 ** 3;
    const bytes = Buffer.concat([
      tarHeader({ name: 'f', type: 'file', mode: 0o644, uid: 0, gid: 0, size, modifiedAt: 0 }),
      tarEnd(),
    ]);
    writeFileSync(join(folder, 't.tar'), bytes);
    const listed = execFileSync('sh', [
      '-c',
      `tar -tvf '${join(folder, 't.tar')}' 2>/dev/null || true`,
    ]).toString();
    expect(listed).toContain(String(size));
    expect([tarPadding(0), tarPadding(1), tarPadding(512)]).toEqual([0, 511, 0]);
  });
});

describe('makeWhole', () => {
  it('leaves nothing of what failed, and nothing half in the place of what was there', async () => {
    const target = join(folder, 'in/f');
    writeFileSync(target, 'old');
    const failed = await makeWhole(target, { kind: 'file', replace: true }, (place) => {
      writeFileSync(place, 'half');
      return Promise.resolve(fail('files-broken-off'));
    });
    expect(failed.ok).toBe(false);
    expect(readFileSync(target, 'utf8')).toBe('old');
    expect(readdirSync(join(folder, 'in'))).toEqual(['f']);
    const made = await makeWhole(target, { kind: 'file', replace: true }, (place) => {
      writeFileSync(place, 'new');
      return Promise.resolve(ok());
    });
    expect([made.ok, readFileSync(target, 'utf8')]).toEqual([true, 'new']);
  });
});
