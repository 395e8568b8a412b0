import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../../src-shared/model/job.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { createSystemClock } from '../clock.js';
import { createJobs } from './create-jobs.js';
import { createJobsPart } from './jobs-part.js';
import type { JobContext, Jobs, Leftover } from './jobs.js';

let home: string;
const opened: Jobs[] = [];
const defects: unknown[] = [];
const cleaned: Leftover[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slipway-jobs-'));
  defects.length = 0;
  cleaned.length = 0;
});
afterEach(async () => {
  for (const jobs of opened.splice(0)) await jobs.stop();
  rmSync(home, { recursive: true });
});

function open(): Jobs {
  const jobs = createJobs({
    home,
    clock: createSystemClock(),
    clean: (leftover) => {
      cleaned.push(leftover);
      return Promise.resolve(true);
    },
    onDefect: (error) => void defects.push(error),
  });
  opened.push(jobs);
  return jobs;
}

async function begin(
  jobs: Jobs,
  run: (context: JobContext) => Promise<Result<Record<string, string>>>,
): Promise<{ jobId: string; ended: Promise<Job> }> {
  const started = await jobs.start({ kind: 'build', params: { name: 'tool' }, run });
  if (!started.ok) throw new Error(started.error.code);
  return started.value;
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });

describe('a job', () => {
  it('keeps its steps, its lines and what it made, also for the next station', async () => {
    const { jobId, ended } = await begin(open(), (context) => {
      const first = context.step({ text: 'FROM precise', place: { at: 1, of: 2 } });
      first.end('cached');
      const second = context.step({ text: 'RUN make' });
      second.log('one\ntwo');
      context.log('between');
      second.log('three', 'err');
      second.end('done');
      return Promise.resolve(ok({ image: 'sha256:1' }));
    });
    const job = await ended;
    expect(job).toMatchObject({ state: 'done', outcome: { image: 'sha256:1' }, fault: null });
    expect(job.steps.map(({ state, lines }) => [state, lines.count])).toEqual([
      ['cached', 0],
      ['done', 3],
    ]);
    await opened.pop()?.stop();
    const next = open();
    const log = await next.log(jobId, 0, 10);
    expect(log.ok && log.value.lines.map(({ step, source, text }) => [step, source, text])).toEqual([
      [2, 'out', 'one'],
      [2, 'out', 'two'],
      [null, 'station', 'between'],
      [2, 'err', 'three'],
    ]);
    expect(next.find(jobId)).toEqual(job);
  });

  it('fails with its fault, and the step that runs fails with it', async () => {
    const { ended } = await begin(open(), (context) => {
      context.step({ phase: 'send' });
      return Promise.resolve(fail('engine-lost'));
    });
    expect(await ended).toMatchObject({
      state: 'failed',
      fault: { code: 'engine-lost' },
      steps: [{ state: 'failed' }],
    });
  });

  it('is cancelled, not failed, when somebody cancels it', async () => {
    const jobs = open();
    const { jobId, ended } = await begin(jobs, async ({ signal }) => {
      await untilAborted(signal);
      return fail('engine-lost');
    });
    expect(jobs.cancel(jobId).ok).toBe(true);
    expect(await ended).toMatchObject({ state: 'cancelled', fault: null });
    expect(jobs.cancel(jobId).ok).toBe(true);
    expect(jobs.cancel('no-such-job')).toMatchObject({ error: { code: 'job-unknown' } });
  });

  it('that throws has failed with a defect, which is told', async () => {
    const { ended } = await begin(open(), () => Promise.reject(new Error('oh')));
    expect(await ended).toMatchObject({ state: 'failed', fault: { code: 'defect' } });
    expect(defects).toHaveLength(1);
  });

  it('is interrupted when the station stops', async () => {
    const jobs = open();
    const { ended } = await begin(jobs, async ({ signal }) => {
      await untilAborted(signal);
      return fail('engine-lost');
    });
    await jobs.stop();
    expect(await ended).toMatchObject({ state: 'interrupted', fault: { code: 'job-interrupted' } });
  });

  it('that a dead station left is shown as interrupted, and what it had left is cleaned up', async () => {
    const { jobId, ended } = await begin(open(), async (context) => {
      await context.leaves({ type: 'folder', path: '/tmp/slipway-job-1' });
      context.step({ phase: 'extract' });
      return ok({});
    });
    await ended;
    // As the file would be, had the process died in the middle.
    const path = join(home, 'jobs', `${jobId}.json`);
    const stored = JSON.parse(readFileSync(path, 'utf8')) as { job: Job; leftovers: Leftover[] };
    stored.job.state = 'running';
    for (const step of stored.job.steps) step.state = 'running';
    writeFileSync(path, JSON.stringify(stored));
    const next = open();
    await next.log(jobId, 0, 1);
    expect(next.find(jobId)).toMatchObject({
      state: 'interrupted',
      fault: { code: 'job-interrupted' },
      steps: [{ state: 'cancelled' }],
    });
    expect(cleaned).toEqual([{ type: 'folder', path: '/tmp/slipway-job-1' }]);
  });

  it('can be removed once it has ended, with its log', async () => {
    const jobs = open();
    let finish: () => void = () => undefined;
    const { jobId, ended } = await begin(jobs, async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return ok({});
    });
    expect(await jobs.remove(jobId)).toMatchObject({ error: { code: 'job-runs' } });
    finish();
    await ended;
    await new Promise((resolve) => setImmediate(resolve));
    expect((await jobs.remove(jobId)).ok).toBe(true);
    expect(jobs.list()).toEqual([]);
    expect(readdirSync(join(home, 'jobs'))).toEqual([]);
  });
});

describe('the stream of a job', () => {
  it('tells the job and its lines so far, then what is new, each line once', async () => {
    const jobs = open();
    const part = createJobsPart({
      jobs,
      clock: createSystemClock(),
      onDefect: (error) => defects.push(error),
    });
    let goOn: () => void = () => undefined;
    const { jobId, ended } = await begin(jobs, async (context) => {
      const step = context.step({ text: 'RUN make' });
      for (let line = 0; line < 50; line += 1) step.log(`line ${line}`);
      await new Promise<void>((resolve) => (goOn = resolve));
      for (let line = 50; line < 100; line += 1) step.log(`line ${line}`);
      return ok({});
    });
    const lines: string[] = [];
    let state = '';
    const all = new Promise<void>((resolve) => {
      const subscription = part.streams.job({ jobId }, (message) => {
        if (message.kind === 'job') state = message.job.state;
        if (message.kind === 'lines') {
          lines.push(...message.lines.map(({ text }) => text));
          goOn();
        }
        if (lines.length >= 100 && state === 'done') {
          subscription.dispose();
          resolve();
        }
      });
    });
    await ended;
    await all;
    expect(lines).toEqual(Array.from({ length: 100 }, (_, line) => `line ${line}`));
    await part.stop();
  });

  it('says so when there is no such job', async () => {
    const part = createJobsPart({ jobs: open(), clock: createSystemClock(), onDefect: () => undefined });
    const messages: unknown[] = [];
    part.streams.job({ jobId: 'no-such-job' }, (message) => messages.push(message)).dispose();
    expect(messages).toEqual([{ kind: 'gone', jobId: 'no-such-job' }]);
    await part.stop();
  });
});
