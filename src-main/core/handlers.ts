import { stat } from 'node:fs/promises';
import type { stationCalls } from '../../src-shared/contract/station.js';
import { fail, ok, type Result } from '../../src-shared/model/result.js';
import type { LogLine } from '../../src-shared/model/run.js';
import type { StationView } from '../../src-shared/model/station.js';
import type { Bays } from './bays/bays.js';
import type { Clock } from './clock.js';
import type { ConfigStore } from './config/config-store.js';
import type { HandlersOf } from './part.js';
import type { PortWatch } from './port-watch.js';
import type { Records, RunLog, RunLogs } from './records/records.js';
import { saveLog } from './records/save-log.js';
import type { StationHandlers } from './station-api.js';

/** Serves the contract's calls: each is a line or two; what they do is done elsewhere. */
export function createHandlers(options: {
  bays: Bays;
  records: Records;
  logs: RunLogs;
  liveLog: (runId: string) => RunLog | undefined;
  ports: PortWatch;
  config: ConfigStore;
  view: () => StationView;
  clock: Clock;
  doctor: StationHandlers['doctor.check'];
  onCountersReset: () => void;
}): HandlersOf<typeof stationCalls> {
  const { bays, records, logs, liveLog, ports, config, view, clock } = options;
  const later = <Value>(result: Result<Value>): Promise<Result<Value>> => Promise.resolve(result);

  /** From the log that is being written, or else from the disk. */
  async function readLog(
    runId: string,
    from: number,
    limit: number,
  ): Promise<Result<{ lines: LogLine[]; total: number }>> {
    const live = liveLog(runId);
    if (live === undefined) return logs.read(runId, from, limit);
    const lines = await live.read(from, limit);
    return lines.ok ? ok({ lines: lines.value, total: live.total }) : lines;
  }

  return {
    'bay.flash': ({ bay, recipe }) => {
      const found = bays.find(bay);
      return later(found.ok ? found.value.flash(recipe) : found);
    },
    'bay.allowOnce': ({ bay, by, reason }) => {
      const found = bays.find(bay);
      return later(found.ok ? found.value.allowOnce(by, reason) : found);
    },
    'bay.abort': ({ bay }) => {
      const found = bays.find(bay);
      return later(found.ok ? found.value.abort('aborted-by-operator') : found);
    },
    'bay.configure': async ({ bay, ...change }) => {
      const found = bays.find(bay);
      if (!found.ok) return found;
      const { number, physicalPath } = found.value.place;
      const bound = await config.bindBay(physicalPath, { number, ...definedOnly(change) });
      return bound.ok ? ok() : bound;
    },
    'ports.list': () => later(ok(ports.list())),
    'runs.list': (filter) => {
      const runs = records.list(filter);
      return later(runs.ok ? ok({ runs: runs.value }) : runs);
    },
    'runs.show': ({ runId }) => later(records.find(runId)),
    'runs.log': ({ runId, from, limit }) => readLog(runId, from, limit),
    'runs.saveLog': async ({ runId, file, times, replace }) => {
      const run = records.find(runId);
      if (!run.ok) return run;
      const { startedAt } = run.value;
      const read = (from: number, limit: number) => readLog(runId, from, limit);
      return saveLog({ read, file, replace, times, startedAt });
    },
    'settings.change': async (change) => {
      if (change.workspace !== undefined && !(await isFolder(change.workspace))) {
        return fail('workspace-missing', { path: change.workspace });
      }
      const changed = await config.change(definedOnly(change));
      return changed.ok ? ok(view().settings) : changed;
    },
    'counters.reset': () => {
      const reset = records.resetCounters(clock.now(), config.state.config.operator);
      options.onCountersReset();
      return later(reset);
    },
    'doctor.check': options.doctor,
  };
}

type Defined<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** A field that is left out and one that is undefined are the same to a caller, but not to a patch. */
function definedOnly<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<Fields>;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
