import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { FileEntry } from '../../src-shared/model/files.js';
import { fail, ok, type FaultParams, type Result } from '../../src-shared/model/result.js';
import { createSystemClock } from '../core/clock.js';
import { stationId } from '../core/config/station-id.js';
import type { ContainerFilesEngine, ContainerPlace } from '../core/container-files/container-files-engine.js';
import { download } from '../core/container-files/download.js';
import { createLister, type Lister } from '../core/container-files/lister.js';
import { createLook, type Look } from '../core/container-files/look.js';
import {
  createTarProbe,
  type TransferContext,
  type TransferParts,
} from '../core/container-files/transfer.js';
import { upload } from '../core/container-files/upload.js';
import { createContainerFilesEngine } from '../core/docker/container-files.js';
import { createDockerEngine } from '../core/docker/docker-engine.js';
import { labels } from '../core/docker/engine.js';
import { readSettings } from '../core/doctor/examine.js';
import {
  type Action,
  type CommandTools,
  type CommonOptions,
  type Context,
  homeOf,
  outputOf,
} from './context.js';
import { exitCodes, formatTable, type Output } from './output.js';
import { UsageError, wholeNumber } from './usage.js';

interface PlaceOptions extends CommonOptions {
  bay?: number;
  run?: string;
}

interface Work {
  container: ContainerPlace;
  lister: Lister;
  parts: TransferParts & { lister: Lister; look: Look };
  transfer: TransferContext;
  output: Output;
}

/** The commands of `slipway files`: those of a container of ours, also beside a station that runs. */
export function addFileCommands(files: Command, tools: CommandTools): void {
  const { add, finish, common, context } = tools;
  const { messages } = context;
  const replace = ['--replace', messages.text('cli.option-replace-file')] as const;
  const placed = (command: Command): Command =>
    common(command)
      .option('--bay <n>', messages.text('cli.option-files-bay'), wholeNumber(messages, '--bay', 1, 999))
      .option('--run <run>', messages.text('cli.option-files-run'));
  const act = (
    given: PlaceOptions,
    command: string,
    work: (work: Work) => Promise<Result<FaultParams>>,
  ): Promise<void> => {
    if ((given.bay === undefined) === (given.run === undefined)) {
      throw new UsageError(messages.text('cli.usage-files-place', { command: `files ${command}` }));
    }
    return finish(withContainer(given, context, command, work));
  };

  placed(
    add(files, 'list', messages.text('cli.files-list')).argument(
      '[path]',
      messages.text('cli.argument-container-path'),
      '/',
    ),
  ).action((path: string, given: PlaceOptions) =>
    act(given, 'list', ({ container, lister, output }) => list({ container, lister, output }, path, context)),
  );
  placed(
    add(files, 'get', messages.text('cli.files-get'))
      .argument('<path>', messages.text('cli.argument-container-path'))
      .argument('<target>', messages.text('cli.argument-target')),
  )
    .option('--tar', messages.text('cli.option-files-tar'))
    .option('--folder', messages.text('cli.option-files-folder'))
    .option(...replace)
    .action(
      (path: string, target: string, given: PlaceOptions & { tar?: true; folder?: true; replace?: true }) =>
        act(given, 'get', ({ container, parts, transfer }) =>
          download(
            parts,
            {
              id: container.id,
              path,
              target: resolve(target),
              form: given.folder === true ? 'folder' : given.tar === true ? 'tar' : 'file',
              replace: given.replace === true,
            },
            transfer,
          ),
        ),
    );
  placed(
    add(files, 'put', messages.text('cli.files-put'))
      .argument('<source...>', messages.text('cli.argument-sources'))
      .requiredOption('--to <folder>', messages.text('cli.option-files-to')),
  )
    .option(...replace)
    .action((sources: string[], given: PlaceOptions & { to: string; replace?: true }) =>
      act(given, 'put', ({ container, parts, transfer }) =>
        upload(
          parts,
          {
            id: container.id,
            folder: given.to,
            sources: sources.map((source) => resolve(source)),
            replace: given.replace === true,
          },
          transfer,
        ),
      ),
    );
}

/** `rwxr-x---` in octal, as `chmod` takes it. */
const octal = ({ mode }: FileEntry): string => mode.toString(8).padStart(4, '0');

async function list(
  { container, lister, output }: Pick<Work, 'container' | 'lister' | 'output'>,
  path: string,
  { messages }: Context,
): Promise<Result<FaultParams>> {
  const listed = await lister.list(container.id, path);
  if (!listed.ok) return listed;
  const { entries, complete, mount } = listed.value;
  for (const entry of entries) output.event('file', { ...entry });
  const rows = entries.map((entry) => [
    entry.target === null ? entry.name : `${entry.name} -> ${entry.target}`,
    messages.text(`files.kind.${entry.kind}`),
    entry.size === null ? '' : String(entry.size),
    `${entry.uid}:${entry.gid}`,
    octal(entry),
    new Date(entry.modifiedAt).toISOString(),
    entry.mount === null
      ? ''
      : messages.text(`files.badge.${entry.mount.kind}`, { source: entry.mount.source ?? '' }),
  ]);
  const header = ['file', 'kind', 'bytes', 'owner', 'mode', 'modified', 'mount'] as const;
  if (rows.length === 0) output.note(messages.text('files.empty'));
  else {
    output.line(
      formatTable(
        header.map((column) => messages.text(`cli.column-${column}`)),
        rows,
      ),
    );
  }
  if (mount !== null) {
    const { kind, path: at, source } = mount;
    output.note(messages.text(`files.mount.${kind}`, { path: at, source: source ?? '' }));
  }
  if (!complete) output.note(messages.text('files.incomplete'));
  return ok({});
}

/** The newest container of a bay, or the one that was made for a run. */
async function findContainer(
  engine: ContainerFilesEngine,
  { bay, run }: PlaceOptions,
): Promise<Result<ContainerPlace>> {
  const listed = await engine.list();
  if (!listed.ok) return listed;
  const wanted = listed.value.filter((place) =>
    run === undefined ? place.labels[labels.bay] === String(bay) : place.labels[labels.run] === run,
  );
  wanted.sort((one, other) => (other.startedAt ?? 0) - (one.startedAt ?? 0));
  const found = wanted[0];
  return found === undefined ? fail('files-no-container', { place: run ?? String(bay) }) : ok(found);
}

async function withContainer(
  options: PlaceOptions,
  context: Context,
  command: string,
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
  const configured = (await readSettings(home, environment)).config?.docker;
  const docker = createDockerEngine({ search: { configured, environment }, stationId: id.value, clock });
  await docker.start();
  const engine = createContainerFilesEngine({ connection: docker.connection, clock, stationId: id.value });
  const look = createLook(engine);
  const lister = createLister({ engine, look, clock });
  const cancel = new AbortController();
  const listening = context.onStop(() => cancel.abort());
  try {
    const container = await findContainer(engine, options);
    if (!container.ok) {
      output.fault(container.error);
      return exitCodes.ERROR;
    }
    const done = await act({
      container: container.value,
      lister,
      // Whether a run goes on in it only its station knows: what runs is treated so.
      parts: {
        engine,
        look,
        lister,
        hasTar: createTarProbe(engine),
        isBusy: () => container.value.isRunning,
      },
      transfer: {
        signal: cancel.signal,
        onBytes: () => undefined,
        log: (text) => output.note(text),
      },
      output,
    });
    if (!done.ok) {
      output.fault(done.error);
      return done.error.code === 'files-cancelled' ? exitCodes.ABORTED : exitCodes.ERROR;
    }
    if (command !== 'list') {
      output.event('done', { what: command, ...done.value });
      const { path = done.value['folder'] ?? '', bytes = 0 } = done.value;
      output.line(messages.text('cli.files-done', { path, bytes }));
    }
    return exitCodes.ok;
  } finally {
    listening();
    lister.dispose();
    await docker.dispose();
  }
}
