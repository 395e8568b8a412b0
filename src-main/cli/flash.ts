import { realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { BayView } from '../../src-shared/model/bay.js';
import { fault, type Fault } from '../../src-shared/model/result.js';
import type { Verdict } from '../../src-shared/model/run.js';
import { isDeviceNodePath } from '../core/ports/device-port-source.js';
import { junitOfNoRun, toJUnit } from '../core/reports/junit.js';
import { writeReport } from '../core/reports/report-file.js';
import type { Station } from '../core/station-api.js';
import { createStation } from '../core/station.js';
import { homeOf, outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { exitCodes, type Output } from './output.js';
import { reportChanges } from './report.js';
import { describeDefect } from './station.js';
import { UsageError } from './usage.js';

export interface FlashOptions extends CommonOptions {
  port: string;
  recipe: string;
  junit?: string;
}

/** How long an engine that does not answer yet is waited for, in ms. */
const engineLimit = 15_000;

/** `slipway flash`: one run through one port; the exit code is the verdict. */
export async function runFlash(options: FlashOptions, context: Context): Action {
  const output = outputOf(options, context);
  const { messages } = context;
  const path = await portNamed(options.port);
  if (path === undefined) {
    output.fault(fault('port-unknown', { path: options.port }));
    return exitCodes.usage;
  }
  const junit = options.junit === undefined ? undefined : resolve(options.junit);
  if (junit !== undefined && !(await exists(dirname(junit)))) {
    throw new UsageError(messages.text('cli.usage-file-folder', { folder: dirname(junit) }));
  }
  const station = createStation({
    home: homeOf(options, context),
    environment: context.environment,
    onlyPort: path,
    autoFlash: false,
    onDefect: (error) => output.note(messages.text('cli.defect', { reason: describeDefect(error) })),
  });
  const started = await station.start();
  if (!started.ok) {
    output.fault(started.error);
    await station.stop('leave-running');
    await writeNoRun(options.recipe, started.error, junit, output);
    return exitCodes.ERROR;
  }
  const report = reportChanges(station, output);
  try {
    if (!(await knowsRecipe(station, options.recipe))) {
      output.fault(fault('recipe-unknown', { recipe: options.recipe }));
      return exitCodes.usage;
    }
    return await flashOnce(station, path, options.recipe, junit, output, context);
  } finally {
    report.dispose();
    await station.stop('abort-runs');
  }
}

async function flashOnce(
  station: Station,
  path: string,
  recipe: string,
  junit: string | undefined,
  output: Output,
  context: Context,
): Action {
  const waiting = waitForBay(station, path);
  const abandon = context.onStop(() => waiting.abandon());
  const found = await waiting.bay;
  abandon();
  if ('fault' in found) {
    output.fault(found.fault);
    await writeNoRun(recipe, found.fault, junit, output);
    return found.fault.code === 'aborted-by-operator' ? exitCodes.ABORTED : exitCodes.ERROR;
  }
  const ended = new Promise<{ runId: string; verdict: Verdict }>((resolveEnded) => {
    // A run of another bay may end meanwhile: one that a station before left behind.
    station.subscribe('verdict', undefined, ({ bay, runId, verdict }) => {
      if (bay === found.bay) resolveEnded({ runId, verdict });
    });
  });
  const flashed = await station.handlers['bay.flash']({ bay: found.bay, recipe });
  if (!flashed.ok) {
    output.fault(flashed.error);
    await writeNoRun(recipe, flashed.error, junit, output);
    return exitCodes.ERROR;
  }
  const forgetStop = context.onStop(() => {
    output.note(output.messages.text('cli.stopping'));
    void station.handlers['bay.abort']({ bay: found.bay });
  });
  // Nobody is there to answer: what waits for an operator would wait for ever.
  const asked = station.subscribe('bays', undefined, (message) => {
    const views = message.kind === 'bays' ? message.bays : [message.bay];
    if (!views.some(({ number, run }) => number === found.bay && (run?.asks ?? null) !== null)) return;
    queueMicrotask(() => asked.dispose());
    output.fault(fault('answer-needed'));
    void station.handlers['bay.abort']({ bay: found.bay });
  });
  let last = await ended;
  asked.dispose();
  // A recipe with retries goes on by itself; the last attempt's verdict counts.
  for (let running = bayAt(station, path); running?.status === 'running'; running = bayAt(station, path)) {
    last = await nextVerdict(station, found.bay);
  }
  forgetStop();
  const isHandedOver = junit === undefined || (await writeJUnit(station, last.runId, junit, output));
  // A PASS that nobody can read of is a fault of the station; every other verdict says more than that.
  return last.verdict === 'PASS' && !isHandedOver ? exitCodes.ERROR : exitCodes[last.verdict];
}

function nextVerdict(station: Station, ofBay: number): Promise<{ runId: string; verdict: Verdict }> {
  return new Promise((resolveNext) => {
    const subscription = station.subscribe('verdict', undefined, ({ bay, runId, verdict }) => {
      if (bay !== ofBay) return;
      subscription.dispose();
      resolveNext({ runId, verdict });
    });
  });
}

function bayAt(station: Station, path: string): BayView | undefined {
  return station.bays().find(({ port }) => port?.path === path);
}

/** Waits until the port has settled in its bay and nothing of the station is in the way. */
function waitForBay(
  station: Station,
  path: string,
): { bay: Promise<{ bay: number } | { fault: Fault }>; abandon: () => void } {
  let abandon = (): void => undefined;
  const bay = new Promise<{ bay: number } | { fault: Fault }>((resolveBay) => {
    const finish = (result: { bay: number } | { fault: Fault }): void => {
      clearTimeout(limit);
      subscription.dispose();
      resolveBay(result);
    };
    const look = (last: boolean): void => {
      const view = bayAt(station, path);
      if (view?.status === 'disabled') return finish({ fault: fault('bay-disabled', { bay: view.number }) });
      if (view?.status === 'ready' || view?.status === 'unmatched') return finish({ bay: view.number });
      // An image that another recipe would need is no obstacle: the run looks at its own.
      const station_ = view?.status === 'blocked' && !isStationReason(view) ? view : undefined;
      if (station_ !== undefined) return finish({ bay: station_.number });
      if (last) finish({ fault: view?.reason ?? fault('port-unknown', { path }) });
    };
    const limit = setTimeout(() => look(true), engineLimit);
    const subscription = station.subscribe('bays', undefined, () => queueMicrotask(() => look(false)));
    abandon = () => finish({ fault: fault('aborted-by-operator') });
  });
  return { bay, abandon: () => abandon() };
}

function isStationReason({ reason }: BayView): boolean {
  return reason !== null && !reason.code.startsWith('image-');
}

function knowsRecipe(station: Station, name: string): Promise<boolean> {
  return new Promise((resolveKnown) => {
    const subscription = station.subscribe('recipes', undefined, ({ recipes }) => {
      queueMicrotask(() => subscription.dispose());
      resolveKnown(recipes.recipes.some((recipe) => recipe.name === name));
    });
  });
}

/** Resolves to whether the report is there. */
async function writeJUnit(station: Station, runId: string, file: string, output: Output): Promise<boolean> {
  const run = await station.handlers['runs.show']({ runId });
  if (!run.ok) {
    output.fault(run.error);
    return false;
  }
  const xml = await toJUnit(run.value, output.messages, async (from, limit) => {
    const part = await station.handlers['runs.log']({ runId, from, limit });
    return part.ok ? part.value.lines : [];
  });
  return handOver(file, xml, output);
}

/** The report of a run that could not begin: a file that is left from before would be taken for this one's. */
async function writeNoRun(
  recipe: string,
  problem: Fault,
  file: string | undefined,
  output: Output,
): Promise<void> {
  if (file === undefined) return;
  await handOver(file, junitOfNoRun(recipe, problem, Date.now(), output.messages), output);
}

async function handOver(file: string, xml: string, output: Output): Promise<boolean> {
  const written = await writeReport(file, xml);
  if (!written.ok) output.fault(written.error);
  return written.ok;
}

/** The port as the station watches it: a link to a USB port (`/dev/serial/by-id/…`) stands for that port. */
async function portNamed(given: string): Promise<string | undefined> {
  const path = resolve(given);
  if (!(await exists(path))) return undefined;
  const node = await realpath(path);
  return isDeviceNodePath(node) ? node : path;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(await realpath(path));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return false;
    throw error;
  }
}
