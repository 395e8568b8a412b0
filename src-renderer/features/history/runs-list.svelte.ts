import type { RunFacets } from '../../../src-shared/model/history.js';
import type { Fault } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import type { RunScope } from '../../../src-shared/contract/history.js';
import type { Client } from '../../client/client.js';

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

/** Whether a run is one of those that a scope asks for, as far as that can be told by the run: an order is the station's to know. */
export function isWithin(run: RunRecord, scope: RunScope): boolean {
  const fields: readonly [asked: unknown, is: unknown][] = [
    [scope.verdict, run.verdict],
    [scope.bay, run.bay],
    [scope.unitSerial, run.unitSerial],
    [scope.recipe, run.recipe],
    [scope.model, run.model],
    [scope.operator, run.operator],
    [scope.faultCode, run.fault?.code ?? null],
  ];
  return (
    fields.every(([asked, is]) => asked === undefined || asked === is) &&
    run.startedAt >= (scope.from ?? 0) &&
    run.startedAt < (scope.until ?? Infinity)
  );
}

/** The runs of a scope, newest first, page after page; a run that ends meanwhile is put in by itself. */
export class RunsList {
  runs: readonly RunRecord[] = $state.raw([]);
  facets: RunFacets | null = $state.raw(null);
  isLoading = $state(false);
  reachedEnd = $state(false);
  fault: Fault | null = $state.raw(null);
  #scope: RunScope = {};
  readonly #client: Client;
  readonly #unsubscribe;
  /** Counts what was asked for; an answer to an older question is not shown. */
  #asked = 0;

  constructor(client: Client) {
    this.#client = client;
    this.#unsubscribe = client.subscribe('verdict', undefined, ({ runId }) => void this.#add(runId));
  }

  /** Begins anew with these. */
  show(scope: RunScope): void {
    this.#scope = scope;
    void this.#load(undefined);
    void this.#count();
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
    this.isLoading = true;
    const page = { ...this.#scope, limit: pageSize, ...(before === undefined ? {} : { before }) };
    const reply = await this.#client.call('runs.list', page);
    if (asked !== this.#asked) return;
    this.isLoading = false;
    this.fault = reply.ok ? null : reply.error;
    if (!reply.ok) return;
    const { runs } = reply.value;
    this.reachedEnd = runs.length < pageSize;
    this.runs =
      before === undefined
        ? runs
        : [...this.runs, ...runs.filter((run) => !this.runs.some((known) => known.id === run.id))];
  }

  async #count(): Promise<void> {
    const scope = this.#scope;
    const reply = await this.#client.call('history.facets', scope);
    if (scope === this.#scope && reply.ok) this.facets = reply.value;
  }

  async #add(runId: string): Promise<void> {
    const scope = this.#scope;
    void this.#count();
    const reply = await this.#client.call('runs.show', { runId });
    if (scope !== this.#scope || !reply.ok || !isWithin(reply.value, scope)) return;
    if (scope.batch !== undefined) {
      const { startedAt } = reply.value;
      const counted = await this.#client.call('runs.list', {
        batch: scope.batch,
        from: startedAt,
        until: startedAt + 1,
      });
      if (scope !== this.#scope || !counted.ok || !counted.value.runs.some(({ id }) => id === runId)) return;
    }
    this.runs = withRun(this.runs, reply.value, this.reachedEnd);
  }
}
