import type { Fault } from '../../../src-shared/model/result.js';
import type { RunRecord, Verdict } from '../../../src-shared/model/run.js';
import type { Client } from '../../client/client.js';

export interface RunsFilter {
  readonly verdict: Verdict | null;
  readonly bay: number | null;
  readonly unitSerial: string;
}

const pageSize = 50;

/** A run that has ended, put where it belongs among those that are shown, newest first. */
export function withRun(
  runs: readonly RunRecord[],
  run: RunRecord,
  reachedEnd: boolean,
): readonly RunRecord[] {
  const others = runs.filter((each) => each.id !== run.id);
  const place = others.findIndex((each) => each.startedAt <= run.startedAt);
  // Older than the oldest that is shown: it comes with its page.
  if (place < 0) return reachedEnd || runs.length !== others.length ? [...others, run] : runs;
  return [...others.slice(0, place), run, ...others.slice(place)];
}

function matches(run: RunRecord, filter: RunsFilter): boolean {
  return (
    (filter.verdict === null || run.verdict === filter.verdict) &&
    (filter.bay === null || run.bay === filter.bay) &&
    (filter.unitSerial === '' || run.unitSerial === filter.unitSerial)
  );
}

/** The recent runs, newest first, page after page; a run that ends meanwhile is put in by itself. */
export class RunsList {
  runs: readonly RunRecord[] = $state.raw([]);
  filter: RunsFilter = $state.raw({ verdict: null, bay: null, unitSerial: '' });
  isLoading = $state(false);
  reachedEnd = $state(false);
  fault: Fault | null = $state.raw(null);
  readonly #client: Client;
  readonly #unsubscribe;
  /** Counts what was asked for; an answer to an older question is not shown. */
  #asked = 0;

  constructor(client: Client) {
    this.#client = client;
    this.#unsubscribe = client.subscribe('verdict', undefined, ({ runId }) => void this.#add(runId));
    void this.#load(undefined);
  }

  change(filter: Partial<RunsFilter>): void {
    this.filter = { ...this.filter, ...filter };
    void this.#load(undefined);
  }

  older(): void {
    const last = this.runs.at(-1);
    if (last !== undefined && !this.isLoading && !this.reachedEnd) void this.#load(last.id);
  }

  dispose(): void {
    this.#unsubscribe();
    this.#asked += 1;
  }

  async #load(before: string | undefined): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const { verdict, bay, unitSerial } = this.filter;
    this.isLoading = true;
    const reply = await this.#client.call('runs.list', {
      limit: pageSize,
      ...(verdict === null ? {} : { verdict }),
      ...(bay === null ? {} : { bay }),
      ...(unitSerial === '' ? {} : { unitSerial }),
      ...(before === undefined ? {} : { before }),
    });
    if (asked !== this.#asked) return;
    this.isLoading = false;
    this.fault = reply.ok ? null : reply.error;
    if (!reply.ok) return;
    this.reachedEnd = reply.value.runs.length < pageSize;
    this.runs =
      before === undefined
        ? reply.value.runs
        : [
            ...this.runs,
            ...reply.value.runs.filter((run) => !this.runs.some((known) => known.id === run.id)),
          ];
  }

  async #add(runId: string): Promise<void> {
    const asked = this.#asked;
    const reply = await this.#client.call('runs.show', { runId });
    if (asked !== this.#asked || !reply.ok || !matches(reply.value, this.filter)) return;
    this.runs = withRun(this.runs, reply.value, this.reachedEnd);
  }
}
