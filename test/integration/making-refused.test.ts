import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseBaseSystem } from '../../demo/base-system.mjs';
import type { Job } from '../../src-shared/model/job.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { createImageMaker } from '../../src-main/core/docker/image-maker.js';
import { createMadeImages } from '../../src-main/core/images/made-images.js';
import { createJobs } from '../../src-main/core/jobs/create-jobs.js';
import { cleanHere, mountsBelow, temporaryPrefix } from '../../src-main/core/jobs/leftovers.js';
import { createMaking } from '../../src-main/core/making/making-part.js';
import { valueOf } from './engine-bench.js';
import { useMakingBench } from './making-bench.js';
import { makeSmallDisk } from './small-disk.js';
import { tinyImage } from './tiny-image.js';

const bench = useMakingBench('refused');
const system = chooseBaseSystem();
let releases: (() => void)[] = [];

afterEach(() => {
  for (const release of releases.reverse()) release();
  releases = [];
});

/** A disk of its own, of so many kilobytes. */
function smallDisk(kilobytes: number): string {
  const disk = makeSmallDisk(kilobytes);
  releases.push(() => disk.dispose());
  return disk.path;
}

/** A debootstrap that is done at once: it is what comes after it that counts. */
const atOnce = (size: string): string =>
  `for word; do case "$word" in */${temporaryPrefix}*) truncate -s ${size} "$word/zeros";; esac; done`;

/** Puts a shell script in the place of a program. */
function standIn(program: string, script: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-test-programs-'));
  writeFileSync(join(folder, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const before = process.env['PATH'];
  process.env['PATH'] = `${folder}:${before ?? ''}`;
  releases.push(() => {
    if (before === undefined) delete process.env['PATH'];
    else process.env['PATH'] = before;
    rmSync(folder, { recursive: true });
  });
}

/** Makes a file one that nobody can read, not root either: reading this address of a process is an error. */
function makeUnreadable(file: string): void {
  writeFileSync(file, '');
  execFileSync('mount', ['--bind', `/proc/${process.pid}/mem`, file]);
  releases.push(() => execFileSync('umount', [file]));
}

const sorted = ({ images, containers }: { images: string[]; containers: string[] }) => ({
  images: [...images].sort(),
  containers,
});

const temporaries = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith(temporaryPrefix));

const debootstrap = (change: Record<string, unknown> = {}) =>
  bench.making.handlers['images.debootstrap']({
    suite: system.suite,
    name: `${bench.mine}:base`,
    variant: 'minbase',
    include: [],
    components: system.components,
    changes: [],
    replace: false,
    ...(system.mirror === '' ? {} : { mirror: system.mirror }),
    ...change,
  });

describe('a build', () => {
  it.each([
    ['its Dockerfile', 'Dockerfile', { 'other.txt': 'x' }],
    ['a file of it', 'part.bin', { Dockerfile: `FROM ${tinyImage}\nCOPY . /\n` }],
  ])('of a context in which %s cannot be read names it, and makes nothing', async (_, name, files) => {
    bench.context(files);
    makeUnreadable(join(bench.folder, name));
    const before = await bench.everything();
    const job = await bench.ended(bench.build({}));
    expect(job).toMatchObject({
      state: 'failed',
      fault: { code: 'build-context-unreadable', params: { path: join(bench.folder, name), reason: 'EIO' } },
    });
    expect(await bench.images()).toEqual([]);
    expect(sorted(await bench.everything())).toEqual(sorted(before));
  });

  it('whose .dockerignore leads to itself says so', async () => {
    bench.context({ Dockerfile: `FROM ${tinyImage}\n` });
    symlinkSync('.dockerignore', join(bench.folder, '.dockerignore'));
    expect((await bench.ended(bench.build({}))).fault).toMatchObject({
      code: 'build-context-unreadable',
      params: { path: join(bench.folder, '.dockerignore'), reason: 'ELOOP' },
    });
  });

  it('that runs out of disk in a step ends with that step’s words', async () => {
    bench.context({
      Dockerfile: `FROM ${tinyImage}\nRUN dd if=/dev/zero of=/dev/shm/${bench.mine} bs=1M count=1000\n`,
    });
    const job = await bench.ended(bench.build({}));
    expect(job.fault).toMatchObject({ code: 'build-step-failed', params: { exitCode: 1 } });
    expect(await bench.linesOf(job)).toContainEqual(expect.stringMatching(/no space left on device/i));
    expect(await bench.images()).toEqual([]);
  });
});

describe('a name that is no image name', () => {
  it.each(['No Name!', 'UPPER', 'a:b:c', '-x', '', '../up', 'a'.repeat(300)])(
    'as “%s” is refused before anything begins',
    async (name) => {
      bench.context({ Dockerfile: `FROM ${tinyImage}\n`, 'root.tar': '' });
      const { handlers } = bench.making;
      const file = join(bench.folder, 'root.tar');
      const answers = [
        await bench.build({ name }),
        await handlers['images.import']({ file, name, changes: [], replace: false }),
        await debootstrap({ name }),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ error: { code: 'image-name-invalid' } });
      expect(bench.jobs.list()).toEqual([]);
    },
  );
});

describe('a full disk', () => {
  it('under debootstrap is said, and its folder goes', async () => {
    const disk = smallDisk(12_000);
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = disk;
    try {
      const job = await bench.ended(debootstrap());
      expect(job.fault?.code).toBe('host-no-space');
      expect(readdirSync(disk)).toEqual([]);
      expect((await mountsBelow(disk)).filter((point) => point !== disk)).toEqual([]);
      expect(await bench.images()).toEqual([]);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  }, 300_000);

  it('under the home ends no build: what was made is there, and the job says what its log lacks', async () => {
    const home = smallDisk(600);
    const jobs = createJobs({
      home,
      clock: createSystemClock(),
      onDefect: (error) => {
        throw error;
      },
      clean: (leftover) => (leftover.type === 'layer' ? Promise.resolve(false) : cleanHere(leftover)),
    });
    const maker = createImageMaker(bench.engine.connection);
    const recipes = { all: () => [], find: () => undefined };
    const making = createMaking({
      home,
      maker,
      stationId: bench.stationId,
      jobs,
      made: createMadeImages(home),
      recipes,
    });
    bench.context({
      Dockerfile: `FROM ${tinyImage}\nRUN i=0; while [ $i -lt 9000 ]; do echo "line $i of a long, long, long output of ${bench.mine}"; i=$((i+1)); done\n`,
    });
    const { jobId } = valueOf(
      await making.handlers['images.build']({
        context: bench.folder,
        name: `${bench.mine}:built`,
        buildArgs: {},
        labels: {},
        noCache: false,
        replace: false,
      }),
    );
    const job = await new Promise<Job>((resolve) => {
      const look = (): void => {
        const found = jobs.find(jobId);
        if (found !== undefined && found.state !== 'running') resolve(structuredClone(found));
      };
      jobs.changes.subscribe(look);
      look();
    });
    await jobs.stop();
    expect(job.state).toBe('done');
    expect(job.fault?.code).toBe('job-log-incomplete');
    expect((await bench.images()).map(({ RepoTags }) => RepoTags)).toEqual([[`${bench.mine}:built`]]);
  });

  it('before a job can be noted begins none', async () => {
    const home = smallDisk(64);
    writeFileSync(join(home, 'filler'), Buffer.alloc(60 * 1024));
    mkdirSync(join(home, 'jobs'));
    execFileSync('sh', ['-c', `cat /dev/zero > "${home}/more" 2>/dev/null || true`]);
    const jobs = createJobs({
      home,
      clock: createSystemClock(),
      onDefect: (error) => {
        throw error;
      },
      clean: () => Promise.resolve(true),
    });
    const maker = createImageMaker(bench.engine.connection);
    const recipes = { all: () => [], find: () => undefined };
    const making = createMaking({
      home,
      maker,
      stationId: bench.stationId,
      jobs,
      made: createMadeImages(home),
      recipes,
    });
    bench.context({ Dockerfile: `FROM ${tinyImage}\nLABEL a=b\n` });
    const begun = await making.handlers['images.build']({
      context: bench.folder,
      name: `${bench.mine}:built`,
      buildArgs: {},
      labels: {},
      noCache: false,
      replace: false,
    });
    expect(begun).toMatchObject({ ok: false, error: { code: 'jobs-unwritable' } });
    await jobs.stop();
    expect(await bench.images()).toEqual([]);
  });
});

describe('cancelled', () => {
  async function cancelled(jobId: string, when: (job: Job) => boolean): Promise<void> {
    const before = await bench.everything();
    const running = await bench.until(jobId, when);
    expect(running.state).toBe('running');
    bench.jobs.cancel(jobId);
    expect(await bench.until(jobId, () => false)).toMatchObject({ state: 'cancelled', fault: null });
    expect(await bench.images()).toEqual([]);
    const after = await bench.everything();
    expect(after.images.filter((id) => !before.images.includes(id))).toEqual([]);
    expect(after.containers).toEqual([]);
    expect(temporaries()).toEqual([]);
  }

  it('while its context is read, or sent, a build leaves nothing', async () => {
    bench.context({ Dockerfile: `FROM ${tinyImage}\nCOPY big /big\n` });
    execFileSync('truncate', ['-s', '700M', join(bench.folder, 'big')]);
    const first = valueOf(await bench.build({}));
    await cancelled(first.jobId, ({ steps }) => steps.some(({ phase }) => phase === 'context'));
    const second = valueOf(await bench.build({}));
    await cancelled(second.jobId, ({ progress }) => progress?.unit === 'bytes' && progress.done > 1_000_000);
  }, 120_000);

  it('while a compressed archive is unpacked, an import leaves no image and no program', async () => {
    bench.context({ 'root/etc/hostname': 'x' });
    execFileSync(
      'sh',
      ['-c', 'truncate -s 900M root/zeros && tar -C root -c . | xz -0 -T2 > root.tar.xz && rm root/zeros'],
      { cwd: bench.folder },
    );
    const { jobId } = valueOf(await bench.importFile(join(bench.folder, 'root.tar.xz')));
    await cancelled(jobId, ({ progress }) => (progress?.done ?? 0) > 0);
    expect(() => execFileSync('pgrep', ['-f', `xz.*${bench.folder}`])).toThrow();
  }, 120_000);

  it('before it fetches anything, debootstrap leaves no folder', async () => {
    const { jobId } = valueOf(await debootstrap());
    await cancelled(jobId, ({ steps }) => steps.some(({ phase }) => phase === 'check'));
  });

  it('while the finished system is sent to the engine, debootstrap leaves nothing of it', async () => {
    standIn('debootstrap', atOnce('900M'));
    const { jobId } = valueOf(await debootstrap());
    await cancelled(jobId, ({ progress }) => progress?.unit === 'bytes' && progress.done > 1_000_000);
  }, 120_000);
});

describe('a base system that cannot be packed whole', () => {
  it('is no image: what tar said is told, and its folder goes', async () => {
    standIn('debootstrap', atOnce('3M'));
    const tar = execFileSync('sh', ['-c', 'command -v tar'], { encoding: 'utf8' }).trim();
    standIn('tar', `${tar} "$@"; echo 'tar: ./etc/shadow: Read error' >&2; exit 2`);
    const job = await bench.ended(debootstrap());
    expect(job).toMatchObject({
      state: 'failed',
      fault: {
        code: 'debootstrap-failed',
        params: { exitCode: 2, reason: 'tar: ./etc/shadow: Read error' },
      },
    });
    expect(await bench.images()).toEqual([]);
    expect(temporaries()).toEqual([]);
  });
});
