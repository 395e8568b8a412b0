import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src-shared/model/result.js';
import { mountsBelow, temporaryPrefix } from '../../src-main/core/jobs/leftovers.js';
import { chooseBaseSystem } from '../../demo/base-system.mjs';
import { valueOf } from './engine-bench.js';
import { useMakingBench } from './making-bench.js';

const bench = useMakingBench('base');
/** What this machine's mirrors have. */
const system = chooseBaseSystem();

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

  it.each([
    ['the packages are fetched', 'download'],
    ['the base system is unpacked', 'extract'],
    ['the packages are installed', 'configure'],
  ])(
    'that is cancelled while %s leaves no folder, no mount, no program, no image',
    async (_, phase) => {
      const { jobId } = valueOf(await debootstrap({}));
      const running = await bench.until(jobId, ({ steps }) =>
        steps.some((step) => step.phase === phase && step.lines.count > 3),
      );
      expect(running.state).toBe('running');
      const [left] = leftFolders();
      bench.jobs.cancel(jobId);
      expect((await bench.until(jobId, () => false)).state).toBe('cancelled');
      expect(leftFolders()).toEqual([]);
      expect(await mountsBelow(join(tmpdir(), left ?? ''))).toEqual([]);
      expect(commandsNaming(left ?? 'none')).toEqual([]);
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
