import type { Localized } from '../../../src-shared/model/bay.js';
import type { Allowance } from '../../../src-shared/model/image.js';
import type { BayAsk, UnitIdentity } from '../../../src-shared/model/identity.js';
import type { Port } from '../../../src-shared/model/port.js';
import type { Fault } from '../../../src-shared/model/result.js';
import type { LiveTest } from '../../../src-shared/model/test.js';
import type {
  Phase,
  PhaseRecord,
  Progress,
  RunRecord,
  TestOutcome,
  Verdict,
} from '../../../src-shared/model/run.js';

/** What the bay machine needs to know of the recipe; the controller holds the rest. Times are ms. */
export interface RunPlan {
  recipe: string;
  /** SHA-256 of the recipe file's bytes, hexadecimal. */
  recipeHash: string;
  title: Localized;
  model: string;
  imageName: string;
  hasPanel: boolean;
  /** The recipe asks who the unit is. */
  /** Before its flash; one that is asked after it is so in the test phase. */
  asksIdentity: boolean;
  hasTests: boolean;
  timeoutMs: number;
  stallMs: number;
  retries: number;
  /** The verdicts after which a run is tried again by itself. */
  retryOn: readonly Verdict[];
}

/** How a run ends: the verdict, and why when it is not a PASS. */
export interface Conclusion {
  verdict: Verdict;
  fault: Fault | null;
}

/** A run as the machine carries it. Times are ms since the epoch. */
export interface RunState {
  id: string;
  plan: RunPlan;
  port: Port;
  attempt: number;
  adopted: boolean;
  operator: string;
  /** Begun by the station itself, upon a plug or at once after the attempt before: nobody had a hand in between. */
  byItself: boolean;
  /** Who allowed this one run although its image's support is too low; null for an ordinary run. */
  allowance: Allowance | null;
  /** The first attempt on this plugged unit. */
  firstRun: string;
  identity: UnitIdentity | null;
  /** What the run waits for an operator to say. */
  asks: BayAsk | null;
  startedAt: number;
  endedAt: number | null;
  phases: PhaseRecord[];
  progress: Progress;
  unitSerial: string | null;
  imageId: string | null;
  imageDigest: string | null;
  containerId: string | null;
  hostPort: number | null;
  panelReady: boolean;
  contentHash: string | null;
  tests: TestOutcome[];
  /** What the test phase does now. */
  liveTest: LiveTest | null;
  /** Set once, when the run begins to end; the first reason counts. */
  conclusion: Conclusion | null;
  /** True once the record with its verdict is on disk. */
  recorded: boolean;
}

export function beginRun(
  start: Pick<RunState, 'id' | 'plan' | 'port' | 'attempt' | 'operator' | 'startedAt'> &
    Partial<Pick<RunState, 'allowance' | 'byItself' | 'firstRun' | 'identity' | 'unitSerial'>>,
): RunState {
  return {
    allowance: null,
    byItself: false,
    firstRun: start.id,
    identity: null,
    asks: null,
    ...start,
    adopted: false,
    endedAt: null,
    phases: [{ phase: 'prepare', startedAt: start.startedAt, endedAt: null }],
    progress: { percent: null },
    unitSerial: null,
    imageId: null,
    imageDigest: null,
    containerId: null,
    hostPort: null,
    panelReady: false,
    contentHash: null,
    tests: [],
    liveTest: null,
    conclusion: null,
    recorded: false,
  };
}

/** The run of a station that was killed, as its record tells it. */
export function resumeRun(record: RunRecord, plan: RunPlan, port: Port): RunState {
  return {
    ...beginRun({
      id: record.id,
      plan,
      port,
      attempt: record.attempt,
      operator: record.operator,
      allowance: record.allowance,
      firstRun: record.firstRun ?? record.id,
      identity: record.identity,
      startedAt: record.startedAt,
    }),
    adopted: true,
    phases: record.phases,
    unitSerial: record.unitSerial,
    imageId: record.imageId,
    imageDigest: record.imageDigest,
    containerId: record.containerId,
    hostPort: record.hostPort,
    contentHash: record.contentHash,
    tests: record.tests,
  };
}

export function currentPhase(run: RunState): Phase {
  return run.phases.at(-1)?.phase ?? 'prepare';
}

/** Closes the open phase and opens the next. Entering the phase that is open already changes nothing. */
export function enterPhase(run: RunState, phase: Phase, at: number): RunState {
  if (currentPhase(run) === phase) return run;
  const closed = run.phases.map((entry) => (entry.endedAt === null ? { ...entry, endedAt: at } : entry));
  return { ...run, phases: [...closed, { phase, startedAt: at, endedAt: null }] };
}

/** The first reason to end counts: what happens while a run ends does not change its verdict. */
export function conclude(run: RunState, conclusion: Conclusion, at: number): RunState {
  if (run.conclusion !== null) return run;
  return { ...enterPhase(run, 'finish', at), conclusion, endedAt: at, asks: null, liveTest: null };
}

/** Percent never runs backwards within a step: a panel and a log may tell the same story with different delay. */
export function applyProgress(run: RunState, progress: Partial<Progress>): RunState {
  const step = progress.step ?? run.progress.step;
  const message = progress.message ?? run.progress.message;
  const before = run.progress.percent;
  const given = progress.percent ?? null;
  const sameStep = step === run.progress.step;
  const percent = given === null ? before : sameStep && before !== null ? Math.max(before, given) : given;
  return {
    ...run,
    progress: {
      percent,
      ...(step === undefined ? {} : { step }),
      ...(message === undefined ? {} : { message }),
    },
  };
}

/** The tests' verdict is that of the first that did not pass; one that is optional is only on record. */
export function concludeFromTests(tests: TestOutcome[]): Conclusion {
  const bad = tests.find((test) => test.verdict !== 'PASS' && !test.optional);
  return bad === undefined
    ? { verdict: 'PASS', fault: null }
    : { verdict: bad.verdict, fault: bad.fault ?? null };
}

/** The record as it is kept on disk; its verdict is null while the run goes on. */
export function toRecord(run: RunState, place: { bay: number; bayLabel: string; host: string }): RunRecord {
  const ended = run.conclusion !== null;
  return {
    id: run.id,
    bay: place.bay,
    bayLabel: place.bayLabel,
    physicalPath: run.port.physicalPath,
    portPath: run.port.path,
    portIdentity: run.port.identity,
    attempt: run.attempt,
    recipe: run.plan.recipe,
    recipeHash: run.plan.recipeHash,
    model: run.plan.model,
    unitSerial: run.unitSerial,
    imageName: run.plan.imageName,
    imageId: run.imageId,
    imageDigest: run.imageDigest,
    containerId: run.containerId,
    hostPort: run.hostPort,
    contentHash: run.contentHash,
    startedAt: run.startedAt,
    endedAt: ended ? run.endedAt : null,
    phases: run.phases.map((entry) =>
      ended && entry.endedAt === null ? { ...entry, endedAt: run.endedAt } : entry,
    ),
    tests: run.tests,
    verdict: run.conclusion?.verdict ?? null,
    fault: run.conclusion?.fault ?? null,
    operator: run.operator,
    host: place.host,
    allowance: run.allowance,
    firstRun: run.firstRun,
    identity: run.identity,
  };
}
