import type { FaultParams, Result } from '../../../src-shared/model/result.js';
import type {
  Job,
  JobKind,
  JobLine,
  JobPhase,
  JobProgress,
  JobStep,
  JobSummary,
} from '../../../src-shared/model/job.js';
import type { LogLine } from '../../../src-shared/model/run.js';
import type { EventStream } from '../emitter.js';
import type { ProcessIdentity } from '../config/process-identity.js';

/** What a job is told to start a step with: a phase of the station's own, or the words of whoever does it. */
export type StepStart = ({ phase: JobPhase } | { text: string }) & { place?: JobStep['place'] };

/** A step that runs. What is done to one that has ended does nothing. */
export interface StepHandle {
  readonly number: number;
  /** Adds a line to the log, as this step's. */
  log(text: string, source?: LogLine['source']): void;
  end(state: Exclude<JobStep['state'], 'running'>, exitCode?: number): void;
}

/**
 * What a job would leave behind if the station died now. It is on disk before the promise resolves, and a
 * station that starts cleans it up.
 */
export type Leftover =
  /** A folder of ours below the system's folder for temporary files, with what may be mounted in it. */
  | { type: 'folder'; path: string }
  /** A child of ours that may have outlived its station, with all of its process group. */
  | { type: 'process'; identity: ProcessIdentity }
  /** Untagged layers in the engine that only this job made. */
  | { type: 'layer'; id: string };

/** What a job is given to work with. */
export interface JobContext {
  readonly id: string;
  /** Aborts when somebody cancels the job, and when the station stops. */
  readonly signal: AbortSignal;
  /** Begins a step. Others go on: whoever works one step after another ends each. */
  step(start: StepStart): StepHandle;
  /** A line that belongs to the whole job. */
  log(text: string, source?: LogLine['source']): void;
  progress(progress: JobProgress): void;
  /** See `Leftover`. */
  leaves(leftover: Leftover): Promise<void>;
  /** It was cleaned up. */
  cleaned(leftover: Leftover): void;
}

export interface JobStart {
  kind: JobKind;
  /** For the title's placeholders; never a secret. */
  params: FaultParams;
  /**
   * Does the work and leaves nothing behind, whatever happens. What it returns is kept as the job's outcome.
   * A fault after the signal has aborted is a cancelled job. What it throws is a bug: the job fails with `defect`.
   */
  run(context: JobContext): Promise<Result<FaultParams>>;
}

/** The long tasks of the station: each with steps, a log that is complete on disk, and an end that is told. */
export interface Jobs {
  /** Begins at once. `ended` resolves with the job when it is over and on disk. Fails with `jobs-unwritable`, `station-stopping`. */
  start(job: JobStart): Promise<Result<{ jobId: string; ended: Promise<Job> }>>;
  /** Newest first. */
  list(): JobSummary[];
  find(jobId: string): Job | undefined;
  log(jobId: string, from: number, limit: number): Promise<Result<{ lines: JobLine[]; total: number }>>;
  cancel(jobId: string): Result<void>;
  remove(jobId: string): Promise<Result<void>>;
  /** The id of a job that began, changed or was removed. */
  readonly changes: EventStream<string>;
  readonly lines: EventStream<{ jobId: string; line: JobLine }>;
  /** Cancels what runs; resolves when nothing does, with everything on disk. */
  stop(): Promise<void>;
}
