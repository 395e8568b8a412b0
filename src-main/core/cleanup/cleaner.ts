import {
  cleanupKinds,
  type CleanupItem,
  type CleanupOutcome,
  type CleanupPlan,
  type CleanupResult,
  type CleanupRest,
  type KeptReason,
  type Removal,
} from '../../../src-shared/model/cleanup.js';
import { ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import { networkName } from '../bays/container-spec.js';
import type { LogFiles } from './log-files.js';
import { planCleanup, type JobFile, type PlanFacts } from './plan.js';
import type { Removals } from './removals.js';
import type { CleanupEngine, Removed } from './survey.js';

/** The jobs of the station, as far as clean-up is concerned. */
export interface JobStore {
  list(): Promise<JobFile[]>;
  /** Removes an ended job and its log; one that is gone is fine. */
  remove(id: string): Promise<Result<void>>;
}

/** What the plan is made from, beside what clean-up reads itself. */
export type StationFacts = Omit<PlanFacts, 'engine' | 'logs' | 'jobs'>;

export interface Cleaner {
  plan(): Promise<CleanupPlan>;
  /** Removes what was chosen, in that order; each is looked at again first. Stops between two when the signal aborts. */
  remove(
    chosen: readonly { id: string; stamp: string }[],
    by: Removal['by'],
    signal?: AbortSignal,
  ): Promise<CleanupResult>;
  /** Removes what is due by the retention policy. */
  applyPolicy(signal?: AbortSignal): Promise<CleanupResult>;
}

/** How many things of a kind a plan lists; the oldest, and all that are due. */
const listed = 500;
/** How many removals a plan tells of. */
const told = 50;

interface FullPlan {
  items: CleanupItem[];
  engineFault: Fault | null;
}

export function createCleaner(options: {
  engine: CleanupEngine;
  logs: LogFiles;
  jobs: JobStore;
  removals: Removals;
  facts: () => StationFacts;
}): Cleaner {
  const { engine, logs, jobs, removals, facts } = options;
  // One at a time: two that remove at once would take each other's removals for changes.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  async function look(): Promise<FullPlan> {
    const [survey, logFiles, jobFiles] = await Promise.all([engine.survey(), logs.list(), jobs.list()]);
    const items = planCleanup({
      ...facts(),
      engine: survey.ok ? survey.value : null,
      logs: logFiles,
      jobs: jobFiles,
    });
    return { items, engineFault: survey.ok ? null : survey.error };
  }

  /** What has become busy since the plan was made: a run may begin between two removals. */
  function keptNow(item: CleanupItem): KeptReason | null {
    const { openRuns, shownRuns, busyBays, stationId } = facts();
    const networks = [...busyBays].map((bay) => networkName(stationId, Number(bay)));
    if (item.kind === 'network' && networks.includes(item.name)) return 'bay-busy';
    if (item.kind !== 'run-log') return null;
    const [, runId] = split(item.id);
    return openRuns.has(runId) ? 'run-goes-on' : shownRuns.has(runId) ? 'in-use' : null;
  }

  async function removeOne(item: CleanupItem): Promise<Result<Removed>> {
    const [, key] = split(item.id);
    switch (item.kind) {
      case 'container':
      case 'shell':
        return engine.removeContainer(key);
      case 'image':
      case 'old-build':
        return engine.removeImage(key);
      case 'build-cache':
        return engine.removeLayers(key);
      case 'network':
        return engine.removeNetwork(key);
      case 'volume':
        return engine.removeVolume(key);
      case 'run-log': {
        const removed = await logs.remove(key);
        return removed.ok ? ok(removed.value ? 'removed' : 'gone') : removed;
      }
      case 'job': {
        const removed = await jobs.remove(key);
        return removed.ok ? ok('removed') : removed;
      }
    }
  }

  async function removeChosen(
    plan: FullPlan,
    chosen: readonly { id: string; stamp: string }[],
    by: Removal['by'],
    signal?: AbortSignal,
  ): Promise<CleanupResult> {
    const present = new Map(plan.items.map((item) => [item.id, item]));
    const outcomes: CleanupOutcome[] = [];
    const done: Removal[] = [];
    for (const { id, stamp } of inOrder(chosen, present)) {
      if (signal?.aborted === true) break;
      const item = present.get(id);
      if (item === undefined) {
        const [kind, key] = split(id);
        const name = key === '' ? kind : key;
        outcomes.push({ ...blank, id, name, outcome: 'kept', reason: 'gone' });
        continue;
      }
      const { kind, name, bytes } = item;
      const about = { ...blank, id, kind, name, bytes };
      const reason = item.kept ?? (item.stamp === stamp ? keptNow(item) : 'changed');
      if (reason !== null) {
        outcomes.push({ ...about, outcome: 'kept', reason });
        continue;
      }
      const removed = await removeOne(item);
      if (!removed.ok) outcomes.push({ ...about, outcome: 'failed', fault: removed.error });
      else if (removed.value !== 'removed')
        outcomes.push({ ...about, outcome: 'kept', reason: removed.value });
      else {
        outcomes.push({ ...about, outcome: 'removed' });
        done.push({ at: facts().at, by, kind, name, bytes });
      }
    }
    await removals.note(done);
    return { outcomes, freedBytes: done.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0) };
  }

  return {
    async plan() {
      const { items, engineFault } = await look();
      const { shown, rest } = shorten(items);
      return { at: facts().at, items: shown, rest, engineFault, removals: await removals.last(told) };
    },
    remove: (chosen, by, signal) => inTurn(async () => removeChosen(await look(), chosen, by, signal)),
    applyPolicy: (signal) =>
      inTurn(async () => {
        const plan = await look();
        return removeChosen(
          plan,
          plan.items.filter(({ due }) => due),
          'policy',
          signal,
        );
      }),
  };
}

const blank = {
  kind: 'container',
  bytes: null,
  reason: null,
  fault: null,
} as const satisfies Partial<CleanupOutcome>;

/** Kind and key of an item's id. */
function split(id: string): [string, string] {
  const at = id.indexOf(':');
  return at < 0 ? ['', id] : [id.slice(0, at), id.slice(at + 1)];
}

/** Containers before the networks and images that they use; images from the newest, which are built on older ones. */
function inOrder<Chosen extends { id: string }>(
  chosen: readonly Chosen[],
  present: ReadonlyMap<string, CleanupItem>,
): Chosen[] {
  const rank = ({ id }: Chosen): number => {
    const kind = present.get(id)?.kind;
    if (kind === 'container' || kind === 'shell') return 0;
    if (kind === 'image' || kind === 'old-build') return 2;
    return kind === 'build-cache' ? 3 : 1;
  };
  const age = ({ id }: Chosen): number => present.get(id)?.at ?? 0;
  const unique = [...new Map(chosen.map((one) => [one.id, one])).values()];
  return unique.sort((one, other) => rank(one) - rank(other) || age(other) - age(one));
}

function shorten(items: CleanupItem[]): { shown: CleanupItem[]; rest: CleanupRest[] } {
  const shown: CleanupItem[] = [];
  const rest: CleanupRest[] = [];
  for (const kind of cleanupKinds) {
    // The oldest first: they are what somebody who wants room looks for.
    const ofKind = items
      .filter((item) => item.kind === kind)
      .sort((one, other) => (one.at ?? 0) - (other.at ?? 0));
    shown.push(...ofKind.slice(0, listed));
    const left = ofKind.slice(listed);
    if (left.length > 0) {
      rest.push({ kind, count: left.length, bytes: left.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0) });
    }
  }
  return { shown, rest };
}
