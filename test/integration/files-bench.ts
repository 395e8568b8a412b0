import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../../src-main/core/clock.js';
import type { ContainerFilesEngine } from '../../src-main/core/container-files/container-files-engine.js';
import { download, type Download } from '../../src-main/core/container-files/download.js';
import { createLister, type Lister } from '../../src-main/core/container-files/lister.js';
import { createLook } from '../../src-main/core/container-files/look.js';
import { createTarProbe, type TransferContext } from '../../src-main/core/container-files/transfer.js';
import { upload, type Upload } from '../../src-main/core/container-files/upload.js';
import { createContainerFilesEngine } from '../../src-main/core/docker/container-files.js';
import type { ContainerSpec } from '../../src-main/core/docker/engine.js';
import { createVolumeEngine } from '../../src-main/core/docker/volumes.js';
import type { VolumeEngine } from '../../src-main/core/volumes/volume-engine.js';
import { createVolumeTransfers, type VolumeTransfers } from '../../src-main/core/volumes/volume-transfers.js';
import type { FaultParams, Result } from '../../src-shared/model/result.js';
import { makeEngineBench, valueOf, type EngineBench } from './engine-bench.js';
import { tinyImage } from './tiny-image.js';

/** The parts that deal with files and volumes, on a real engine with a station of its own. */
export interface FilesBench extends EngineBench {
  readonly files: ContainerFilesEngine;
  readonly lister: Lister;
  readonly volumes: VolumeEngine;
  bring(
    what: Omit<Download, 'replace'> & { replace?: boolean },
    context?: TransferContext,
    isBusy?: boolean,
  ): Promise<Result<FaultParams>>;
  send(
    what: Omit<Upload, 'replace'> & { replace?: boolean },
    context?: TransferContext,
  ): Promise<Result<FaultParams>>;
  transfers(folder: string, files?: Pick<ContainerFilesEngine, 'read' | 'write'>): VolumeTransfers;
  /** A container that sleeps once it has run a script. */
  sleeper(script: string, changes?: Partial<ContainerSpec>): Promise<string>;
  /** What a script inside says. */
  inside(id: string, script: string): Promise<string>;
  stop(id: string): Promise<void>;
}

/** Nobody watches and nobody cancels. */
export const quiet: TransferContext = {
  signal: new AbortController().signal,
  onBytes: () => undefined,
  log: () => undefined,
};

/** Cancels itself after so many bytes. */
export function cancelledAfter(bytes: number): TransferContext {
  const controller = new AbortController();
  return {
    ...quiet,
    signal: controller.signal,
    onBytes(done) {
      if (done > bytes) controller.abort();
    },
  };
}

export async function makeFilesBench(): Promise<FilesBench> {
  const bench = await makeEngineBench();
  const { engine, stationId } = bench;
  const clock = createSystemClock();
  const files = createContainerFilesEngine({ connection: engine.connection, clock, stationId });
  const look = createLook(files);
  const lister = createLister({ engine: files, look, clock });
  const volumes = createVolumeEngine({ engine, stationId });
  const parts = (isBusy: boolean) => ({
    engine: files,
    look,
    lister,
    // Asked anew each time: here containers of one image differ in what they have.
    hasTar: createTarProbe(files),
    isBusy: () => isBusy,
  });
  const inside: FilesBench['inside'] = async (id, script) => {
    const outcome = valueOf(await files.run(id, { command: ['sh', '-c', script], signal: quiet.signal }));
    return outcome.output.toString();
  };

  return {
    ...bench,
    files,
    lister,
    volumes,
    bring: (what, context = quiet, isBusy = false) =>
      download(parts(isBusy), { replace: false, ...what }, context),
    send: (what, context = quiet) => upload(parts(false), { replace: false, ...what }, context),
    transfers: (folder, access = files) =>
      createVolumeTransfers({
        volumes,
        files: access,
        clock,
        folder,
        about: () => ({ station: 'bench', host: 'here' }),
        images: () => ['slipway-test-none:1', tinyImage],
      }),
    async sleeper(script, changes) {
      const id = await bench.run(`${script}; touch /tmp/ready; exec sleep 1000`, changes);
      while ((await inside(id, 'test -e /tmp/ready && echo yes')).trim() !== 'yes');
      return id;
    },
    inside,
    async stop(id) {
      valueOf(await engine.stopContainer(id, 0));
    },
    async dispose() {
      lister.dispose();
      await bench.dispose();
    },
  };
}

export function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** A folder of the station's that is gone after the test. */
export function makeFolder(): { path: string; dispose: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'slipway-files-'));
  return { path, dispose: () => rmSync(path, { recursive: true }) };
}
