import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fail, type Result } from '../../../src-shared/model/result.js';
import type { EngineView, RecipeProblem } from '../../../src-shared/model/station.js';
import { createSystemClock, type Clock } from '../clock.js';
import { parseStationConfig, type StationConfig } from '../config/station-config.js';
import { findEndpoints, type Endpoint } from '../docker/endpoint.js';
import { readBoundedFile } from '../files/bounded-file.js';
import { isSystemError } from '../ports/system-error.js';
import { limits } from '../yaml/tokens.js';
import { readEngineFacts, type EngineFacts } from './engine-facts.js';
import { createPrograms, type Programs } from './programs.js';
import { readSpace, type Space } from './space.js';
import { whyNot } from './why-not.js';

/** What the doctor has to know of `station.yaml`. */
export interface DoctorConfig {
  /** The station's, as its file says; left out where nobody looked. */
  name?: string | undefined;
  /** An absolute path. */
  workspace: string;
  /** Socket or host of the engine; left out, it is looked for. */
  docker?: string | undefined;
  /** The port of bay 1's panel on 127.0.0.1; bay 2 has the next. */
  portsBase: number;
}

/** Who the doctor runs as. */
export interface User {
  /** Empty when the system has no account for the user id. */
  name: string;
  /** Null on Windows, which has neither. */
  id: number | null;
  /** Ids of the groups that this process has, which are those of the login. */
  groups: readonly number[];
}

export interface DoctorOptions {
  home: string;
  /** What is in force; left out, `station.yaml` of the home is read. */
  config?: DoctorConfig | undefined;
  environment: NodeJS.ProcessEnv;
  /** An engine port, already started, or only what it shows. */
  engine: { readonly view: EngineView };
  /** Gives up: the checks that are not done yet say that they were not made. */
  signal: AbortSignal;
  clock?: Clock;
  /** Where the system's trees are; a test hands in made-up ones. */
  devRoot?: string | undefined;
  sysRoot?: string | undefined;
  procRoot?: string | undefined;
  etcRoot?: string | undefined;
  runRoot?: string | undefined;
  /** Where keyrings are: `/usr/share`. */
  shareRoot?: string | undefined;
  platform?: NodeJS.Platform;
  user?: User;
  /** The user's home folder, not the station's. */
  userHome?: string;
  programs?: Programs;
  readEngine?: typeof readEngineFacts;
  readSpace?: typeof readSpace;
  whyNot?: typeof whyNot;
}

export type Settings =
  | { state: 'in-force' | 'first-start'; config: DoctorConfig }
  | { state: 'unusable'; config: null; problem: Pick<RecipeProblem, 'line' | 'column' | 'at'> }
  | { state: 'unreadable'; config: null; code: string };

/** What the checks look at. What several of them need is asked once an examination. */
export interface Machine {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly view: EngineView;
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
  readonly user: User;
  readonly roots: Readonly<Record<'dev' | 'sys' | 'proc' | 'etc' | 'run' | 'share', string>>;
  readonly programs: Programs;
  readonly space: (path: string) => Promise<Space>;
  /** Why this user may not use a path, as the system says it; null when it may. */
  readonly whyNot: (path: string, mode: number) => Promise<string | null>;
  settings(): Promise<Settings>;
  /** The place of the engine that answered, or refused; null when it is none that can be named. */
  endpoint(): Promise<Endpoint | null>;
  /** What the engine says of itself. Fails with the fault for which there is no engine, or a fault of the call. */
  engine(): Promise<Result<EngineFacts>>;
}

export function createMachine(options: DoctorOptions): Machine {
  const { home, environment, engine, signal } = options;
  const { userHome = homedir(), readEngine = readEngineFacts } = options;
  const { clock = createSystemClock() } = options;
  const view = engine.view;

  const settings = once(async (): Promise<Settings> => {
    if (options.config !== undefined) return { state: 'in-force', config: options.config };
    return readSettings(home, environment);
  });
  const endpoint = once(async (): Promise<Endpoint | null> => {
    const configured = (await settings()).config?.docker;
    const found = findEndpoints({ configured, environment, home: userHome });
    return found.ok ? (found.value.find(({ uri }) => uri === view.endpoint) ?? null) : null;
  });

  return {
    home,
    environment,
    view,
    clock,
    platform: options.platform ?? process.platform,
    user: options.user ?? thisUser(environment),
    roots: {
      dev: options.devRoot ?? '/dev',
      sys: options.sysRoot ?? '/sys',
      proc: options.procRoot ?? '/proc',
      etc: options.etcRoot ?? '/etc',
      run: options.runRoot ?? '/run',
      share: options.shareRoot ?? '/usr/share',
    },
    programs: options.programs ?? createPrograms(environment),
    space: options.readSpace ?? readSpace,
    whyNot: options.whyNot ?? whyNot,
    settings,
    endpoint,
    engine: once(async () => {
      if (view.state !== 'ready') {
        return { ok: false, error: view.fault ?? { code: 'engine-absent' as const } };
      }
      const place = await endpoint();
      return place === null
        ? fail('engine-endpoint-unusable', { endpoint: view.endpoint })
        : readEngine(place, { clock, signal });
    }),
  };
}

function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let answer: Promise<Value> | null = null;
  return () => (answer ??= ask());
}

/** What `station.yaml` of a home says, or would after the first start. Only reads. */
export async function readSettings(
  home: string,
  environment: NodeJS.ProcessEnv,
): Promise<Settings & { config: (DoctorConfig & Pick<StationConfig, 'retention'>) | null }> {
  const file = join(home, 'station.yaml');
  const content = await readBoundedFile(file, limits.bytes);
  // The first start makes the file; until then its defaults are what will be in force.
  const isFirst = !content.ok && content.error === 'ENOENT';
  if (!content.ok && !isFirst) return { state: 'unreadable', config: null, code: content.error };
  const parsed = parseStationConfig(content.ok ? content.value : '{}', file, { home, environment });
  if (!parsed.ok) {
    const { line = 1, column = 1, at = '' } = parsed.error[0] ?? {};
    return { state: 'unusable', config: null, problem: { line, column, at } };
  }
  const { name, workspace, docker, ports, retention } = parsed.value.value;
  return {
    state: isFirst ? 'first-start' : 'in-force',
    config: { name, workspace, docker, portsBase: ports.base, retention },
  };
}

function thisUser(environment: NodeJS.ProcessEnv): User {
  const id = process.getuid?.() ?? null;
  const groups = process.getgroups?.() ?? [];
  try {
    return { name: userInfo().username, id, groups };
  } catch (error) {
    // A user id without an account, as in a container.
    if (!isSystemError(error)) throw error;
    return { name: environment['USER'] ?? '', id, groups };
  }
}
