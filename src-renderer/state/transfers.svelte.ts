import type { JobKind, JobSummary } from '../../src-shared/model/job.js';
import type { Client } from '../client/client.js';

interface Options {
  kinds: readonly JobKind[];
  /** Keeps which of those that have ended are still shown, over a reload of the page. */
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  storageKey: string;
  /** One of them has just ended, however. */
  onEnded: (job: JobSummary) => void;
}

/** The transfers of one screen: those that run, whoever began them, and those begun here until they are dismissed. */
export class Transfers {
  #jobs: readonly JobSummary[] = $state.raw([]);
  #begun: readonly string[] = $state.raw([]);
  readonly #options: Options;
  readonly #unsubscribe;

  constructor(client: Client, options: Options) {
    this.#options = options;
    this.#begun = (options.storage.getItem(options.storageKey) ?? '').split(' ').filter((id) => id !== '');
    this.#unsubscribe = client.subscribe('jobs', undefined, ({ jobs }) => {
      const running = this.#jobs.flatMap(({ id, state }) => (state === 'running' ? [id] : []));
      this.#jobs = jobs.filter(({ kind }) => options.kinds.includes(kind));
      for (const job of this.#jobs)
        if (running.includes(job.id) && job.state !== 'running') options.onEnded(job);
    });
  }

  /** Newest first. */
  get shown(): readonly JobSummary[] {
    return this.#jobs.filter(({ id, state }) => state === 'running' || this.#begun.includes(id));
  }

  remember(jobId: string): void {
    this.#keep([...this.#begun, jobId]);
  }

  dismiss(jobId: string): void {
    this.#keep(this.#begun.filter((id) => id !== jobId));
  }

  #keep(ids: readonly string[]): void {
    this.#begun = ids;
    this.#options.storage.setItem(this.#options.storageKey, ids.join(' '));
  }

  dispose(): void {
    this.#unsubscribe();
  }
}
