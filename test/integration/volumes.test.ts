import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { labels } from '../../src-main/core/docker/engine.js';
import type { VolumeTransfers } from '../../src-main/core/volumes/volume-transfers.js';
import type { FaultParams, Result } from '../../src-shared/model/result.js';
import { codeOf, removeAllOf, valueOf } from './engine-bench.js';
import { makeFilesBench, makeFolder, quiet, type FilesBench } from './files-bench.js';
import { tinyImage } from './tiny-image.js';

let bench: FilesBench;
let folder: string;
let dispose: () => void;
let transfers: VolumeTransfers;

beforeAll(async () => {
  bench = await makeFilesBench();
});
afterAll(() => bench.dispose());
beforeEach(() => {
  ({ path: folder, dispose } = makeFolder());
  transfers = bench.transfers(join(folder, 'kept'));
});
afterEach(() => dispose());

describe('volumes', () => {
  let made = 0;
  const newName = (): string => `slipway-test-${bench.stationId.slice(0, 8)}-v${(made += 1)}`;
  /** A volume with odd files in it. */
  async function filled(): Promise<string> {
    const name = newName();
    valueOf(await bench.volumes.create(name));
    const id = await bench.sleeper(
      "mkdir -p /v/ñ; head -c 3000000 /dev/urandom > /v/ñ/data; ln -s ñ/data /v/l; chown 5:6 /v/ñ/data; chmod 2750 /v/ñ/data; echo 1 > '/v/a\nb'",
      { mounts: [{ type: 'volume', source: name, target: '/v', readOnly: false }] },
    );
    valueOf(await bench.engine.removeContainer(id));
    return name;
  }
  /** All that is in a volume: names, owners, modes, targets and content. */
  async function contentOf(name: string): Promise<string> {
    const id = await bench.run(
      "cd /v && find . -exec stat -c '%n %a %u %g %s %Y %N' {} + | grep -v '^\\. ' | sort; find . -type f -exec sha256sum {} + | sort",
      { mounts: [{ type: 'volume', source: name, target: '/v', readOnly: true }] },
    );
    const output = await bench.output(id);
    valueOf(await bench.engine.removeContainer(id));
    return output;
  }
  const back = (name: string, file: string): Promise<Result<FaultParams>> =>
    transfers.backup(name, file, false, quiet);
  const leftHelpers = async (): Promise<number> =>
    (
      await bench.docker.listContainers({
        all: true,
        filters: JSON.stringify({
          label: [`${labels.station}=${bench.stationId}`, `${labels.role}=volume`],
        }),
      })
    ).length;

  it('are backed up into a tar that any tar opens, and restored as they were', async () => {
    const name = await filled();
    const file = join(folder, 'backup.tar');
    const saved = valueOf(await back(name, file));
    expect(execFileSync('tar', ['-tf', file]).toString().trim().split('\n')).toEqual([
      'manifest.json',
      'volume.tar',
    ]);
    const inner = createHash('sha256').update(
      execFileSync('tar', ['-xOf', file, 'volume.tar'], { maxBuffer: 64 * 1024 ** 2 }),
    );
    expect(saved['sha256']).toBe(inner.digest('hex'));
    const other = newName();
    valueOf(await transfers.restore(other, file, false, quiet));
    expect(await contentOf(other)).toBe(await contentOf(name));
    expect(await leftHelpers()).toBe(0);
    expect(codeOf(await back(name, file))).toBe('host-exists');
  });

  it('are replaced as a whole by a restore, and only when told to', async () => {
    const name = await filled();
    const before = await contentOf(name);
    const file = join(folder, 'backup.tar');
    valueOf(await back(name, file));
    const id = await bench.run('rm -rf /v/*; echo other > /v/other', {
      mounts: [{ type: 'volume', source: name, target: '/v', readOnly: false }],
    });
    await bench.docker.getContainer(id).wait();
    expect(codeOf(await transfers.restore(name, file, false, quiet))).toBe('volume-exists');
    expect(codeOf(await transfers.restore(name, file, true, quiet))).toBe('volume-in-use');
    valueOf(await bench.engine.removeContainer(id));
    valueOf(await transfers.restore(name, file, true, quiet));
    expect(await contentOf(name)).toBe(before);
    expect(readdirSync(join(folder, 'kept'))).toEqual([]);
  });

  it('stay as they were when a backup is damaged, cut off or none', async () => {
    const name = await filled();
    const before = await contentOf(name);
    const file = join(folder, 'backup.tar');
    valueOf(await back(name, file));
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(1_000_000) ^ 1, 1_000_000);
    writeFileSync(join(folder, 'flipped.tar'), bytes);
    expect(codeOf(await transfers.restore(name, join(folder, 'flipped.tar'), true, quiet))).toBe(
      'backup-damaged',
    );
    truncateSync(file, 2_000_000);
    expect(codeOf(await transfers.restore(name, file, true, quiet))).toBe('backup-damaged');
    writeFileSync(join(folder, 'none.tar'), 'no backup');
    expect(codeOf(await transfers.restore(name, join(folder, 'none.tar'), true, quiet))).toBe(
      'backup-unreadable',
    );
    expect(codeOf(await transfers.restore(newName(), file, false, quiet))).toBe('backup-damaged');
    expect(await contentOf(name)).toBe(before);
  });

  it('have their old content back when a restore fails in the middle, also after the station died', async () => {
    const name = await filled();
    const before = await contentOf(name);
    const file = join(folder, 'backup.tar');
    valueOf(await back(name, file));
    const id = await bench.run('echo new > /v/new', {
      mounts: [{ type: 'volume', source: name, target: '/v', readOnly: false }],
    });
    await bench.docker.getContainer(id).wait();
    valueOf(await bench.engine.removeContainer(id));
    const changed = await contentOf(name);
    expect(changed).not.toBe(before);
    let writes = 0;
    const failing = bench.transfers(join(folder, 'kept'), {
      read: (helper, path, signal) => bench.files.read(helper, path, signal),
      write: (helper, path, tar, signal) => {
        writes += 1;
        return writes === 1
          ? bench.files.write(helper, path, Readable.from([Buffer.alloc(2000, 65)]), signal)
          : bench.files.write(helper, path, tar, signal);
      },
    });
    expect(codeOf(await failing.restore(name, file, true, quiet))).toBe('restore-undone');
    expect(await contentOf(name)).toBe(changed);

    // As it is when the station dies just after the volume was emptied.
    valueOf(await transfers.backup(name, join(folder, 'kept', `before-restore-${name}.tar`), false, quiet));
    valueOf(await bench.volumes.remove(name));
    expect(valueOf(await transfers.recover())).toEqual([name]);
    expect(await contentOf(name)).toBe(changed);
    expect(readdirSync(join(folder, 'kept'))).toEqual([]);
  });

  it('say who uses them and how much they hold, and are not removed meanwhile', async () => {
    const name = await filled();
    const id = await bench.sleeper('true', {
      mounts: [{ type: 'volume', source: name, target: '/v', readOnly: false }],
    });
    expect(valueOf(await bench.volumes.users()).get(name)).toMatchObject({
      usedBy: [{ id, bay: 1, isRunning: true }],
      foreignUsers: 0,
    });
    expect(valueOf(await bench.volumes.sizes()).get(name)).toBeGreaterThan(3_000_000);
    expect(codeOf(await bench.volumes.remove(name))).toBe('volume-in-use');
    valueOf(await bench.engine.removeContainer(id));
    valueOf(await bench.volumes.remove(name));
    expect(codeOf(await bench.volumes.find(name))).toBe('volume-unknown');
  });

  it('cannot be reached without an image that is here, and none is ever fetched', async () => {
    const name = await filled();
    expect(codeOf(await bench.volumes.makeHelper(name, ['slipway-test-none:1']))).toBe('volume-no-image');
  });
});

describe('neighbours', () => {
  it('are invisible and refused: their containers and their volumes', async () => {
    const stranger = `${bench.stationId}-stranger`;
    const theirLabels = { [labels.station]: stranger };
    const name = `slipway-test-${stranger.slice(0, 8)}-theirs`;
    await bench.docker.createVolume({ Name: name, Labels: theirLabels });
    const container = await bench.docker.createContainer({
      Image: tinyImage,
      Cmd: ['sleep', '1000'],
      Labels: theirLabels,
      HostConfig: { NetworkMode: 'none', Mounts: [{ Type: 'volume', Source: name, Target: '/v' }] },
    });
    await container.start();
    try {
      const { id } = container;
      expect(codeOf(await bench.lister.list(id, '/'))).toBe('container-gone');
      expect(
        codeOf(await bench.bring({ id, path: '/etc/passwd', target: join(folder, 'p'), form: 'file' })),
      ).toBe('container-gone');
      writeFileSync(join(folder, 'f'), '1');
      expect(codeOf(await bench.send({ id, folder: '/tmp', sources: [join(folder, 'f')] }))).toBe(
        'container-gone',
      );
      expect(codeOf(await bench.files.run(id, { command: ['true'], signal: quiet.signal }))).toBe(
        'container-gone',
      );
      expect(valueOf(await bench.files.list()).map((place) => place.id)).not.toContain(id);

      expect(valueOf(await bench.volumes.list()).map((each) => each.name)).not.toContain(name);
      expect(codeOf(await bench.volumes.create(name))).toBe('volume-foreign');
      expect(codeOf(await bench.volumes.remove(name))).toBe('volume-foreign');
      expect(codeOf(await transfers.backup(name, join(folder, 'b.tar'), false, quiet))).toBe(
        'volume-foreign',
      );
      expect(valueOf(await bench.volumes.users()).get(name)).toEqual({ usedBy: [], foreignUsers: 1 });
      expect((await bench.docker.getVolume(name).inspect()).Name).toBe(name);
      expect((await container.inspect()).State.Running).toBe(true);
    } finally {
      await removeAllOf(bench.docker, stranger);
    }
  });
});
