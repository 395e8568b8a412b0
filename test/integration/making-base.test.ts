import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobPhase } from '../../src-shared/model/job.js';
import type { Result } from '../../src-shared/model/result.js';
import { mountsBelow, temporaryPrefix } from '../../src-main/core/jobs/leftovers.js';
import { chooseBaseSystem } from '../../demo/base-system.mjs';
import { valueOf } from './engine-bench.js';
import { useMakingBench } from './making-bench.js';
import { makeSmallDisk, type SmallDisk } from './small-disk.js';

const bench = useMakingBench('base');
/** What this machine's mirrors have. */
const system = chooseBaseSystem();

/** In memory: what is installed into is written to the disk again and again. */
let disk: SmallDisk;
let packed: string;
let real: string;
let before: NodeJS.ProcessEnv;

/** The real debootstrap, told where its packages are, once there are any. */
beforeAll(() => {
  before = { ...process.env };
  disk = makeSmallDisk(2_000_000);
  packed = join(disk.path, 'packed.tgz');
  real = execFileSync('sh', ['-c', 'command -v debootstrap'], { encoding: 'utf8' }).trim();
  const script = `#!/bin/sh\n[ -e '${packed}' ] && set -- --unpack-tarball='${packed}' "$@"\nexec '${real}' "$@"\n`;
  writeFileSync(join(disk.path, 'debootstrap'), script, { mode: 0o755 });
  process.env['PATH'] = `${disk.path}:${before['PATH'] ?? ''}`;
  process.env['TMPDIR'] = disk.path;
});
afterAll(() => {
  for (const name of ['PATH', 'TMPDIR']) {
    const value = before[name];
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  disk.dispose();
});

/** Fetches what a base system consists of, so that not every one has to find and to fetch it. */
async function packPackages(): Promise<void> {
  const place = ['--variant=minbase', system.suite, join(disk.path, 'packing')];
  const mirror = system.mirror === '' ? [] : [system.mirror];
  await promisify(execFile)(real, [`--make-tarball=${packed}.tgz`, ...place, ...mirror]);
  renameSync(`${packed}.tgz`, packed);
}

describe('debootstrap', () => {
  const debootstrap = (change: Record<string, unknown>): Promise<Result<{ jobId: string }>> =>
    bench.making.handlers['images.debootstrap']({
      suite: system.suite,
      name: `${bench.mine}:base`,
      variant: 'minbase',
      include: [],
      components: [],
      changes: [],
      replace: false,
      ...(system.mirror === '' ? {} : { mirror: system.mirror }),
      ...change,
    });
  const leftFolders = (): string[] =>
    readdirSync(tmpdir()).filter((name) => name.startsWith(temporaryPrefix));

  it('never begins without the keys of the suite, and names the package that has them', async () => {
    const keyring = join(bench.folder, 'none', 'ubuntu-archive-keyring.gpg');
    expect(await bench.ended(debootstrap({ keyring }))).toMatchObject({
      state: 'failed',
      fault: { code: 'debootstrap-keyring-missing', params: { package: 'ubuntu-archive-keyring' } },
    });
    expect((await bench.ended(debootstrap({ suite: 'nosuchsuite' }))).fault?.code).toBe(
      'debootstrap-suite-unknown',
    );
    expect((await bench.ended(debootstrap({ include: ['--foreign'] }))).fault?.code).toBe(
      'debootstrap-value-invalid',
    );
    expect(leftFolders()).toEqual([]);
  });

  it('refuses packages that these keys did not sign', async () => {
    const foreign = '/usr/share/keyrings/debian-archive-bullseye-stable.gpg';
    expect(existsSync(foreign)).toBe(true);
    const job = await bench.ended(debootstrap({ keyring: foreign, suite: 'trixie' }));
    expect(job.fault?.code).toBe('debootstrap-unverified');
    expect(leftFolders()).toEqual([]);
    expect(await bench.images()).toEqual([]);
  });

  async function expectNothingLeft(phase: JobPhase): Promise<void> {
    const { jobId } = valueOf(await debootstrap({}));
    const running = await bench.until(jobId, ({ steps }) => steps.at(-1)?.phase === phase);
    expect(running).toMatchObject({ state: 'running' });
    expect(running.steps.at(-1)?.phase).toBe(phase);
    const [left = 'none'] = leftFolders();
    expect(commandsNaming(left)).not.toEqual([]);
    bench.jobs.cancel(jobId);
    expect(await bench.until(jobId, () => false)).toMatchObject({ state: 'cancelled', fault: null });
    expect(leftFolders()).toEqual([]);
    expect(await mountsBelow(join(tmpdir(), left))).toEqual([]);
    expect(commandsNaming(left)).toEqual([]);
    expect(await bench.images()).toEqual([]);
  }

  describe('that is cancelled leaves no folder, no mount, no program and no image', () => {
    it.each(['release', 'find-packages', 'download'] as const)(
      'in its phase “%s”',
      (phase) => expectNothingLeft(phase),
      200_000,
    );

    describe('once its packages are there,', () => {
      beforeAll(() => packPackages());

      it.each(['extract', 'install', 'configure', 'pack'] as const)(
        'in its phase “%s”',
        (phase) => expectNothingLeft(phase),
        200_000,
      );
    });
  });
});

function commandsNaming(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/cmdline`))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8');
      } catch {
        // It ended in between.
        return '';
      }
    })
    .filter((line) => line.includes(text));
}
