import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { fault, ok, type FaultParams, type Result } from '../../src-shared/model/result.js';
import { createSystemClock } from '../core/clock.js';
import { stationId } from '../core/config/station-id.js';
import type { TransferContext } from '../core/container-files/transfer.js';
import { createContainerFilesEngine } from '../core/docker/container-files.js';
import { createDockerEngine } from '../core/docker/docker-engine.js';
import { createVolumeEngine } from '../core/docker/volumes.js';
import { readSettings } from '../core/doctor/examine.js';
import { createRecipeStore } from '../core/recipes/recipe-store.js';
import type { VolumeEngine } from '../core/volumes/volume-engine.js';
import { createVolumeTransfers, usersOf, type VolumeTransfers } from '../core/volumes/volume-transfers.js';
import {
  type Action,
  type CommandTools,
  type CommonOptions,
  type Context,
  homeOf,
  outputOf,
} from './context.js';
import { exitCodes, formatTable, type Output } from './output.js';

interface ReplaceOptions extends CommonOptions {
  replace?: boolean;
}

interface Work {
  volumes: VolumeEngine;
  transfers: VolumeTransfers;
  transfer: TransferContext;
  output: Output;
}

/** The commands of `slipway volumes`. Each works beside a station that runs: what is in use is refused. */
export function addVolumeCommands(volumes: Command, tools: CommandTools): void {
  const { add, finish, common, context } = tools;
  const { messages } = context;
  const name = ['<name>', messages.text('cli.argument-volume')] as const;
  const file = ['<file>', messages.text('cli.argument-backup')] as const;
  const replace = ['--replace', messages.text('cli.option-replace-content')] as const;
  const act = (
    given: CommonOptions,
    what: string,
    work: (work: Work) => Promise<Result<FaultParams>>,
  ): Promise<void> => finish(withVolumes(given, context, what, work));

  common(add(volumes, 'list', messages.text('cli.volumes-list'))).action((given: CommonOptions) =>
    act(given, 'list', (work) => list(work, context)),
  );
  common(add(volumes, 'create', messages.text('cli.volumes-create')).argument(...name)).action(
    (volume: string, given: CommonOptions) =>
      act(given, 'create', async (work) => named(volume, await work.volumes.create(volume))),
  );
  common(add(volumes, 'remove', messages.text('cli.volumes-remove')).argument(...name)).action(
    (volume: string, given: CommonOptions) => act(given, 'remove', (work) => remove(work, volume)),
  );
  common(
    add(volumes, 'backup', messages.text('cli.volumes-backup'))
      .argument(...name)
      .argument(...file),
  )
    .option(...replace)
    .action((volume: string, path: string, given: ReplaceOptions) =>
      act(given, 'backup', ({ transfers, transfer }) =>
        transfers.backup(volume, resolve(path), given.replace === true, transfer),
      ),
    );
  common(
    add(volumes, 'restore', messages.text('cli.volumes-restore'))
      .argument(...file)
      .argument(...name),
  )
    .option(...replace)
    .action((path: string, volume: string, given: ReplaceOptions) =>
      act(given, 'restore', ({ transfers, transfer }) =>
        transfers.restore(volume, resolve(path), given.replace === true, transfer),
      ),
    );
}

function named(name: string, result: Result<void>): Result<FaultParams> {
  return result.ok ? ok({ name }) : result;
}

async function remove({ volumes }: Work, name: string): Promise<Result<FaultParams>> {
  const found = await volumes.find(name);
  if (!found.ok) return found;
  const users = await volumes.users();
  if (!users.ok) return users;
  const its = users.value.get(name);
  if (its !== undefined) return { ok: false, error: fault('volume-in-use', usersOf(name, its)) };
  return named(name, await volumes.remove(name));
}

async function list({ volumes, output }: Work, { messages }: Context): Promise<Result<FaultParams>> {
  const listed = await volumes.list();
  if (!listed.ok) return listed;
  const users = await volumes.users();
  if (!users.ok) return users;
  const sizes = await volumes.sizes();
  if (!sizes.ok) return sizes;
  const rows = listed.value.map(({ name, createdAt }) => {
    const size = sizes.value.get(name) ?? null;
    const usedBy = (users.value.get(name)?.usedBy ?? []).map((user) => user.name);
    output.event('volume', { name, createdAt, size, usedBy });
    return [name, size === null ? '' : String(size), usedBy.join(', ')];
  });
  const header = ['volume', 'bytes', 'used-by'] as const;
  if (rows.length === 0) output.note(messages.text('cli.no-volumes'));
  else
    output.line(
      formatTable(
        header.map((column) => messages.text(`cli.column-${column}`)),
        rows,
      ),
    );
  return ok({});
}

async function withVolumes(
  options: CommonOptions,
  context: Context,
  what: string,
  act: (work: Work) => Promise<Result<FaultParams>>,
): Action {
  const output = outputOf(options, context);
  const { messages, environment } = context;
  const home = homeOf(options, context);
  const id = await stationId(home, messages.locale);
  if (!id.ok) {
    output.fault(id.error);
    return exitCodes.ERROR;
  }
  const clock = createSystemClock();
  const recipes = createRecipeStore({ folder: join(home, 'recipes'), clock });
  await recipes.start();
  const configured = (await readSettings(home, environment)).config?.docker;
  const engine = createDockerEngine({ search: { configured, environment }, stationId: id.value, clock });
  await engine.start();
  const files = createContainerFilesEngine({ connection: engine.connection, clock, stationId: id.value });
  const volumes = createVolumeEngine({ engine, stationId: id.value });
  const transfers = createVolumeTransfers({
    volumes,
    files,
    clock,
    folder: join(home, 'volumes'),
    about: () => ({ station: home, host: hostname() }),
    images: () => recipes.all().map(({ recipe }) => recipe.image.name),
  });
  const cancel = new AbortController();
  const listening = context.onStop(() => cancel.abort());
  const transfer = {
    signal: cancel.signal,
    onBytes: () => undefined,
    log: (text: string) => output.note(text),
  };
  try {
    const done = await act({ volumes, transfers, transfer, output });
    if (!done.ok) {
      output.fault(done.error);
      return done.error.code === 'files-cancelled' ? exitCodes.ABORTED : exitCodes.ERROR;
    }
    if (what !== 'list') {
      output.event('done', { what, ...done.value });
      output.line(messages.text('cli.volume-done', { name: String(done.value['name'] ?? '') }));
    }
    return exitCodes.ok;
  } finally {
    listening();
    await engine.dispose();
    recipes.dispose();
  }
}
