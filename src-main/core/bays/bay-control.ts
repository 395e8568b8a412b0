import type { BayHold, BayView } from '../../../src-shared/model/bay.js';
import type { Port } from '../../../src-shared/model/port.js';
import type { Fault, Result } from '../../../src-shared/model/result.js';
import type { SyncDisposable } from '../disposable.js';
import type { EventStream } from '../emitter.js';
import type { LoadedRecipe } from '../recipes/match.js';
import type { RunLog } from '../records/records.js';
import type { Conclusion, RunState } from './run-state.js';

/** Where a bay is on the station. */
export interface BayPlace {
  number: number;
  label: string;
  physicalPath: string;
}

/** Runs one bay: events in, effects out and done. The only owner of the bay's state. */
export interface BayController {
  readonly place: BayPlace;
  /** After every change; the view is read with `view()`. */
  readonly changes: EventStream<void>;
  /** A run ended and its record is on disk. */
  readonly verdicts: EventStream<RunState>;
  view(): BayView;
  /** The run that goes on or is shown, with its log. */
  run(): RunState | null;
  log(): RunLog | null;
  /** True from the start of a run until its record is on disk. */
  readonly busy: boolean;
  attach(port: Port): void;
  detach(port: Port): void;
  configure(change: { label?: string; enabled?: boolean }): void;
  setGate(fault: Fault | null): void;
  setAutomatic(on: boolean): void;
  /** Recipes changed: look again which one fits. */
  rematch(): void;
  /** Images changed: look again whether the recipe's is there and good enough. */
  recheckImage(): void;
  /**
   * Takes the bay for somebody alone until what it returns is disposed: `bay-busy` while a run goes on, `bay-held`
   * while somebody else has it.
   */
  hold(kind: BayHold['kind']): Result<SyncDisposable>;
  engineLost(): void;
  engineBack(): void;
  /** Starts a run: `bay-disabled`, `bay-busy`, `bay-empty`, whatever blocks it, `recipe-unknown`. */
  flash(recipe?: string): Result<{ runId: string }>;
  /**
   * Starts one run although the image's support is too low, with who allowed it and why on the record. Whatever
   * else is in the way still is; `allowance-not-needed` when nothing is.
   */
  allowOnce(by: string, reason: string): Result<{ runId: string }>;
  /** The serial number that was typed or scanned: `identity-not-asked`, `identity-pattern`. */
  identify(serial: string): Result<void>;
  /** A unit that passed before is flashed again: `confirmation-not-asked`. */
  confirm(): Result<void>;
  /** `bay-not-running`. */
  abort(reason: 'aborted-by-operator' | 'aborted-by-quit'): Result<void>;
  adopt(run: RunState, loaded: LoadedRecipe, resume: 'panel' | 'flash' | 'test' | Conclusion): void;
  /** Resolves when no run goes on. */
  idle(): Promise<void>;
  /** Lets go of everything without ending a run: its container goes on. */
  release(): Promise<void>;
}
