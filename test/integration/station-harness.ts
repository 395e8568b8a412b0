import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Docker from 'dockerode';
import { z } from 'zod';
import { prepareDemoHome } from '../../demo/home.mjs';
import { parseFault, type WidgetFault } from '../../demo/widgets/faults.mjs';
import { plugWidgets } from '../../demo/widgets/plug.mjs';
import type { BayView } from '../../src-shared/model/bay.js';
import { bayViewSchema } from '../../src-shared/model/bay.js';
import type { RunRecord } from '../../src-shared/model/run.js';
import { runRecordSchema } from '../../src-shared/model/run.js';
import { createStation } from '../../src-main/core/station.js';
import type { Station } from '../../src-main/core/station-api.js';

/** A line eight times as fast as a real one, where the time it takes is not the question. */
export const quickBaud = 921_600;

/** A folder with a demo home and a folder for devices; everything goes when it is disposed. */
export interface Bench {
  home: string;
  devices: string;
  image: Buffer;
  plug(options?: {
    count?: number;
    faults?: Record<number, string>;
    baud?: number;
    model?: string;
  }): PluggedWidgets;
  dispose(): Promise<void>;
  /** Called in reverse order by `dispose`. */
  defer(release: () => unknown): void;
}

export type PluggedWidgets = ReturnType<typeof plugWidgets> & {
  storage: (index: number) => Buffer;
  /** What is wrong with each one. */
  faults: Map<number, WidgetFault>;
};

export async function makeBench(settings: Record<string, unknown> = {}): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-station-'));
  const home = join(folder, 'home');
  const devices = join(folder, 'devices');
  const releases: (() => unknown)[] = [];
  await prepareDemoHome({ home, devices, settings, log: () => undefined });
  let plugged = 0;
  return {
    home,
    devices,
    image: readFileSync(join(home, 'workspace/widgetOS/deployment-image/widgetos.img')),
    plug({ count = 1, faults = {}, baud = quickBaud, model = 'widgy' } = {}) {
      plugged += 1;
      const storageDir = mkdtempSync(join(folder, 'storage-'));
      const faulty = new Map(
        Object.entries(faults).map(([index, fault]) => [Number(index), parseFault(fault)] as const),
      );
      const widgets = plugWidgets({
        dir: devices,
        count,
        baud,
        model,
        storageDir,
        faults: faulty,
        ...(plugged === 1 ? {} : { serialPrefix: `X${plugged}-` }),
      });
      releases.push(() => widgets.dispose());
      for (let index = 0; index < count; index += 1) widgets.plug(index);
      return {
        ...widgets,
        faults: faulty,
        storage: (index) => readFileSync(join(storageDir, `ttyWIDGET${index}.img`)),
      };
    },
    defer: (release) => void releases.push(release),
    async dispose() {
      for (const release of releases.reverse()) await release();
      await removeLeftovers(home);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A station in this process, stopped with the bench. */
export async function startStation(bench: Bench): Promise<Station> {
  const station = createStation({
    home: bench.home,
    onDefect: (error) => {
      throw error;
    },
  });
  const started = await station.start();
  if (!started.ok) throw new Error(`the station did not start: ${JSON.stringify(started.error)}`);
  bench.defer(() => station.stop('abort-runs'));
  return station;
}

/** Resolves with the bay once it is as asked; fails with what it was last when the time is up. */
export function untilBay(
  station: Station,
  number: number,
  is: (bay: BayView) => boolean,
  limitMs = 60_000,
): Promise<BayView> {
  return new Promise((resolve, reject) => {
    let last: BayView | undefined;
    const limit = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`bay ${number} was last ${JSON.stringify(last, null, 1)}`));
    }, limitMs);
    const look = (bay: BayView): void => {
      if (bay.number !== number) return;
      last = bay;
      if (!is(bay)) return;
      clearTimeout(limit);
      queueMicrotask(() => subscription.dispose());
      resolve(bay);
    };
    const subscription = station.subscribe('bays', undefined, (message) => {
      if (message.kind === 'bays') message.bays.forEach(look);
      else look(message.bay);
    });
  });
}

export const hasVerdict = (bay: BayView): boolean => (bay.run?.verdict ?? null) !== null;
export const isFlashing = (bay: BayView): boolean =>
  bay.run?.phase === 'flash' && (bay.run.progress.percent ?? 0) > 5;

const lineSchema = z.looseObject({ type: z.string(), at: z.string() });
export type Line = z.output<typeof lineSchema>;

/** The built command as a process of its own, with what it wrote. */
export interface SlipwayProcess {
  child: ChildProcess;
  lines: Line[];
  errors: () => string;
  /** Resolves with the first line that fits, also one that came before. */
  until(fits: (line: Line) => boolean, limitMs?: number): Promise<Line>;
  exit: Promise<number | null>;
}

export function runSlipway(bench: Bench | undefined, args: string[]): SlipwayProcess {
  const child = spawn(process.execPath, ['bin/slipway.js', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LANG: 'en_US.UTF-8' },
  });
  bench?.defer(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exit;
  });
  const lines: Line[] = [];
  const listeners = new Set<(line: Line) => void>();
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  createInterface({ input: child.stdout }).on('line', (text) => {
    if (!text.startsWith('{')) return;
    const line = lineSchema.parse(JSON.parse(text));
    lines.push(line);
    for (const listener of listeners) listener(line);
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    child,
    lines,
    errors: () => errors,
    exit,
    until: (fits, limitMs = 60_000) =>
      new Promise((resolve, reject) => {
        const before = lines.find(fits);
        if (before !== undefined) return resolve(before);
        const limit = setTimeout(() => {
          listeners.delete(listen);
          reject(
            new Error(`no such line; standard error: ${errors}; lines: ${JSON.stringify(lines.slice(-5))}`),
          );
        }, limitMs);
        const listen = (line: Line): void => {
          if (!fits(line)) return;
          clearTimeout(limit);
          listeners.delete(listen);
          resolve(line);
        };
        listeners.add(listen);
      }),
  };
}

export const bayOf = (line: Line): BayView | undefined => bayViewSchema.safeParse(line['bay']).data;
export const runOf = (line: Line): RunRecord | undefined => runRecordSchema.safeParse(line['run']).data;

/** A station that a test killed cannot clean up; only what carries its label is removed. */
async function removeLeftovers(home: string): Promise<void> {
  if (!existsSync(join(home, 'station-id'))) return;
  const docker = new Docker();
  for (const id of await containersOf(home)) await docker.getContainer(id).remove({ force: true });
  const networks = await docker.listNetworks({ filters: { label: [stationLabel(home)] } });
  for (const { Id } of networks) await docker.getNetwork(Id).remove();
}

const stationLabel = (home: string): string =>
  `io.slipway.station=${readFileSync(join(home, 'station-id'), 'utf8').trim()}`;

/** Ids of the containers that carry the label of the station in this home. */
export async function containersOf(home: string): Promise<string[]> {
  const filters = { label: [stationLabel(home)] };
  return (await new Docker().listContainers({ all: true, filters })).map(({ Id }) => Id);
}

export async function readLog(station: Station, runId: string): Promise<string[]> {
  const log = await station.handlers['runs.log']({ runId, from: 0, limit: 5000 });
  if (!log.ok) throw new Error(JSON.stringify(log.error));
  return log.value.lines.map(({ text }) => text);
}
