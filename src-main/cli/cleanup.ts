import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { MessageKey } from '../../src-shared/messages/catalogue.js';
import type { CleanupItem, CleanupKind } from '../../src-shared/model/cleanup.js';
import { createCleaner, type Cleaner } from '../core/cleanup/cleaner.js';
import { needsOf, noJobs } from '../core/cleanup/cleanup-part.js';
import { createLogFiles } from '../core/cleanup/log-files.js';
import { createRemovals } from '../core/cleanup/removals.js';
import { createSystemClock } from '../core/clock.js';
import { lockHome } from '../core/config/home-lock.js';
import { defaultRetention } from '../core/config/retention.js';
import { stationId } from '../core/config/station-id.js';
import { createConnection } from '../core/docker/connection.js';
import { createCleanupEngine } from '../core/docker/cleanup-engine.js';
import { readSettings } from '../core/doctor/examine.js';
import { createMadeImages } from '../core/images/made-images.js';
import { createRecipeStore } from '../core/recipes/recipe-store.js';
import { openRecords } from '../core/records/open-records.js';
import { homeOf, outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { exitCodes, formatTable, type Output } from './output.js';

/** What `--only` takes, with what it stands for. */
export const cleanupGroups = {
  containers: ['container', 'shell'],
  networks: ['network'],
  volumes: ['volume'],
  images: ['image', 'old-build'],
  cache: ['build-cache'],
  logs: ['run-log'],
} as const satisfies Record<string, readonly CleanupKind[]>;
export type CleanupGroup = keyof typeof cleanupGroups;

export interface CleanupOptions extends CommonOptions {
  yes?: boolean;
  only?: CleanupGroup[];
}

/**
 * `slipway cleanup`: what would go, and with `--yes` removes it. Without `--only` it is what is proposed; with
 * it, all of those kinds that nothing needs. 0 also when there is nothing; 2 when something could not be removed, or
 * the engine could not be asked what it holds.
 */
export async function runCleanup(options: CleanupOptions, context: Context): Action {
  const output = outputOf(options, context);
  const { messages, environment } = context;
  const home = homeOf(options, context);
  // A home without an id has made nothing; a preview makes nothing either.
  if (!existsSync(join(home, 'station-id'))) {
    output.line(messages.text('machine.nothingLeft'));
    return exitCodes.ok;
  }
  const id = await stationId(home, messages.locale);
  if (!id.ok) return failed(output, id.error);
  // While a station runs, only it knows what it is about to use.
  const lock = options.yes === true ? await lockHome(home) : null;
  if (lock?.ok === false) return failed(output, lock.error);
  const clock = createSystemClock();
  const path = join(home, 'records.db');
  const records = existsSync(path) ? openRecords({ path, clock, host: hostname() }) : null;
  if (records?.ok === false) return failed(output, records.error);
  const recipes = createRecipeStore({ folder: join(home, 'recipes'), clock });
  await recipes.start();
  const { config } = await readSettings(home, environment);
  const connection = createConnection({
    search: () => ({ configured: config?.docker, environment, home: environment['HOME'] ?? home }),
    stationId: id.value,
    clock,
  });
  await connection.start();
  const cleaner = createCleaner({
    engine: createCleanupEngine(connection, id.value, createMadeImages(home)),
    logs: createLogFiles(join(home, 'logs')),
    jobs: noJobs,
    removals: createRemovals(home),
    facts() {
      const unfinished = records?.value.unfinished();
      return {
        at: clock.now(),
        stationId: id.value,
        recipes: recipes.all().map(({ recipe }) => needsOf(recipe)),
        openRuns: new Set(unfinished?.ok === true ? unfinished.value.map((run) => run.id) : []),
        shownRuns: new Set(),
        busyBays: new Set(),
        retention: config?.retention ?? defaultRetention,
      };
    },
  });
  try {
    return await cleanUp(cleaner, options, output);
  } finally {
    await connection.dispose();
    recipes.dispose();
    records?.value.close();
    lock?.value.dispose();
  }
}

async function cleanUp(cleaner: Cleaner, { only, yes }: CleanupOptions, output: Output): Action {
  const { messages } = output;
  const plan = await cleaner.plan();
  if (plan.engineFault !== null) output.fault(plan.engineFault);
  const kinds = new Set<CleanupKind>((only ?? []).flatMap((group) => [...cleanupGroups[group]]));
  const isChosen = (item: CleanupItem): boolean =>
    item.kept === null && (only === undefined ? item.proposed : kinds.has(item.kind));
  const chosen = plan.items.filter(isChosen);
  const unseen = plan.engineFault === null ? exitCodes.ok : exitCodes.ERROR;
  if (yes !== true) {
    for (const item of plan.items) {
      const { at, ...rest } = item;
      const since = at === null ? null : new Date(at).toISOString();
      output.event('item', { ...rest, since, chosen: isChosen(item) });
    }
    if (chosen.length === 0) {
      if (plan.engineFault === null) output.line(messages.text('machine.nothingLeft'));
    } else {
      output.line(
        formatTable(
          header(output),
          chosen.map((item) => row(item, output)),
        ),
      );
      const bytes = chosen.reduce((sum, item) => sum + (item.bytes ?? 0), 0);
      output.line(
        messages.text('cli.cleanup-preview', { count: chosen.length, megabytes: inMegabytes(bytes) }),
      );
    }
    return unseen;
  }
  if (chosen.length === 0) {
    if (plan.engineFault === null) output.line(messages.text('machine.nothingLeft'));
    return unseen;
  }
  const { outcomes, freedBytes } = await cleaner.remove(chosen, 'person');
  for (const outcome of outcomes) {
    output.event('outcome', { ...outcome });
    const { kind, name, reason } = outcome;
    const what = `${messages.text(`machine.kind-${kind}`)} ${name}`;
    if (outcome.outcome === 'removed') output.line(messages.text('cli.cleanup-removed', { what }));
    else if (reason !== null) {
      const why = messages.text(`machine.kept-${reason}` satisfies MessageKey);
      output.line(messages.text('cli.cleanup-kept', { what, why }));
    } else if (outcome.fault !== null) output.fault(outcome.fault);
  }
  const count = outcomes.filter(({ outcome }) => outcome === 'removed').length;
  output.line(messages.text('cli.cleanup-done', { count, megabytes: inMegabytes(freedBytes) }));
  return outcomes.some(({ outcome }) => outcome === 'failed') ? exitCodes.ERROR : unseen;
}

function header({ messages }: Output): string[] {
  return (['kind', 'name', 'size', 'since'] as const).map((column) => messages.text(`cli.column-${column}`));
}

function row({ kind, name, bytes, at }: CleanupItem, { messages }: Output): string[] {
  const size = bytes === null ? '–' : `${inMegabytes(bytes).toFixed(1)} MB`;
  return [messages.text(`machine.kind-${kind}`), name, size, at === null ? '–' : new Date(at).toISOString()];
}

function inMegabytes(bytes: number): number {
  return Math.round(bytes / 100_000) / 10;
}

function failed(output: Output, error: Parameters<Output['fault']>[0]): number {
  output.fault(error);
  return exitCodes.ERROR;
}
