import type { Clock } from '../../src-main/core/clock.js';
import { createEmitter } from '../../src-main/core/emitter.js';
import {
  labels,
  type ContainerEvent,
  type ContainerInfo,
  type ContainerLogLine,
  type ContainerSpec,
  type Engine,
  type ExecResult,
  type ImageInfo,
} from '../../src-main/core/docker/engine.js';
import type { ContainerFile } from '../../src-main/core/docker/read-file.js';
import { fail, fault, ok, type Fault, type Result } from '../../src-shared/model/result.js';
import type { EngineView } from '../../src-shared/model/station.js';

/** The calls that a test can make fail or hold up. */
export type EngineCall = Exclude<
  keyof Engine,
  'view' | 'changes' | 'containerEvents' | 'imageEvents' | 'start' | 'dispose' | 'followLogs'
>;

/** A container as the test sees it: what it was made of, and the strings to pull. */
export interface FakeContainer {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly info: ContainerInfo;
  /** Prints one line. */
  print(text: string, source?: 'out' | 'err'): void;
  /** Its process ends; nothing happens when it does not run. */
  end(exitCode: number, options?: { outOfMemory?: boolean }): void;
  /** Memory runs out, and something that its process began is killed for it; the process itself goes on. */
  starve(): void;
  /** Somebody tells its process to stop, which it does with this code. */
  stop(exitCode: number): void;
}

export interface FakeEngine extends Engine {
  /** By name. Holds `flasher:latest` at the beginning. */
  readonly images: Map<string, ImageInfo>;
  /** What containers have at a path. */
  readonly files: Map<string, ContainerFile>;
  readonly networks: Map<string, { outbound: boolean }>;
  /** Ports on 127.0.0.1 that something outside holds: a start that publishes one fails. */
  readonly takenPorts: Set<number>;
  /** Device nodes that are gone: a start that needs one fails. */
  readonly goneNodes: Set<string>;
  /** Every call in order, as `name argument`, e.g. `startContainer c1`. */
  readonly journal: string[];
  /** What a container does once it has started; a lifetime is scripted with `print`, `end` and the clock. */
  onStarted: (container: FakeContainer) => void;
  onExec: (
    container: FakeContainer,
    command: string[],
    signal: AbortSignal,
  ) => ExecResult | Promise<ExecResult>;
  containers(): FakeContainer[];
  /** The newest container that is still there. */
  last(): FakeContainer;
  /** The next call of that name fails. */
  failNext(call: EngineCall, error: Fault): void;
  /** The next call of that name does not answer until the returned function is called. */
  hold(call: EngineCall): () => void;
  /** A container that is there without this engine object having made it: of a station before, or of a neighbour. */
  plant(spec: ContainerSpec, state?: 'created' | 'running'): FakeContainer;
  /** Gives a name to an image, or takes it away, and says that images changed. */
  setImage(name: string, image: ImageInfo | null): void;
  /** Someone else removes a container. */
  vanish(id: string): void;
  /** The engine forgets what happened, as when it is started anew. */
  forget(): void;
  /** The engine stops answering; with `containersDie` as when the engine itself was stopped. */
  lose(options?: { containersDie?: boolean; fault?: Fault }): void;
  comeBack(): void;
  /** Listeners and followers that are still there; tests assert that it comes back to none. */
  readonly open: number;
}

interface Entry extends FakeContainer {
  lines: ContainerLogLine[];
  ended: ReturnType<typeof createEmitter<void>>;
  printed: ReturnType<typeof createEmitter<void>>;
}

/**
 * An engine in memory, with the manners of the real one: calls answer a moment later, ports and devices
 * are checked when a container starts, events of a lost engine never come. It answers from the start.
 */
export function createFakeEngine(options: { clock: Clock; stationId: string }): FakeEngine {
  const { clock, stationId } = options;
  const entries = new Map<string, Entry>();
  const failures: { call: EngineCall; error: Fault }[] = [];
  const holds: { call: EngineCall; until: Promise<void> }[] = [];
  const changes = createEmitter<EngineView>();
  const containerEvents = createEmitter<ContainerEvent>();
  const imageEvents = createEmitter<void>();
  const journal: string[] = [];
  let remembered: ContainerEvent[] = [];
  const endpoint = 'fake://engine';
  const ready: EngineView = {
    state: 'ready',
    endpoint,
    version: '20.10.24',
    apiVersion: '1.41',
    fault: null,
  };
  let view = ready;
  let made = 0;
  let stamps = 0;
  let followers = 0;

  const emitEvent = (type: ContainerEvent['type'], entry: Entry): void => {
    if (entry.spec.labels[labels.station] !== stationId) return;
    const exitCode = type === 'died' ? entry.info.exitCode : null;
    const event = { type, containerId: entry.id, labels: entry.spec.labels, exitCode };
    remembered.push(event);
    if (view.state === 'ready') containerEvents.emit(event);
  };

  const stamp = (): string => {
    stamps += 1;
    const seconds = new Date(clock.now()).toISOString().slice(0, 19);
    return `${seconds}.${String(stamps).padStart(9, '0')}Z`;
  };

  const make = (spec: ContainerSpec): Entry => {
    made += 1;
    const id = `c${made}`;
    const entry: Entry = {
      id,
      spec,
      lines: [],
      ended: createEmitter<void>(),
      printed: createEmitter<void>(),
      info: {
        id,
        name: spec.name,
        image: spec.image,
        imageId: engine.images.get(spec.image)?.id ?? '',
        labels: spec.labels,
        state: 'created',
        exitCode: null,
        outOfMemory: false,
        startedAt: null,
        finishedAt: null,
        published: {},
      },
      print(text, source = 'out') {
        entry.lines.push({ source, at: stamp(), text });
        entry.printed.emit();
      },
      end(exitCode, { outOfMemory = false } = {}) {
        if (entry.info.state !== 'running') return;
        Object.assign(entry.info, { state: 'exited', exitCode, outOfMemory, finishedAt: clock.now() });
        entry.info.published = {};
        if (outOfMemory) emitEvent('out-of-memory', entry);
        emitEvent('died', entry);
        entry.ended.emit();
      },
      starve: () => emitEvent('out-of-memory', entry),
      stop(exitCode) {
        emitEvent('signalled', entry);
        entry.end(exitCode);
      },
    };
    entries.set(id, entry);
    return entry;
  };

  const run = (entry: Entry): void => {
    const { publish } = entry.spec;
    Object.assign(entry.info, { state: 'running', exitCode: null, startedAt: clock.now() });
    if (publish !== undefined) entry.info.published = { [publish.containerPort]: publish.hostPort };
    emitEvent('started', entry);
  };

  const remove = (entry: Entry): void => {
    entry.end(137);
    entries.delete(entry.id);
    emitEvent('removed', entry);
    entry.ended.emit();
  };

  /** What every call has in common: it is written down, answers later, and may be told to fail. */
  const answer = async <Value>(
    call: EngineCall,
    argument: string,
    work: () => Result<Value> | Promise<Result<Value>>,
  ): Promise<Result<Value>> => {
    journal.push(`${call} ${argument}`.trim());
    const held = holds.findIndex((hold) => hold.call === call);
    await (held === -1 ? Promise.resolve() : holds.splice(held, 1)[0]?.until);
    if (view.fault !== null) return { ok: false, error: view.fault };
    const planned = failures.findIndex((failure) => failure.call === call);
    const [failure] = planned === -1 ? [] : failures.splice(planned, 1);
    return failure === undefined ? work() : { ok: false, error: failure.error };
  };

  const withEntry = <Value>(id: string, work: (entry: Entry) => Result<Value>): Result<Value> => {
    const entry = entries.get(id);
    return entry === undefined ? fail('container-gone') : work(entry);
  };

  const startEntry = (entry: Entry): Result<void> => {
    const { device, publish } = entry.spec;
    if (device !== undefined && engine.goneNodes.has(device.node)) {
      return fail('container-device-gone', { path: device.node });
    }
    const port = publish?.hostPort;
    const others = [...entries.values()].flatMap(({ info }) => Object.values(info.published));
    if (port !== undefined && (engine.takenPorts.has(port) || others.includes(port))) {
      return fail('container-port-taken', { first: port, last: port });
    }
    run(entry);
    queueMicrotask(() => engine.onStarted(entry));
    return ok();
  };

  const engine: FakeEngine = {
    images: new Map([
      ['flasher:latest', { id: `sha256:${'a'.repeat(64)}`, digest: null, digests: [], labels: {} }],
    ]),
    files: new Map(),
    networks: new Map(),
    takenPorts: new Set(),
    goneNodes: new Set(),
    journal,
    onStarted: () => undefined,
    onExec: () => ({ exitCode: 0, output: '', truncated: false }),
    changes,
    containerEvents,
    imageEvents,
    get view() {
      return view;
    },
    get open() {
      return changes.listeners + containerEvents.listeners + imageEvents.listeners + followers;
    },
    start: () => Promise.resolve(),
    dispose: () => undefined,

    containers: () => [...entries.values()],
    last() {
      const entry = [...entries.values()].at(-1);
      if (entry === undefined) throw new Error('there is no container');
      return entry;
    },
    failNext: (call, error) => void failures.push({ call, error }),
    hold(call) {
      let release = (): void => undefined;
      holds.push({ call, until: new Promise((resolve) => (release = resolve)) });
      return () => release();
    },
    plant(spec, state = 'running') {
      const entry = make(spec);
      if (state === 'running') run(entry);
      return entry;
    },
    setImage(name, image) {
      if (image === null) engine.images.delete(name);
      else engine.images.set(name, image);
      if (view.state === 'ready') imageEvents.emit();
    },
    vanish(id) {
      const entry = entries.get(id);
      if (entry !== undefined) remove(entry);
    },
    lose({ containersDie = false, fault: error = fault('engine-lost') } = {}) {
      view = { ...ready, state: 'unavailable', fault: error };
      if (containersDie) {
        for (const entry of entries.values()) entry.end(137);
        remembered = [];
      }
      changes.emit(view);
    },
    forget: () => void (remembered = []),
    comeBack() {
      view = ready;
      changes.emit(view);
      imageEvents.emit();
    },

    inspectImage: (name) =>
      answer('inspectImage', name, () => {
        const image = engine.images.get(name);
        return image === undefined ? fail('image-missing', { image: name }) : ok(image);
      }),
    ensureNetwork: ({ name, outbound }) =>
      answer('ensureNetwork', name, () => {
        engine.networks.set(name, { outbound });
        return ok();
      }),
    removeNetwork: (name) =>
      answer('removeNetwork', name, () => {
        engine.networks.delete(name);
        return ok();
      }),
    createContainer: (spec) =>
      answer('createContainer', spec.name, () =>
        engine.images.has(spec.image)
          ? ok({ id: make(spec).id })
          : fail('image-missing', { image: spec.image }),
      ),
    startContainer: (id) => answer('startContainer', id, () => withEntry(id, startEntry)),
    inspectContainer: (id) =>
      answer('inspectContainer', id, () => withEntry(id, (entry) => ok(structuredClone(entry.info)))),
    stopContainer: (id, graceMs) =>
      answer('stopContainer', id, () => {
        entries.get(id)?.end(graceMs === 0 ? 137 : 143);
        return ok();
      }),
    removeContainer: (id) =>
      answer('removeContainer', id, () => {
        engine.vanish(id);
        return ok();
      }),
    listOwned: () =>
      answer('listOwned', '', () =>
        ok(
          [...entries.values()]
            .filter(({ spec }) => spec.labels[labels.station] === stationId)
            .map(({ info }) => structuredClone(info)),
        ),
      ),
    pastEvents: (id) =>
      answer('pastEvents', id, () =>
        withEntry(id, () => ok(remembered.filter(({ containerId }) => containerId === id))),
      ),
    exec: (id, { command, signal, onOutput }) =>
      answer('exec', `${id} ${command.join(' ')}`, async () => {
        const entry = entries.get(id);
        if (entry?.info.state !== 'running') {
          return fail(entry === undefined ? 'container-gone' : 'container-not-running');
        }
        const result = await engine.onExec(entry, command, signal);
        if (result.output !== '') onOutput?.(result.output);
        return ok(result);
      }),

    readFile: (id, path) =>
      answer('readFile', `${id} ${path}`, () => ok(engine.files.get(path) ?? { state: 'missing' as const })),

    async followLogs(id, { since, signal, onLine }) {
      await Promise.resolve();
      const entry = entries.get(id);
      if (entry === undefined) return fail('container-gone');
      let next = entry.lines.findIndex(({ at }) => since === undefined || at > since);
      if (next === -1) next = entry.lines.length;
      // A lost engine delivers nothing; what was printed meanwhile comes when it is back.
      const deliver = (): void => {
        while (view.state === 'ready' && !signal.aborted && next < entry.lines.length) {
          const line = entry.lines[next];
          next += 1;
          if (line !== undefined) onLine(line);
        }
      };
      const isOver = (): boolean =>
        signal.aborted ||
        (view.state === 'ready' && (!entries.has(id) || ['exited', 'dead'].includes(entry.info.state)));
      followers += 1;
      await new Promise<void>((resolve) => {
        const look = (): void => {
          deliver();
          if (!isOver()) return;
          for (const subscription of subscriptions) subscription.dispose();
          signal.removeEventListener('abort', look);
          resolve();
        };
        const subscriptions = [entry.printed, entry.ended, changes].map((events) => events.subscribe(look));
        signal.addEventListener('abort', look);
        look();
      });
      followers -= 1;
      return ok();
    },
  };
  return engine;
}

/** A spec with nothing special, for tests; `changes` replace its fields. */
export function fakeSpec(stationId: string, changes: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    name: 'slipway-bay1',
    image: 'flasher:latest',
    labels: {
      [labels.station]: stationId,
      [labels.bay]: '1',
      [labels.run]: 'run-1',
      [labels.recipe]: 'widgy',
    },
    env: {},
    mounts: [],
    network: 'slipway-bay1',
    capabilities: [],
    limits: { memoryBytes: 512 * 1024 ** 2, cpus: 1, pids: 256 },
    readOnlyRoot: false,
    ...changes,
  };
}
