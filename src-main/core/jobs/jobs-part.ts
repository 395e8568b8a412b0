import type { jobCalls, jobEvents } from '../../../src-shared/contract/jobs.js';
import { ok } from '../../../src-shared/model/result.js';
import type { EventMessage } from '../../../src-shared/contract.js';
import type { JobLine } from '../../../src-shared/model/job.js';
import type { Clock } from '../clock.js';
import { createEmitter } from '../emitter.js';
import type { StationPart } from '../part.js';
import { createLatestWins } from '../streams/latest-wins.js';
import type { Jobs } from './jobs.js';

/** At most ten messages a second a subscription, in ms. */
const every = 100;
/** How many lines a subscription is told first, and at most at once. */
const replayed = 2000;

/** The contract's calls and streams of jobs, over the registry. */
export function createJobsPart(options: {
  jobs: Jobs;
  clock: Clock;
  onDefect: (error: unknown) => void;
}): StationPart<typeof jobCalls, typeof jobEvents> {
  const { jobs, clock, onDefect } = options;
  const lists = createEmitter<EventMessage<'jobs'>>();
  let revision = 0;
  const list = createLatestWins<'jobs'>({
    clock,
    every,
    call() {
      revision += 1;
      lists.emit({ revision, jobs: jobs.list() });
    },
  });
  const changes = jobs.changes.subscribe(() => list.touch('jobs'));

  return {
    handlers: {
      'jobs.list': () => Promise.resolve(ok(jobs.list())),
      'jobs.log': ({ jobId, from, limit }) => jobs.log(jobId, from, limit),
      'jobs.cancel': ({ jobId }) => Promise.resolve(jobs.cancel(jobId)),
      'jobs.remove': ({ jobId }) => jobs.remove(jobId),
    },
    streams: {
      jobs(_params, listener) {
        listener({ revision, jobs: jobs.list() });
        return lists.subscribe(listener);
      },
      job({ jobId }, listener) {
        let disposed = false;
        /** Lines wait until those before them have been told. */
        let told: number | null = null;
        let pending: JobLine[] = [];
        const tell = createLatestWins<'job' | 'lines'>({
          clock,
          every,
          call(what) {
            if (what === 'job') {
              const job = jobs.find(jobId);
              listener(
                job === undefined ? { kind: 'gone', jobId } : { kind: 'job', job: structuredClone(job) },
              );
              return;
            }
            if (told === null) return;
            const from = told;
            const lines = pending.filter(({ seq }) => seq >= from);
            pending = [];
            const last = lines.at(-1);
            if (last === undefined) return;
            told = last.seq + 1;
            listener({ kind: 'lines', jobId, lines, total: told });
          },
        });
        const watching = [
          jobs.changes.subscribe((id) => {
            if (id === jobId) tell.touch('job');
          }),
          jobs.lines.subscribe(({ jobId: id, line }) => {
            if (id !== jobId) return;
            pending.push(line);
            // A flood while the first lines are read from disk: they are on disk as well.
            if (told === null && pending.length > replayed) pending.shift();
            tell.touch('lines');
          }),
        ];
        async function replay(): Promise<void> {
          const count = await jobs.log(jobId, 0, 1);
          const total = count.ok ? count.value.total : 0;
          const from = Math.max(0, total - replayed);
          const read = await jobs.log(jobId, from, replayed);
          if (disposed) return;
          const lines = read.ok ? read.value.lines : [];
          told = (lines.at(-1)?.seq ?? from - 1) + 1;
          if (lines.length > 0) listener({ kind: 'lines', jobId, lines, total: told });
          tell.touch('lines');
        }
        tell.touch('job');
        replay().catch(onDefect);
        return {
          dispose() {
            disposed = true;
            for (const watch of watching) watch.dispose();
            tell.dispose();
          },
        };
      },
    },
    async stop() {
      await jobs.stop();
      changes.dispose();
      list.dispose();
    },
  };
}
