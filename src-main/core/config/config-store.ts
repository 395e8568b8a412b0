import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createMessages } from '../../../src-shared/messages/messages.js';
import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { Locale, Settings } from '../../../src-shared/model/station.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import { createEmitter, type EventStream } from '../emitter.js';
import { createFile, replaceFile } from '../files/atomic-file.js';
import { readBoundedFile } from '../files/bounded-file.js';
import { createRefresher } from '../files/refresher.js';
import { watchFolder } from '../files/watched-folder.js';
import type { OpenWatch } from '../ports/folder-watches.js';
import { isSystemError } from '../ports/system-error.js';
import { explainProblem } from '../yaml/check.js';
import { editYaml, type EditValue } from '../yaml/edit.js';
import type { YamlPath, YamlProblem } from '../yaml/problem.js';
import { limits } from '../yaml/tokens.js';
import { firstStationYaml } from './first-config.js';
import { localeOf } from './locale.js';
import { parseStationConfig, type BaySettings, type StationConfig } from './station-config.js';

/** What is in force, and what is wrong with the file as it is now; null when nothing is. */
export interface ConfigState {
  config: StationConfig;
  /** `config-invalid` or `bay-number-taken`. While there is one, the last good settings stay in force. */
  problem: Fault | null;
}

/** `station.yaml`: read, watched, and changed without touching what a person wrote around it. */
export interface ConfigStore extends SyncDisposable {
  /** Throws before `load` has succeeded. */
  readonly state: ConfigState;
  /** The new state, whenever it differs from the one before, whoever changed the file. */
  readonly changes: EventStream<ConfigState>;
  /**
   * Makes the home and a first `station.yaml` where there is none, reads it and watches it from then on.
   * Fails with `home-unwritable`, `config-invalid` or `bay-number-taken`; it may then be tried again.
   */
  load(): Promise<Result<StationConfig>>;
  /** Resolves when the change is on disk and in force. Fails with `config-invalid`, `config-unwritable`. */
  change(patch: Partial<Settings>): Promise<Result<StationConfig>>;
  /** Adds a bay or changes one; what is left out stays as it is. Fails like `change`, and with `bay-number-taken`. */
  bindBay(physicalPath: string, bay: BayPatch): Promise<Result<StationConfig>>;
}

/** A new bay needs its number. */
export type BayPatch = Partial<BaySettings>;

export interface ConfigStoreOptions {
  home: string;
  environment: NodeJS.ProcessEnv;
  clock: Clock;
  openWatch?: OpenWatch;
}

interface Edit {
  path: YamlPath;
  value: EditValue;
}

const fileName = 'station.yaml';

export function createConfigStore(options: ConfigStoreOptions): ConfigStore {
  const { home, environment, clock, openWatch } = options;
  const file = join(home, fileName);
  const changes = createEmitter<ConfigState>();
  let state: ConfigState | null = null;
  let watch: SyncDisposable | null = null;
  let disposed = false;
  /** Reads and changes follow each other: each starts from the file that the one before left. */
  let lastTurn: Promise<unknown> = Promise.resolve();

  const locale = (): Locale => state?.config.locale ?? localeOf(environment);

  function asFault([first]: readonly YamlProblem[]): Fault {
    if (first === undefined) throw new Error('A file that was refused has no problem');
    const { line, column, at, message, params } = first;
    if (message === 'bayNumberTaken') {
      return fault('bay-number-taken', { bay: params?.['bay'] ?? '' }, `${file}:${line}:${column}: ${at}`);
    }
    const sentence = explainProblem(first, createMessages(locale()));
    return fault('config-invalid', {
      file,
      line,
      column,
      reason: at === '' ? sentence : `${at}: ${sentence}`,
    });
  }

  async function readFile(): Promise<Result<{ text: string; config: StationConfig }>> {
    const content = await readBoundedFile(file, limits.bytes);
    if (!content.ok) {
      const params = { reason: content.error };
      return {
        ok: false,
        error: asFault([{ file, line: 1, column: 1, at: '', message: 'fileUnreadable', params }]),
      };
    }
    return parse(content.value);
  }

  function parse(content: string | Uint8Array): Result<{ text: string; config: StationConfig }> {
    const parsed = parseStationConfig(content, file, { home, environment });
    if (!parsed.ok) return { ok: false, error: asFault(parsed.error) };
    return ok({ text: parsed.value.text, config: parsed.value.value });
  }

  function take(next: ConfigState): void {
    if (isDeepStrictEqual(next, state)) return;
    state = next;
    changes.emit(next);
  }

  function inTurn<Value>(task: () => Promise<Value>): Promise<Value> {
    const turn = lastTurn.then(task);
    lastTurn = turn.catch(() => undefined);
    return turn;
  }

  const refresh = createRefresher((overtaken) =>
    inTurn(async () => {
      const read = await readFile();
      if (disposed || overtaken() || state === null) return;
      take(
        read.ok
          ? { config: read.value.config, problem: null }
          : { config: state.config, problem: read.error },
      );
    }),
  );

  async function prepareHome(): Promise<Result<void>> {
    try {
      await mkdir(home, { recursive: true, mode: 0o700 });
      await mkdir(join(home, 'recipes'), { recursive: true });
      const known = await readBoundedFile(file, 0);
      if (!known.ok && known.error === 'ENOENT') {
        await createFile(file, firstStationYaml(createMessages(locale())), 0o600);
      }
      return ok();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return fail('home-unwritable', { path: home }, error.message);
    }
  }

  async function edit(edits: (config: StationConfig) => Edit[]): Promise<Result<StationConfig>> {
    const before = await readFile();
    if (!before.ok) return before;
    const text = edits(before.value.config).reduce(
      (current, { path, value }) => editYaml(current, path, value),
      before.value.text,
    );
    const after = parse(text);
    if (!after.ok) return after;
    try {
      if (text !== before.value.text) await replaceFile(file, text, 0o600);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return fail('config-unwritable', { path: file }, error.message);
    }
    if (!disposed) take({ config: after.value.config, problem: null });
    return ok(after.value.config);
  }

  return {
    get state() {
      if (state === null) throw new Error('station.yaml has not been loaded yet');
      return state;
    },
    changes,
    async load() {
      const prepared = await prepareHome();
      if (!prepared.ok) return prepared;
      const read = await readFile();
      if (!read.ok) return read;
      take({ config: read.value.config, problem: null });
      if (watch === null && !disposed) {
        const concerns = (name: string): boolean => name === fileName;
        const onLook = (): void => void refresh();
        watch = watchFolder({
          folder: home,
          clock,
          concerns,
          onLook,
          ...(openWatch === undefined ? {} : { openWatch }),
        });
        // What was saved between the reading and the watch.
        await refresh();
      }
      return ok(read.value.config);
    },
    change: (patch) => inTurn(() => edit(() => settingsEdits(patch))),
    bindBay: (physicalPath, bay) =>
      inTurn(() => edit(({ bays }) => bayEdits(physicalPath, bay, bays.has(physicalPath)))),
    dispose() {
      disposed = true;
      watch?.dispose();
      watch = null;
    },
  };
}

function settingsEdits(patch: Partial<Settings>): Edit[] {
  const values = Object.entries(patch) as [string, Settings[keyof Settings] | undefined][];
  return values.flatMap(([key, value]) => (value === undefined ? [] : [{ path: [key], value }]));
}

/** A new bay is one line; of a known one each value is changed where it stands. */
function bayEdits(physicalPath: string, bay: BayPatch, known: boolean): Edit[] {
  const values = Object.entries(bay).filter(
    (entry): entry is [string, string | number | boolean] => entry[1] !== undefined,
  );
  const path = ['bays', physicalPath];
  if (!known) return [{ path, value: Object.fromEntries(values) }];
  return values.map(([key, value]) => ({ path: [...path, key], value }));
}
