import type {
  CallOutput,
  EventMessage,
  EventParams,
  ParsedInput,
  StationCallName,
  StationEventName,
} from '../../src-shared/contract.js';
import type { BayView } from '../../src-shared/model/bay.js';
import type { Result } from '../../src-shared/model/result.js';
import type { StationView } from '../../src-shared/model/station.js';
import type { SyncDisposable } from './disposable.js';

/** One handler a call: a missing one does not compile. What goes in has been parsed by whoever received it. */
export type StationHandlers = {
  [Name in StationCallName]: (input: ParsedInput<Name>) => Promise<Result<CallOutput<Name>>>;
};

export type StationSubscribe = <Name extends StationEventName>(
  name: Name,
  params: EventParams<Name>,
  listener: (message: EventMessage<Name>) => void,
) => SyncDisposable;

/** What happens to the runs that go on when the station stops. */
export type StopMode =
  /** Their containers go on; the next start adopts them. */
  | 'leave-running'
  /** They end as ABORTED, their containers are dealt with, their records written. */
  | 'abort-runs';

/** The station as every front of it sees it: the window, the command line, a test. */
export interface Station {
  readonly handlers: StationHandlers;
  readonly subscribe: StationSubscribe;
  /** Resolves once ports are watched. Expected failures: `home-in-use`, `home-unwritable`, `config-invalid`, `secrets-unreadable`. */
  start(): Promise<Result<void>>;
  /** Resolves when nothing of the station runs any more: no listener, timer, stream or child. */
  stop(mode: StopMode): Promise<void>;
  bays(): BayView[];
  view(): StationView;
}

export interface StationOptions {
  /** The home folder: `station.yaml`, `recipes/`, `secrets`, `records.db`, `logs/`. Created when it is not there. */
  home: string;
  /** Roots of the device and sysfs trees; a test hands in made-up ones. */
  devRoot?: string;
  sysRoot?: string;
  environment?: NodeJS.ProcessEnv;
  /** Watch this one port and no other: a single flash from the command line. */
  onlyPort?: string;
  /** Stands in for `autoFlash` of `station.yaml`. */
  autoFlash?: boolean;
  /** The engine is looked for once this resolves: to load its client and to greet it are not for a window's first moment. */
  engineAfter?: Promise<unknown>;
  /** Something threw that should not have: for the program's log. */
  onDefect: (error: unknown) => void;
}
