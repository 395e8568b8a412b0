import type { BayHold } from '../../../src-shared/model/bay.js';
import type { Allowance } from '../../../src-shared/model/image.js';
import type { BayAsk, UnitIdentity } from '../../../src-shared/model/identity.js';
import type { Port } from '../../../src-shared/model/port.js';
import type { Fault, Result } from '../../../src-shared/model/result.js';
import type { Progress } from '../../../src-shared/model/run.js';
import type { LiveTest, TestOutcome } from '../../../src-shared/model/test.js';
import type { Conclusion, RunPlan, RunState } from './run-state.js';

/** Timers that the machine sets through effects; each is one of a kind in a bay. */
export type Timer = 'settle' | 'flash' | 'stall' | 'engine' | 'deal' | 'record';

/** All that can happen to a bay. `at` is ms since the epoch: the machine knows no clock. */
export type BayEvent = { at: number } & (
  | { type: 'attached'; port: Port }
  | { type: 'detached' }
  | { type: 'timer'; timer: Timer }
  | { type: 'configured'; enabled: boolean }
  /** Which recipe flashes the attached port; null while nothing is attached. */
  | { type: 'matched'; match: Result<RunPlan> }
  /** What keeps the whole station from starting runs, or null. */
  | { type: 'gate'; fault: Fault | null }
  /** Somebody has the bay for themselves from now on, or nobody any more. */
  | { type: 'held'; hold: BayHold | null }
  /** Whether a plug is enough from now on. */
  | { type: 'automatic'; on: boolean }
  /** Images came, went or changed their names: what is known of the recipe's may be old. */
  | { type: 'images-changed' }
  /** The recipe's image was looked at. */
  | { type: 'image-checked'; fault: Fault | null }
  /**
   * `plan` overrides the matched recipe: somebody named one on the command line. `allowance` lets this one run go
   * on with an image whose support is too low. `byItself`: the machine had asked for it, nobody touched anything.
   */
  | {
      type: 'flash';
      runId: string;
      operator: string;
      byItself?: boolean;
      plan?: RunPlan;
      allowance?: Allowance;
    }
  /** Typed or scanned, and checked. */
  | { type: 'identity-given'; serial: string }
  | { type: 'confirmed'; operator: string }
  | { type: 'abort'; reason: 'aborted-by-operator' | 'aborted-by-quit' }
  /** A run that another life of the station began. */
  | { type: 'adopt'; run: RunState; resume: 'panel' | 'flash' | 'test' | Conclusion }
  | { type: 'engine-lost' }
  | { type: 'engine-back' }
  | RunEvent
);

/** What the effects of a run report. Each carries the run it belongs to: a late one is not taken for the next. */
export type RunEvent = { runId: string } & (
  | { type: 'begun' }
  /** Who the unit is; null where the recipe does not ask. */
  | { type: 'identified'; identity: UnitIdentity | null }
  /** An operator has to say; `identity` is what is known until then. */
  | { type: 'identity-asked'; ask: BayAsk; identity: UnitIdentity }
  /** `passed`: the run in which this unit passed before. */
  | { type: 'recognised'; passed: { run: string; at: number } | null }
  /** What is flashed has been read through. */
  | { type: 'content-known' }
  | { type: 'prepared'; imageId: string; imageDigest: string | null }
  | { type: 'created'; containerId: string; hostPort: number | null }
  | { type: 'started' }
  | { type: 'panel-ready' }
  /** The flasher took the request to flash. */
  | { type: 'flash-taken' }
  | { type: 'progress'; progress: Partial<Progress>; unitSerial?: string }
  /** The recipe's sign of success was seen. */
  | { type: 'flashed' }
  /** What a test phase does now; for the view alone. */
  | { type: 'testing'; live: LiveTest }
  /** A test phase is over, also when the run ends meanwhile. */
  | { type: 'test-ended'; outcome: TestOutcome }
  /** No test phase is left. */
  | { type: 'tested' }
  /** The run cannot go on, or the flasher said that it failed. `identity`: of a unit that was refused for it. */
  | { type: 'failed'; conclusion: Conclusion; identity?: UnitIdentity }
  | { type: 'dealt' }
  | { type: 'recorded' }
  | { type: 'record-failed'; fault: Fault }
);

/** An event before anybody has said which run it is of. */
export type WithoutRun<Event> = Event extends { runId: string } ? Omit<Event, 'runId'> : never;

/** What the machine asks of its controller. Data only; the controller does it and answers with events. */
export type Effect =
  | { do: 'start-timer'; timer: Timer; ms: number }
  | { do: 'stop-timer'; timer: Timer }
  /** Look for the recipe of the attached port; answers `matched`. */
  | { do: 'match' }
  /** Look at the recipe's image; answers `image-checked`. */
  | { do: 'check-image' }
  /** Start a run by itself (`flash`): a plug with autoFlash, or a retry. */
  | { do: 'request-flash' }
  /** Open the log and write the record's first state; answers `begun` or `failed`. */
  | { do: 'begin' }
  /** Find out who the unit is; answers `identified`, `identity-asked` or `failed`. */
  | { do: 'identify' }
  /** Look whether it passed before; answers `recognised`. */
  | { do: 'recognise' }
  | { do: 'prepare' }
  /** Make the container; answers `created` or `failed`. */
  | { do: 'create' }
  | { do: 'start' }
  | { do: 'await-panel' }
  /** Follow output and panel; `trigger` sends the recipe's start request first. */
  | { do: 'follow'; trigger: boolean }
  | { do: 'test' }
  /** Write the record as it stands; a failure here is the station's fault, not the run's end. */
  | { do: 'note' }
  /** Stop whatever step works on the run. */
  | { do: 'cancel' }
  /** Stop and remove (or keep) the container; answers `dealt` when that is sure. */
  | { do: 'deal-with-container' }
  /** Commit the record with its verdict; answers `recorded` or `record-failed`. */
  | { do: 'record' }
  /** The verdict is on disk: tell everybody. */
  | { do: 'announce' };

export interface BayContext {
  port: Port | null;
  /** What was plugged in when the present run began is not any more, whatever is there now. */
  wasUnplugged: boolean;
  enabled: boolean;
  match: Result<RunPlan> | null;
  gate: Fault | null;
  imageFault: Fault | null;
  imageChecked: boolean;
  automatic: boolean;
  /** Who has the bay for themselves; nothing starts meanwhile. */
  hold: BayHold | null;
  /** This plug may still start a run by itself: once, and only if it could be flashed when it was plugged in. */
  armed: boolean;
  run: RunState | null;
  /** Why the record of a run that is over is not on disk yet. */
  recordFault: Fault | null;
}

/** Times of the machine, in ms. */
export interface BayTimes {
  /** How long a port must stay before it counts: contacts bounce. */
  settle: number;
  /** How long a run waits for an engine that was lost. */
  engine: number;
  /** How long the end of a run waits for its container to be dealt with; what is left is cleaned up later. */
  deal: number;
  /** How long until a record that could not be written is tried again. */
  record: number;
}

export const defaultTimes: BayTimes = {
  settle: 500,
  engine: 10_000,
  deal: 20_000,
  record: 2000,
};
