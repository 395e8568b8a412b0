import { join } from 'node:path';
import type { volumeCalls } from '../../../src-shared/contract/volumes.js';
import type { FaultParams, Result } from '../../../src-shared/model/result.js';
import { fail, ok } from '../../../src-shared/model/result.js';
import type { VolumeView } from '../../../src-shared/model/volumes.js';
import type { Clock } from '../clock.js';
import type { ContainerFilesEngine } from '../container-files/container-files-engine.js';
import { startTransfer } from '../container-files/files-part.js';
import type { TransferContext } from '../container-files/transfer.js';
import type { Engine } from '../docker/engine.js';
import type { Jobs } from '../jobs/jobs.js';
import type { StationPart } from '../part.js';
import type { Recipe } from '../recipes/schema.js';
import { readManifest } from './backup-file.js';
import type { VolumeEngine } from './volume-engine.js';
import { createVolumeTransfers, usersOf } from './volume-transfers.js';

/** The station's volumes. What an earlier station left of a restore is put right as soon as the engine is there. */
export function createVolumesPart(options: {
  volumes: VolumeEngine;
  files: ContainerFilesEngine;
  engine: Pick<Engine, 'view' | 'changes'>;
  jobs: Jobs;
  clock: Clock;
  home: string;
  about: () => { station: string; host: string };
  recipes: () => Recipe[];
  onDefect: (error: unknown) => void;
}): StationPart<typeof volumeCalls, Record<string, never>> {
  const { volumes, files, engine, jobs, clock, home, recipes, onDefect } = options;
  const transfers = createVolumeTransfers({
    volumes,
    files,
    clock,
    folder: join(home, 'volumes'),
    about: options.about,
    images: (volume) => imagesFor(recipes(), volume),
  });
  /** Volumes that are backed up or restored now. */
  const busy = new Set<string>();
  let recovering: Promise<unknown> = Promise.resolve();
  let recovered = false;

  function recover(): void {
    if (recovered || engine.view.state !== 'ready') return;
    recovered = true;
    // What cannot be put back yet stays on the disk for the next time the engine is there.
    recovering = transfers.recover().then((done) => {
      recovered = done.ok;
    }, onDefect);
  }
  const watching = engine.changes.subscribe(recover);
  recover();

  async function alone(
    name: string,
    work: () => Promise<Result<{ jobId: string }>>,
  ): Promise<Result<{ jobId: string }>> {
    await recovering;
    return busy.has(name) ? fail('volume-busy', { name }) : work();
  }

  /** Runs as a job that has the volume for itself. */
  const inTurn =
    (name: string, run: (context: TransferContext) => Promise<Result<FaultParams>>) =>
    async (context: TransferContext): Promise<Result<FaultParams>> => {
      if (busy.has(name)) return fail('volume-busy', { name });
      busy.add(name);
      try {
        return await run(context);
      } finally {
        busy.delete(name);
      }
    };

  return {
    handlers: {
      async 'volumes.list'({ sizes: withSizes }) {
        const [listed, users, sizes] = await Promise.all([
          volumes.list(),
          volumes.users(),
          withSizes ? volumes.sizes() : Promise.resolve(ok(new Map<string, number>())),
        ]);
        if (!listed.ok) return listed;
        if (!users.ok) return users;
        if (!sizes.ok) return sizes;
        const views = listed.value.map(({ name, createdAt }): VolumeView => {
          return {
            name,
            createdAt,
            size: sizes.value.get(name) ?? null,
            ...(users.value.get(name) ?? { usedBy: [], foreignUsers: 0 }),
            recipes: recipes().flatMap((recipe) => (mounts(recipe, name) ? [recipe.name] : [])),
          };
        });
        return ok({ volumes: views.sort((one, other) => one.name.localeCompare(other.name)) });
      },
      'volumes.create': ({ name }) => volumes.create(name),
      async 'volumes.remove'({ name }) {
        if (busy.has(name)) return fail('volume-busy', { name });
        const found = await volumes.find(name);
        if (!found.ok) return found;
        const users = await volumes.users();
        if (!users.ok) return users;
        const its = users.value.get(name);
        return its === undefined ? volumes.remove(name) : fail('volume-in-use', usersOf(name, its));
      },
      'volumes.backup': ({ name, file, replace }) =>
        alone(name, () =>
          startTransfer(jobs, {
            kind: 'backup',
            params: { name, file },
            run: inTurn(name, (context) => transfers.backup(name, file, replace, context)),
          }),
        ),
      'volumes.describeBackup': ({ file }) => readManifest(file),
      'volumes.restore': ({ file, name, replace }) =>
        alone(name, () =>
          startTransfer(jobs, {
            kind: 'restore',
            params: { name, file },
            run: inTurn(name, (context) => transfers.restore(name, file, replace, context)),
          }),
        ),
    },
    streams: {},
    async stop() {
      watching.dispose();
      await recovering;
    },
  };
}

function mounts(recipe: Recipe, volume: string): boolean {
  return recipe.container.mounts.some((mount) => mount.type === 'volume' && mount.source === volume);
}

/** Images of the recipes that mount a volume first, then those of the others. */
function imagesFor(recipes: Recipe[], volume: string): string[] {
  const first = recipes.filter((recipe) => mounts(recipe, volume));
  const others = recipes.filter((recipe) => !first.includes(recipe));
  return [...new Set([...first, ...others].map((recipe) => recipe.image.name))];
}
