import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { markOf, stillRuns } from './process.mjs';
import ProgressReporter from './progress-reporter.mjs';
import { endLeftovers, reportArguments, unfinished, watchProgress } from './stuck.mjs';

describe('what is unfinished', () => {
  it('is what began and did not end, a file only where none of its tests is known', () => {
    const notes = ['+ a', '+ a › one', '- a › one', '- a', '+ b', '+ c', '+ c › two', ''].join('\n');
    expect(unfinished(notes)).toEqual(['b', 'c › two']);
    expect(unfinished('')).toEqual([]);
  });
});

describe('a suite that is watched', () => {
  /** @type {string} */
  let folder;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-stuck-'));
    vi.stubEnv('PROGRESS_FILE', join(folder, 'notes'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  const watch = () =>
    watchProgress({
      notes: join(folder, 'notes'),
      reports: join(folder, 'reports'),
      limitMs: 60_000,
      everyMs: 10,
    });

  it('is left alone while something begins or ends now and then', async () => {
    const progress = watch();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(progress.signal.aborted).toBe(false);
    progress.dispose();
  });

  it('is given up once nothing does, and where it is is told: in a loop that never ends, too', async () => {
    const program = 'process.stdout.write("on"); (function roundAndRound() { for (;;); })();';
    const child = spawn(process.execPath, [...reportArguments(join(folder, 'reports')), '-e', program]);
    await once(child.stdout, 'data');
    const progress = watch();
    const reporter = new ProgressReporter();
    reporter.onTestModuleQueued(/** @type {any} */ ({ relativeModuleId: 'src/a.test.ts' }));
    utimesSync(join(folder, 'notes'), 0, 0);
    await once(progress.signal, 'abort');
    progress.dispose();

    const found = progress.found();
    expect(found?.running).toEqual(['src/a.test.ts']);
    const places = found?.places.join('\n') ?? '';
    expect(places).toMatch(new RegExp(`^${child.pid} R \\d+ ticks.* -e process`, 'm'));
    expect(places).toContain('roundAndRound');

    const mark = markOf(child.pid ?? 0);
    const ended = once(child, 'exit');
    if (found !== undefined) endLeftovers(found);
    await ended;
    expect(mark !== undefined && stillRuns(mark)).toBe(false);
  });
});
