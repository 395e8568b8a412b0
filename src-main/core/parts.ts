import type { Messages } from '../../src-shared/messages/messages.js';
import type { DoctorCheck } from '../../src-shared/model/station.js';
import type { Bays } from './bays/bays.js';
import { createUnitHandlers } from './bays/unit-part.js';
import { createContainersPart } from './containers/containers-part.js';
import { createCleanupPart } from './cleanup/cleanup-part.js';
import { createJobStore } from './cleanup/job-store.js';
import type { Clock } from './clock.js';
import { createConsoles } from './console/consoles.js';
import type { ConfigStore } from './config/config-store.js';
import type { SecretStore } from './config/secrets.js';
import { createContainerTerminals } from './docker/container-terminals.js';
import type { DockerEngine } from './docker/docker-engine.js';
import { createDoctorPart } from './doctor/doctor-part.js';
import { createDockerImages } from './docker/docker-images.js';
import { createImagesPart } from './images/images-part.js';
import { createMadeImages } from './images/made-images.js';
import type { ContainerInfo } from './docker/engine.js';
import { createArchivePart } from './archive/archive-part.js';
import { createBatchesPart } from './batches/batches-part.js';
import { createHistoryHandlers } from './history/history-part.js';
import { createJobs } from './jobs/create-jobs.js';
import { createJobsPart } from './jobs/jobs-part.js';
import { cleanHere } from './jobs/leftovers.js';
import { createImageMaker } from './docker/image-maker.js';
import { createMaking } from './making/making-part.js';
import type { PortWatch } from './port-watch.js';
import type { RecipeStore } from './recipes/recipe-store.js';
import type { Records, RunLogs } from './records/records.js';
import { createSerialOpener } from './serial/create-serial-opener.js';
import { createShells } from './shells/shells.js';
import { createFilesPart } from './container-files/files-part.js';
import { createContainerFilesEngine } from './docker/container-files.js';
import { createVolumeEngine } from './docker/volumes.js';
import { createVolumesPart } from './volumes/volumes-part.js';
import { createLabelsPart } from './labels/labels-part.js';
import { postOverHttp } from './webhooks/post.js';
import { createWebhooksPart } from './webhooks/webhooks-part.js';
import { createTerminals } from './terminals/terminals.js';

/** What the station hands to each of its parts. */
export interface PartContext {
  /** The home folder. A part keeps what is its own in a folder or file of its own there. */
  readonly home: string;
  /** The value of the label that makes anything in the engine ours. */
  readonly stationId: string;
  readonly host: string;
  readonly clock: Clock;
  /** The words of the moment: the language can change while the station runs. */
  readonly messages: () => Messages;
  readonly engine: DockerEngine;
  readonly config: ConfigStore;
  readonly secrets: SecretStore;
  readonly recipes: RecipeStore;
  readonly records: Records;
  readonly logs: RunLogs;
  readonly bays: Bays;
  readonly ports: PortWatch;
  /** Looks at the machine; never fails. */
  readonly examine: () => Promise<DoctorCheck[]>;
  /** Something threw that should not have: for the program's log. */
  readonly onDefect: (error: unknown) => void;
}

/** The parts beside the bays and their runs, put together: one line each. */
export function createParts(context: PartContext) {
  const { home, clock, bays, messages, engine, stationId, recipes, config, onDefect, host } = context;
  const terminals = createTerminals({ clock });
  const consoles = createConsoles({
    home,
    clock,
    bays,
    terminals,
    opener: createSerialOpener({ clock }),
    onDefect,
  });
  const maker = createImageMaker(engine.connection);
  const stopped = new AbortController();
  let removing: Promise<unknown> = Promise.resolve();
  /** A layer of a build that died with its station; it waits for the engine, and for those that are built on it. */
  async function removeLayer(id: string): Promise<void> {
    if (await engine.connection.whenReady(stopped.signal)) await maker.removeUnnamed(id);
  }
  const jobs = createJobs({
    home,
    clock,
    clean: (leftover) => {
      if (leftover.type !== 'layer') return cleanHere(leftover);
      removing = removing.then(() => removeLayer(leftover.id)).catch(onDefect);
      return Promise.resolve(true);
    },
    onDefect,
  });
  const made = createMadeImages(home);
  const making = createMaking({ home, maker, stationId, jobs, made, recipes });
  const jobsPart = createJobsPart({ jobs, clock, onDefect });
  const containers = createContainersPart(context);
  const cleanup = createCleanupPart(context, createJobStore({ jobs, home, messages }), made);
  const doctor = createDoctorPart(context, () => cleanup.cleaner.applyPolicy());
  const imagesPart = createImagesPart({
    home,
    stationId,
    clock,
    store: createDockerImages(engine.connection),
    made,
    engine,
    recipes,
    jobs,
    redact: (text) => context.secrets.redact(text),
    madeBy: () => `${config.state.config.name} (${context.host})`,
    onDefect,
  });
  const shells = createShells({
    ...context,
    terminal: terminals,
    terminals: createContainerTerminals({ connection: context.engine.connection, clock }),
    workspace: () => context.config.state.config.workspace,
    operator: () => context.config.state.config.operator,
    secret: (name) => context.secrets.read(name),
    findRecipe: (name) => context.recipes.find(name),
  });
  const containerFiles = createContainerFilesEngine({ connection: engine.connection, clock, stationId });
  const files = createFilesPart({ engine: containerFiles, jobs, bays, clock });
  const volumes = createVolumesPart({
    volumes: createVolumeEngine({ engine, stationId }),
    files: containerFiles,
    engine,
    jobs,
    clock,
    home,
    about: () => ({ station: config.state.config.name, host }),
    recipes: () => recipes.all().map(({ recipe }) => recipe),
    onDefect,
  });
  const webhooks = createWebhooksPart({
    clock,
    outbox: context.records.outbox,
    hooks: () => config.state.config.webhooks,
    settingsChanged: config.changes,
    post: postOverHttp,
    secret: (name) => context.secrets.read(name),
    redact: (text) => context.secrets.redact(text),
    station: () => ({ id: stationId, name: config.state.config.name, host }),
    random: () => Math.random(),
    onDefect,
  });
  const archive = createArchivePart(context);
  const labels = createLabelsPart({
    home,
    clock,
    records: context.records,
    labels: () => config.state.config.labels,
    messages,
    operator: () => config.state.config.operator,
    serial: createSerialOpener({ clock }),
    onDefect,
  });
  const batches = createBatchesPart(context);
  return {
    /** What a person has to know of the parts. */
    faults: () => [...webhooks.faults(), ...labels.faults()],
    /** Those faults may be others now. */
    faultChanges: [webhooks.changes, labels.changes],
    /** Whether a container of ours that no run needs is needed all the same. */
    claims: (container: Pick<ContainerInfo, 'labels'>): boolean => shells.claims(container),
    handlers: {
      ...terminals.handlers,
      ...consoles.handlers,
      ...shells.handlers,
      ...jobsPart.handlers,
      ...containers.handlers,
      ...cleanup.handlers,
      ...doctor.handlers,
      ...making.handlers,
      ...imagesPart.handlers,
      ...files.handlers,
      ...volumes.handlers,
      ...createUnitHandlers(context),
      ...webhooks.handlers,
      ...createHistoryHandlers(context),
      ...archive.handlers,
      ...labels.handlers,
      ...batches.handlers,
    },
    streams: {
      ...archive.streams,
      ...batches.streams,
      ...terminals.streams,
      ...consoles.streams,
      ...shells.streams,
      ...jobsPart.streams,
      ...containers.streams,
      ...imagesPart.streams,
      ...webhooks.streams,
      ...labels.streams,
    },
    async stop(): Promise<void> {
      stopped.abort();
      // First: what a console's or a shell's terminal closes is the console, the shell.
      await consoles.stop();
      await shells.stop();
      await Promise.all([
        terminals.stop(),
        jobsPart.stop(),
        containers.stop(),
        cleanup.stop(),
        doctor.stop(),
        making.stop(),
        imagesPart.stop(),
        files.stop(),
        volumes.stop(),
        archive.stop(),
        batches.stop(),
        webhooks.stop(),
        labels.stop(),
      ]);
    },
  };
}
