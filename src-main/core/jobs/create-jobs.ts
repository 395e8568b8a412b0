import { join } from 'node:path';
import type { Job, JobLine } from '../../../src-shared/model/job.js';
import { fail, fault, ok, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import { identify, isRunning } from '../config/process-identity.js';
import { createEmitter } from '../emitter.js';
import { newRunId } from '../records/run-id.js';
import { createRunLogs } from '../records/run-logs.js';
import { createJobFiles, type StoredJob } from './job-files.js';
import { toJobLine } from './job-lines.js';
import type { Jobs, JobStart, Leftover } from './jobs.js';
import { endSteps, newJob, runJob, summaryOf, type RunningJob } from './running-job.js';

/** How many ended jobs are kept, with their logs. */
const mostEnded = 60;

export interface JobsOptions {
  home: string;
  clock: Clock;
  /** Takes away what a job left whose station had died. Resolves to false where that has to wait for another start. */
  clean: (leftover: Leftover) => Promise<boolean>;
  onDefect: (error: unknown) => void;
}

/** The registry of jobs over the home's folder `jobs/`. What earlier stations left there is read and cleaned up at once. */
export function createJobs({ home, clock, clean, onDefect }: JobsOptions): Jobs {
  const folder = join(home, 'jobs');
  const files = createJobFiles(folder);
  const logs = createRunLogs({ folder, clock });
  const own = identify(process.pid);
  if (own === null) throw new Error('This process does not find itself');
  const changes = createEmitter<string>();
  const lines = createEmitter<{ jobId: string; line: JobLine }>();
  const running = new Map<string, RunningJob>();
  const ended = new Map<string, Job>();
  let stopped = false;

  /** Read anew: it changes while something is awaited. */
  const hasStopped = (): boolean => stopped;

  async function load(): Promise<void> {
    for (const stored of await files.readAll()) {
      const { job } = stored;
      if (job.state !== 'running') ended.set(job.id, job);
      // Another process of this home (a command line) works on it: its job, not ours.
      else if (stored.process.pid === own?.pid || !isRunning(stored.process)) await close(stored);
    }
    await prune();
    for (const id of ended.keys()) changes.emit(id);
  }

  /** Ends a job that a station that died was working on. */
  async function close({ job, process, leftovers }: StoredJob): Promise<void> {
    const left: Leftover[] = [];
    // The last first: a layer goes once none is built on it, a folder once nothing works in it.
    for (const leftover of [...leftovers].reverse()) if (!(await clean(leftover))) left.unshift(leftover);
    endSteps(job, 'cancelled', clock.now());
    const closed: Job = {
      ...job,
      state: 'interrupted',
      fault: fault('job-interrupted'),
      endedAt: job.endedAt ?? clock.now(),
    };
    ended.set(job.id, closed);
    await files.save({ job: closed, process, leftovers: left });
  }

  const byAge = (one: Job, other: Job): number => (one.id < other.id ? 1 : -1);

  async function prune(): Promise<void> {
    for (const job of [...ended.values()].sort(byAge).slice(mostEnded)) {
      ended.delete(job.id);
      await files.remove(job.id);
      changes.emit(job.id);
    }
  }

  const loaded = load().catch(onDefect);

  async function start(start: JobStart): Promise<Result<{ jobId: string; ended: Promise<Job> }>> {
    await loaded;
    if (stopped || own === null) return fail('station-stopping');
    const id = newRunId(clock);
    const job = newJob(id, start, clock.now());
    const saved = await files.save({ job, process: own, leftovers: [] });
    if (!saved.ok) return saved;
    const log = await logs.open(id);
    if (!log.ok) return log;
    const listening = log.value.appended.subscribe((line) =>
      lines.emit({ jobId: id, line: toJobLine(line) }),
    );
    const runs = runJob({
      start,
      job,
      log: log.value,
      files,
      process: own,
      clock,
      onChange: () => changes.emit(id),
      onDefect,
    });
    running.set(id, runs);
    changes.emit(id);
    const over = runs.ended.then(async (done) => {
      listening.dispose();
      ended.set(id, done);
      running.delete(id);
      changes.emit(id);
      await prune();
      return done;
    });
    // It stopped while the first state was written.
    if (hasStopped()) runs.cancel('stopping');
    return ok({ jobId: id, ended: over });
  }

  return {
    start,
    changes,
    lines,
    list: () =>
      [...[...running.values()].map(({ job }) => job), ...ended.values()].sort(byAge).map(summaryOf),
    find: (jobId) => running.get(jobId)?.job ?? ended.get(jobId),
    async log(jobId, from, limit) {
      await loaded;
      if (!running.has(jobId) && !ended.has(jobId)) return fail('job-unknown');
      const read = await logs.read(jobId, from, limit);
      return read.ok ? ok({ lines: read.value.lines.map(toJobLine), total: read.value.total }) : read;
    },
    cancel(jobId) {
      const runs = running.get(jobId);
      runs?.cancel('cancelled');
      return runs !== undefined || ended.has(jobId) ? ok() : fail('job-unknown');
    },
    async remove(jobId) {
      if (running.has(jobId)) return fail('job-runs');
      if (!ended.has(jobId)) return fail('job-unknown');
      const removed = await files.remove(jobId);
      if (removed.ok) ended.delete(jobId);
      changes.emit(jobId);
      return removed;
    },
    async stop() {
      stopped = true;
      await loaded;
      const going = [...running.values()];
      for (const runs of going) runs.cancel('stopping');
      await Promise.all(going.map((runs) => runs.ended));
    },
  };
}
