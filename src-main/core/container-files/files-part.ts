import type { fileCalls } from '../../../src-shared/contract/files.js';
import type { BayContainer } from '../../../src-shared/model/files.js';
import { ok, type FaultParams, type Result } from '../../../src-shared/model/result.js';
import type { Bays } from '../bays/bays.js';
import type { Clock } from '../clock.js';
import { labels } from '../docker/engine.js';
import type { JobContext, Jobs, JobStart } from '../jobs/jobs.js';
import type { StationPart } from '../part.js';
import type { ContainerFilesEngine, ContainerPlace } from './container-files-engine.js';
import { download } from './download.js';
import { createLister } from './lister.js';
import { createLook } from './look.js';
import { createTarProbe, type TransferContext } from './transfer.js';
import { upload } from './upload.js';

/** The files of the bays' containers: listed at once, carried by jobs. */
export function createFilesPart(options: {
  engine: ContainerFilesEngine;
  jobs: Jobs;
  bays: Bays;
  clock: Clock;
}): StationPart<typeof fileCalls, Record<string, never>> {
  const { engine, jobs, bays, clock } = options;
  const look = createLook(engine);
  const lister = createLister({ engine, look, clock });
  const parts = {
    engine,
    look,
    lister,
    hasTar: createTarProbe(engine),
    isBusy: (id: string) => bays.all().some((bay) => bay.busy && bay.run()?.containerId === id),
  };

  return {
    handlers: {
      async 'files.containers'({ bay }) {
        const found = bays.find(bay);
        if (!found.ok) return found;
        const listed = await engine.list();
        if (!listed.ok) return listed;
        const ofBay = listed.value.filter((place) => place.labels[labels.bay] === String(bay));
        const containers = ofBay.map(toBayContainer);
        containers.sort((one, other) => (other.startedAt ?? 0) - (one.startedAt ?? 0));
        return ok({ containers });
      },
      async 'files.list'({ container, path, from, limit }) {
        const listed = await (from === 0 ? lister.list(container, path) : lister.again(container, path));
        if (!listed.ok) return listed;
        const { place, entries, complete } = listed.value;
        return ok({
          container: toBayContainer(place),
          path: listed.value.path,
          mount: listed.value.mount,
          readOnlyRoot: place.readOnlyRoot,
          entries: entries.slice(from, from + limit),
          total: entries.length,
          complete,
        });
      },
      'files.download': ({ container, path, target, form, replace }) =>
        startTransfer(jobs, {
          kind: 'download',
          params: { path, target },
          run: (context) => download(parts, { id: container, path, target, form, replace }, context),
        }),
      'files.upload': ({ container, folder, sources, replace }) =>
        startTransfer(jobs, {
          kind: 'upload',
          params: { path: sources[0] ?? '', count: sources.length, target: folder },
          run: (context) => upload(parts, { id: container, folder, sources, replace }, context),
        }),
    },
    streams: {},
    stop() {
      lister.dispose();
      return Promise.resolve();
    },
  };
}

/** Begins a job that carries bytes, and answers with its id. */
export async function startTransfer(
  jobs: Jobs,
  job: {
    kind: JobStart['kind'];
    params: FaultParams;
    run: (context: TransferContext) => Promise<Result<FaultParams>>;
  },
): Promise<Result<{ jobId: string }>> {
  const started = await jobs.start({ ...job, run: (context) => job.run(toTransferContext(context)) });
  return started.ok ? ok({ jobId: started.value.jobId }) : started;
}

function toTransferContext(context: JobContext): TransferContext {
  return {
    signal: context.signal,
    onBytes: (done, total) => context.progress({ done, total, unit: 'bytes' }),
    log: (text) => context.log(text),
  };
}

function toBayContainer({
  id,
  name,
  image,
  labels: its,
  isRunning,
  startedAt,
}: ContainerPlace): BayContainer {
  return { id, name, image, runId: its[labels.run] ?? null, isRunning, startedAt };
}
