import type { Port } from '../../src-shared/model/port.js';
import type { RunRecord } from '../../src-shared/model/run.js';
import { decideResumption } from './bays/adoption.js';
import type { Bays } from './bays/bays.js';
import { planOf } from './bays/run-parts.js';
import { resumeRun } from './bays/run-state.js';
import { labels, type ContainerInfo, type Engine } from './docker/engine.js';
import type { LoadedRecipe } from './recipes/match.js';
import type { Records } from './records/records.js';

/**
 * Brings together what the records say and what the engine has: at the start, and whenever the engine
 * comes back. Unfinished runs of an earlier life are gone on with or closed; containers of ours that no
 * run needs are removed. Only containers with this station's label are ever looked at.
 */
export interface Reconciler {
  /** One at a time: a call while one is under way makes another round after it. */
  reconcile(): Promise<void>;
}

export function createReconciler(options: {
  engine: Engine;
  records: Records;
  bays: Bays;
  ports: () => Port[];
  recipe: (name: string) => LoadedRecipe | undefined;
  /** Whether a container without a run is needed: a shell's, while it is open. */
  claims: (container: ContainerInfo) => boolean;
  onProblem: (problem: unknown) => void;
}): Reconciler {
  const { engine, records, bays, ports, recipe, claims, onProblem } = options;
  let adopted = false;
  let last: Promise<void> = Promise.resolve();

  function liveRuns(): Set<string> {
    return new Set(bays.all().flatMap((bay) => (bay.busy ? [bay.run()?.id ?? ''] : [])));
  }

  function adopt(record: RunRecord, container: ContainerInfo | undefined): void {
    const loaded = recipe(record.recipe);
    // Without its recipe nobody can say what the flasher's signs mean, nor follow it.
    if (loaded === undefined) return close(record);
    const port = ports().find(({ physicalPath }) => physicalPath === record.physicalPath);
    const resume = decideResumption({ record, container, recipe: loaded, portIdentity: port?.identity });
    const portThen: Port = {
      path: record.portPath,
      node: record.portPath,
      kind: 'device',
      physicalPath: record.physicalPath,
      ...port,
      identity: record.portIdentity,
    };
    // The record keeps the hash of the recipe that the run began with, whatever the file says today.
    const plan = { ...planOf(loaded), recipeHash: record.recipeHash };
    const run = resumeRun({ ...record, containerId: container?.id ?? null }, plan, portThen);
    bays.at(record.physicalPath).adopt(run, loaded, resume);
  }

  /** Ends the record of a run that nobody can go on with; its container, if there is one, is then nobody's. */
  function close(record: RunRecord): void {
    const closed = records.save({
      ...record,
      verdict: 'ERROR',
      fault: { code: 'run-interrupted' },
      endedAt: record.phases.at(-1)?.startedAt ?? record.startedAt,
    });
    if (!closed.ok) onProblem(closed.error);
  }

  async function round(): Promise<void> {
    const owned = await engine.listOwned();
    if (!owned.ok) return onProblem(owned.error);
    const unfinished = records.unfinished();
    if (!unfinished.ok) return onProblem(unfinished.error);
    const flasherOf = (runId: string): ContainerInfo | undefined =>
      owned.value.find((one) => one.labels[labels.run] === runId && one.name.endsWith(runId));
    if (!adopted) {
      adopted = true;
      // Two unfinished runs of one bay cannot both go on; the later one is the one that did.
      const latest = new Map(unfinished.value.map((record) => [record.physicalPath, record]));
      for (const record of unfinished.value) {
        if (liveRuns().has(record.id)) continue;
        if (latest.get(record.physicalPath) === record) adopt(record, flasherOf(record.id));
        else close(record);
      }
    }
    const needed = liveRuns();
    for (const container of owned.value) {
      const runId = container.labels[labels.run] ?? '';
      if (needed.has(runId) || claims(container) || isKept(container, runId)) continue;
      const removed = await engine.removeContainer(container.id);
      if (!removed.ok) onProblem(removed.error);
    }
  }

  /** A stopped container of a recipe that says `after: keep` stays for an engineer to look into. */
  function isKept(container: ContainerInfo, runId: string): boolean {
    if (container.state === 'running') return false;
    const record = records.find(runId);
    return record.ok && recipe(record.value.recipe)?.recipe.after === 'keep';
  }

  return {
    reconcile() {
      last = last.then(round);
      return last;
    },
  };
}
