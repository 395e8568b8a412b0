import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, valueOf } from './engine-bench.js';
import { makeFilesBench, makeFolder, quiet, type FilesBench } from './files-bench.js';
import { useImagesBench } from './images-bench.js';
import { makeSmallDisk, type SmallDisk } from './small-disk.js';

// Real disks that are too small for what is brought to them: a clear word each, and nothing half-made.

let disk: SmallDisk;
beforeEach(() => {
  disk = makeSmallDisk(1000);
});
afterEach(() => disk.dispose());

describe('a full disk', () => {
  let bench: FilesBench;
  beforeAll(async () => {
    bench = await makeFilesBench();
  });
  afterAll(() => bench.dispose());

  it.each(['file', 'folder', 'tar'] as const)('of the station refuses a download as a %s', async (form) => {
    const id = await bench.sleeper('mkdir /d; head -c 3000000 /dev/urandom > /d/big');
    const path = form === 'file' ? '/d/big' : '/d';
    const brought = await bench.bring({ id, path, target: join(disk.path, 'out'), form });
    expect(codeOf(brought)).toBe('host-no-space');
    expect(readdirSync(disk.path)).toEqual([]);
  });

  it('of a container refuses an upload', async () => {
    const { path: folder, dispose } = makeFolder();
    try {
      const mount = { type: 'tmpfs', target: '/t', sizeBytes: 1024 ** 2 } as const;
      const id = await bench.sleeper('echo before > /t/before', { mounts: [mount] });
      execFileSync('sh', ['-c', `head -c 3000000 /dev/urandom > '${join(folder, 'big')}'`]);
      const sent = await bench.send({ id, folder: '/t', sources: [join(folder, 'big')] });
      expect(codeOf(sent)).toBe('container-no-space');
      expect(await bench.inside(id, 'ls -A /t; cat /t/before')).toBe('before\nbefore\n');
    } finally {
      dispose();
    }
  });

  async function filledVolume(bytes: number): Promise<string> {
    const name = `slipway-test-${bench.stationId.slice(0, 8)}-full${bytes}`;
    valueOf(await bench.volumes.create(name));
    const id = await bench.run(`head -c ${bytes} /dev/urandom > /v/data`, {
      mounts: [{ type: 'volume', source: name, target: '/v', readOnly: false }],
    });
    await bench.docker.getContainer(id).wait();
    valueOf(await bench.engine.removeContainer(id));
    return name;
  }
  async function contentOf(name: string): Promise<string> {
    const id = await bench.run('sha256sum /v/*', {
      mounts: [{ type: 'volume', source: name, target: '/v', readOnly: true }],
    });
    const output = await bench.output(id);
    valueOf(await bench.engine.removeContainer(id));
    return output;
  }

  it.each([
    ['far too small', 3_000_000],
    ['too small by a little at its end', 1_018_000],
  ])('that is %s for a volume refuses its backup', async (_, bytes) => {
    const transfers = bench.transfers(join(disk.path, 'kept'));
    const saved = await transfers.backup(await filledVolume(bytes), join(disk.path, 'b.tar'), false, quiet);
    expect(codeOf(saved)).toBe('host-no-space');
    expect(readdirSync(disk.path)).toEqual([]);
  });

  it('under the home refuses a restore over a volume, whose content stays', async () => {
    const { path: folder, dispose } = makeFolder();
    try {
      const name = await filledVolume(2_000_000);
      const before = await contentOf(name);
      const file = join(folder, 'backup.tar');
      valueOf(await bench.transfers(join(folder, 'kept')).backup(name, file, false, quiet));
      const transfers = bench.transfers(join(disk.path, 'kept'));
      expect(codeOf(await transfers.restore(name, file, true, quiet))).toBe('host-no-space');
      expect(await contentOf(name)).toBe(before);
      expect(readdirSync(join(disk.path, 'kept'))).toEqual([]);
    } finally {
      dispose();
    }
  });
});

describe('saving images to a full disk', () => {
  const bench = useImagesBench('full');

  it('says so, keeps the file that was there, and leaves nothing', async () => {
    const file = join(disk.path, 'images.tar');
    writeFileSync(file, 'mine');
    const job = await bench.ended(
      await bench.part.handlers['images.save']({ images: [bench.name('ours')], file, replace: true }),
    );
    expect(job).toMatchObject({ state: 'failed', fault: { code: 'host-no-space', params: { path: file } } });
    expect(readdirSync(disk.path)).toEqual(['images.tar']);
  });
});
