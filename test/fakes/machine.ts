import { chmodSync, constants, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Check, Finding } from '../../src-main/core/doctor/check.js';
import type { EngineFacts, EngineInfo } from '../../src-main/core/doctor/engine-facts.js';
import { createMachine, type DoctorOptions, type User } from '../../src-main/core/doctor/machine.js';
import type { ProgramAnswer } from '../../src-main/core/doctor/programs.js';
import type { Space } from '../../src-main/core/doctor/space.js';
import { whyNot } from '../../src-main/core/doctor/why-not.js';
import { createMessages } from '../../src-shared/messages/messages.js';
import type { Fault } from '../../src-shared/model/result.js';
import { fault, ok } from '../../src-shared/model/result.js';
import type { EngineView } from '../../src-shared/model/station.js';
import { createFakeClock } from './clock.js';
import { createTemporaryFolder } from './temporary-folder.js';

export const systemSocket = 'unix:///var/run/docker.sock';

export const engineReady: EngineView = {
  state: 'ready',
  endpoint: systemSocket,
  version: '27.1.0',
  apiVersion: '1.46',
  fault: null,
};

/** An engine that does not answer, for the reason given. */
export function engineGone(
  code: Fault['code'],
  params?: Fault['params'],
  endpoint = systemSocket,
): EngineView {
  const reason = fault(code, params);
  return { state: 'unavailable', endpoint, version: null, apiVersion: null, fault: reason };
}

const healthyEngine: EngineInfo = {
  storageDriver: 'overlay2',
  cgroupVersion: '2',
  cgroupDriver: 'systemd',
  limits: { memory: true, processes: true, processors: true },
  operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
  osType: 'linux',
  kernel: '6.1.0',
  architecture: 'x86_64',
  rootFolder: '/var/lib/docker',
  rootless: false,
};

const gigabyte = 1024 ** 3;
const muchSpace: Space = { freeBytes: 200 * gigabyte, freeFiles: 1_000_000, freeFilesPercent: 90 };

/** Neither root nor whoever runs the tests. */
const ana: User = { name: 'ana', id: 54_321, groups: [54_321] };

/** The group that files made by a test have. */
export const ownGroup = process.getgid?.() ?? 0;
/** The user whom they belong to. */
export const ownUser = process.getuid?.() ?? 0;

/** What is different from a healthy Debian machine of an ordinary user. */
export interface Differences extends Partial<
  Pick<DoctorOptions, 'config' | 'platform' | 'environment' | 'signal' | 'clock'>
> {
  view?: EngineView;
  info?: Partial<EngineInfo>;
  ownPorts?: number[];
  /** What asking the engine of itself ends with. */
  engineFault?: Fault;
  user?: Partial<User>;
  space?: Partial<Space>;
  /** Installed programs, with what they answer. */
  programs?: Readonly<Record<string, ProgramAnswer | ((args: readonly string[]) => ProgramAnswer) | null>>;
  /** What this user may not use though it is there, by path: the system's code. */
  refused?: Readonly<Record<string, string>>;
  /** A folder that this user may not enter. */
  closed?: string;
}

/** A machine that a test makes up: its trees are folders of their own, its user and programs are said. */
export function createMadeUpMachine() {
  const folder = createTemporaryFolder();
  const root = (name: string): string => join(folder.path, name);
  const home = root('home');
  for (const name of ['home', 'dev', 'sys', 'proc', 'etc', 'run', 'share']) mkdirSync(root(name));

  const write = (path: string, text = '', mode = 0o644): string => {
    mkdirSync(dirname(root(path)), { recursive: true });
    writeFileSync(root(path), text);
    chmodSync(root(path), mode);
    return root(path);
  };

  const optionsOf = (differences: Differences): DoctorOptions => {
    const { view = engineReady, info, ownPorts = [], engineFault, user, space, refused = {} } = differences;
    const programs = differences.programs ?? {};
    const facts: EngineFacts = { info: { ...healthyEngine, ...info }, ownPorts };
    return {
      home,
      environment: differences.environment ?? {},
      engine: { view },
      signal: differences.signal ?? new AbortController().signal,
      clock: differences.clock ?? createFakeClock(Date.UTC(2026, 4, 1)),
      platform: differences.platform ?? 'linux',
      ...(differences.config === undefined ? {} : { config: differences.config }),
      devRoot: root('dev'),
      sysRoot: root('sys'),
      procRoot: root('proc'),
      etcRoot: root('etc'),
      runRoot: root('run'),
      shareRoot: root('share'),
      userHome: root('user'),
      user: { ...ana, ...user },
      programs: {
        find: (name) => Promise.resolve(name in programs ? `/usr/bin/${name}` : null),
        ask: (name, args) => {
          const answer = programs[name] ?? null;
          return Promise.resolve(typeof answer === 'function' ? answer(args) : answer);
        },
      },
      readEngine: () =>
        Promise.resolve(engineFault === undefined ? ok(facts) : { ok: false as const, error: engineFault }),
      readSpace: () => Promise.resolve({ ...muchSpace, ...space }),
      whyNot: (path, mode) => {
        if (differences.closed !== undefined && path.startsWith(`${differences.closed}/`)) {
          return Promise.resolve('EACCES');
        }
        const code = refused[path];
        // Whether something is there is not a matter of rights to it.
        return code === undefined || mode === constants.F_OK ? whyNot(path, mode) : Promise.resolve(code);
      },
    };
  };

  return {
    home,
    root,
    write,
    optionsOf,
    folder: (path: string): string => {
      mkdirSync(root(path), { recursive: true });
      return root(path);
    },
    link: (target: string, path: string): void => {
      mkdirSync(dirname(root(path)), { recursive: true });
      symlinkSync(target, root(path));
    },
    /** One check of this machine, differing from a healthy one in what is said. Its words are tried in both languages. */
    async look(check: Check, differences: Differences = {}): Promise<Finding> {
      const options = optionsOf(differences);
      const found = await check.look(createMachine(options), options.signal);
      for (const locale of ['en', 'es'] as const) {
        createMessages(locale).text(`doctor.${found.reason}`, found.params);
      }
      return found;
    },
    dispose: () => folder.dispose(),
  };
}

export type MadeUpMachine = ReturnType<typeof createMadeUpMachine>;

export function answering(output: string, exitCode = 0): ProgramAnswer {
  return { exitCode, output: `${output}\n` };
}
