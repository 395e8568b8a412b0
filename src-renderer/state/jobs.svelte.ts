import type { Job, JobLine, JobSummary } from '../../src-shared/model/job.js';
import type { Client } from '../client/client.js';

/** As many lines of one job as are kept to be drawn; all of them are on the station's disk. */
const keptLines = 5000;

/** The station's jobs, newest first. Null until the station's first word. */
export class JobsMirror {
  list: readonly JobSummary[] | null = $state.raw(null);
  readonly #unsubscribe;

  constructor(client: Client) {
    this.#unsubscribe = client.subscribe('jobs', undefined, ({ jobs }) => {
      this.list = jobs;
    });
  }

  dispose(): void {
    this.#unsubscribe();
  }
}

/** One job with its last lines. */
export class JobMirror {
  job: Job | null = $state.raw(null);
  gone = $state(false);
  lines: readonly JobLine[] = $state.raw([]);
  readonly #unsubscribe;

  constructor(client: Client, jobId: string) {
    this.#unsubscribe = client.subscribe('job', { jobId }, (message) => {
      if (message.kind === 'gone') this.gone = true;
      else if (message.kind === 'job') this.job = message.job;
      else this.lines = [...this.lines, ...message.lines].slice(-keptLines);
    });
  }

  dispose(): void {
    this.#unsubscribe();
  }
}
