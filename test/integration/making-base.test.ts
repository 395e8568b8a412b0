import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src-shared/model/result.js';
import { mountsBelow, temporaryPrefix } from '../../src-main/core/jobs/leftovers.js';
import { chooseBaseSystem } from '../../demo/base-system.mjs';
import { valueOf } from './engine-bench.js';
import { useMakingBench } from './making-bench.js';

const bench = useMakingBench('base');
/** What this machine's mirrors have. */
const system = chooseBaseSystem();

let packages: string;
let path: string | undefined;

/** The real debootstrap, told where to keep packages: what one test fetched is there for the next. */
beforeAll(() => {
  packages = mkdtempSync(join(tmpdir(), 'slipway-test-packages-'));
  const real = execFileSync('sh', ['-c', 'command -v debootstrap'], { encoding: 'utf8' }).trim();
  writeFileSync(join(packages, 'debootstrap'), `#!/bin/sh\nexec '${real}' --cache-dir='${packages}' "$@"\n`, {
    mode: 0o755,
  });
  path = process.env['PATH'];
  process.env['PATH'] = `${packages}:${path ?? ''}`;
});
afterAll(() => {
  if (path === undefined) delete process.env['PATH'];
  else process.env['PATH'] = path;
  rmSync(packages, { recursive: true });
});

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

  // In the order in which they come, so that each finds what the one before has fetched.
  it.each(['release', 'find-packages', 'download', 'extract', 'install', 'configure', 'pack'] as const)(
    'that is cancelled in its phase “%s” leaves no folder, no mount, no program, no image',
    async (phase) => {
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
    },
    400_000,
  );
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
