import type { Result } from '../../../src-shared/model/result.js';
import type { RunLog } from '../records/records.js';
import type { RunState } from './run-state.js';

/** The effects of one run, each a step that answers with events. It owns the log and all that it starts. */
export interface RunSession {
  readonly log: RunLog | null;
  begin(run: RunState): Promise<void>;
  /** Finds out who the unit is. */
  identify(run: RunState): Promise<void>;
  /** Looks whether the unit passed before. */
  recognise(run: RunState): Promise<void>;
  prepare(run: RunState): Promise<void>;
  create(run: RunState): Promise<void>;
  start(run: RunState): Promise<void>;
  awaitPanel(run: RunState): Promise<void>;
  follow(run: RunState, trigger: boolean): Promise<void>;
  test(run: RunState): Promise<void>;
  /** Writes the record as it stands. */
  note(run: RunState): Result<void>;
  /** Stops every step; what they have begun is dealt with by `dealWithContainer`. */
  cancel(): void;
  dealWithContainer(run: RunState): Promise<void>;
  record(run: RunState): Promise<void>;
  /** The station goes and the container stays: lets go of everything without ending the run. */
  release(): Promise<void>;
}
