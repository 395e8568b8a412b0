import type { CleanupItem, CleanupKind, KeptReason } from '../../../src-shared/model/cleanup.js';
import type { Retention } from '../config/retention.js';
import { labels } from '../docker/engine.js';
import { dueByPolicy } from './policy.js';
import type { EngineSurvey, SurveyedContainer, SurveyedImage } from './survey.js';

/** A file of the home that clean-up may remove: the log of a run. */
export interface LogFile {
  runId: string;
  bytes: number;
  /** When it was written last, in ms since the epoch. */
  at: number;
}

/** A job with its log, as clean-up sees it. */
export interface JobFile {
  id: string;
  title: string;
  bytes: number | null;
  at: number;
  running: boolean;
}

/** What a recipe needs: it is never proposed. */
export interface RecipeNeeds {
  /** Names, or ids that it pins, of what it flashes and tests with. */
  images: string[];
  volumes: string[];
}

/** Everything that the plan is made from. */
export interface PlanFacts {
  /** Now, in ms since the epoch. */
  at: number;
  stationId: string;
  /** Null while the engine is away. */
  engine: EngineSurvey | null;
  recipes: RecipeNeeds[];
  /** Runs that go on, or that an earlier life of the station left to be gone on with. */
  openRuns: ReadonlySet<string>;
  /** Runs that a bay shows: their logs are being read. */
  shownRuns: ReadonlySet<string>;
  /** Bays with a run, or taken by somebody. */
  busyBays: ReadonlySet<string>;
  logs: LogFile[];
  jobs: JobFile[];
  retention: Retention;
}

type Draft = Omit<CleanupItem, 'id' | 'proposed' | 'due'> & { key: string };

/** What is proposed by itself. Volumes hold data, logs and jobs are history, and a named image may be a base. */
const proposedKinds: ReadonlySet<CleanupKind> = new Set([
  'container',
  'shell',
  'network',
  'old-build',
  'build-cache',
]);

/**
 * All that Slipway made, with why it stays or that it may go. Pure. Whatever of the facts does not carry this
 * station's label is left out.
 */
export function planCleanup(facts: PlanFacts): CleanupItem[] {
  const items = [
    ...engineDrafts(facts),
    ...facts.logs.map((log) => draftOfLog(log, facts)),
    ...jobDrafts(facts),
  ].map(({ key, ...draft }): CleanupItem => ({
    ...draft,
    id: `${draft.kind}:${key}`,
    proposed: draft.kept === null && proposedKinds.has(draft.kind),
    due: false,
  }));
  const due = dueByPolicy(items, facts.retention, facts.at);
  return items.map((item) => (due.has(item.id) ? { ...item, due: true } : item));
}

function engineDrafts(facts: PlanFacts): Draft[] {
  const { engine, stationId } = facts;
  if (engine === null) return [];
  const ours = (given: Record<string, string>): boolean => given[labels.station] === stationId;
  const oursOrMade = (given: Record<string, string>): boolean =>
    ours(given) || given[labels.madeBy] === stationId;
  return [
    ...engine.containers.filter((one) => ours(one.labels)).map((one) => draftOfContainer(one, facts)),
    ...engine.images.filter((one) => oursOrMade(one.labels)).map((one) => draftOfImage(one, facts)),
    ...engine.layers.map(({ job, name, createdAt, bytes, layers }): Draft => ({
      key: job,
      kind: 'build-cache',
      name,
      detail: job,
      bytes,
      at: createdAt,
      kept: facts.jobs.some(({ running }) => running) ? 'job-runs' : null,
      stamp: `${layers.length} ${layers[0] ?? ''}`,
    })),
    ...engine.networks
      .filter((one) => ours(one.labels))
      .map(({ id, name, labels: given, createdAt, containers }): Draft => ({
        key: id,
        kind: 'network',
        name,
        detail: detailOf(given),
        bytes: null,
        at: createdAt,
        kept: containers > 0 ? 'in-use' : bayIsBusy(given, facts) ? 'bay-busy' : null,
        stamp: `${createdAt ?? 0}`,
      })),
    ...engine.volumes
      .filter((one) => ours(one.labels))
      .map(({ name, labels: given, createdAt, bytes, containers }): Draft => ({
        key: name,
        kind: 'volume',
        name,
        detail: detailOf(given),
        bytes,
        at: createdAt,
        kept:
          containers > 0
            ? 'in-use'
            : facts.recipes.some(({ volumes }) => volumes.includes(name))
              ? 'recipe'
              : null,
        stamp: `${createdAt ?? 0}`,
      })),
  ];
}

function draftOfContainer(container: SurveyedContainer, facts: PlanFacts): Draft {
  const { id, name, labels: given, image, state, createdAt, finishedAt, bytes } = container;
  const run = given[labels.run];
  return {
    key: id,
    kind: run === undefined ? 'shell' : 'container',
    name,
    detail: [image, detailOf(given)].filter((part) => part !== '').join(', '),
    bytes,
    at: finishedAt ?? createdAt,
    kept: keptContainer(),
    stamp: `${state} ${finishedAt ?? 0}`,
  };

  function keptContainer(): KeptReason | null {
    if (run !== undefined && facts.openRuns.has(run)) return 'run-goes-on';
    if (state === 'running' || state === 'other') return 'running';
    return run === undefined && bayIsBusy(given, facts) ? 'bay-busy' : null;
  }
}

function draftOfImage(image: SurveyedImage, facts: PlanFacts): Draft {
  const { id, names, labels: given, createdAt, bytes, containers } = image;
  const isNeeded = facts.recipes.some(({ images }) =>
    images.some((needed) => needed === id || names.some((name) => isSameImage(name, needed))),
  );
  return {
    key: id,
    kind: names.length === 0 ? 'old-build' : 'image',
    name: names.join(', ') || id.replace(/^sha256:/, '').slice(0, 12),
    detail: detailOf(given),
    bytes,
    at: createdAt,
    kept: keptImage(),
    stamp: [...names].sort().join(' '),
  };

  function keptImage(): KeptReason | null {
    if (isNeeded) return 'recipe';
    if (containers > 0) return 'in-use';
    if (names.length > 1) return 'other-names';
    return facts.jobs.some(({ running }) => running) ? 'job-runs' : null;
  }
}

function draftOfLog({ runId, bytes, at }: LogFile, facts: PlanFacts): Draft {
  return {
    key: runId,
    kind: 'run-log',
    name: runId,
    detail: '',
    bytes,
    at,
    kept: facts.openRuns.has(runId) ? 'run-goes-on' : facts.shownRuns.has(runId) ? 'in-use' : null,
    stamp: `${at} ${bytes}`,
  };
}

function jobDrafts(facts: PlanFacts): Draft[] {
  return facts.jobs.map(({ id, title, bytes, at, running }) => ({
    key: id,
    kind: 'job',
    name: title,
    detail: id,
    bytes,
    at,
    kept: running ? 'running' : null,
    stamp: `${at}`,
  }));
}

function detailOf(given: Record<string, string>): string {
  return [given[labels.recipe], given[labels.run]].filter((part) => part !== undefined).join(', ');
}

function bayIsBusy(given: Record<string, string>, { busyBays }: PlanFacts): boolean {
  const bay = given[labels.bay];
  return bay !== undefined && busyBays.has(bay);
}

/** A name without a tag means `latest`; `docker.io/library/` before it is the engine's own way to write it. */
function isSameImage(one: string, other: string): boolean {
  return wholeName(one) === wholeName(other);
}

function wholeName(name: string): string {
  const short = name.replace(/^docker\.io\/(?:library\/)?/, '');
  return /:[^/]+$/.test(short) || short.includes('@') ? short : `${short}:latest`;
}
