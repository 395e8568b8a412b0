import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { z } from 'zod';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Job } from '../../src-shared/model/job.js';
import type { Result } from '../../src-shared/model/result.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { createDockerEngine, type DockerEngine } from '../../src-main/core/docker/docker-engine.js';
import { labels } from '../../src-main/core/docker/engine.js';
import { createImageMaker } from '../../src-main/core/docker/image-maker.js';
import { createMadeImages } from '../../src-main/core/images/made-images.js';
import { createJobs } from '../../src-main/core/jobs/create-jobs.js';
import type { Jobs } from '../../src-main/core/jobs/jobs.js';
import { cleanHere } from '../../src-main/core/jobs/leftovers.js';
import { createMaking } from '../../src-main/core/making/making-part.js';
import type { LoadedRecipe } from '../../src-main/core/recipes/match.js';
import { dockerHost, valueOf } from './engine-bench.js';
import { ensureTinyImage } from './tiny-image.js';

type Making = ReturnType<typeof createMaking>;
type BuildInput = Parameters<Making['handlers']['images.build']>[0];

/** Making images on the real engine, in a home of its own; whatever a test made goes after it. */
export interface MakingBench {
  readonly stationId: string;
  /** The first part of every name that a test gives. */
  readonly mine: string;
  readonly docker: Docker;
  readonly engine: DockerEngine;
  readonly folder: string;
  readonly home: string;
  readonly jobs: Jobs;
  readonly making: Making;
  /** What the station finds when it looks for its recipes. */
  recipes: LoadedRecipe[];
  /** Images with this test's name or label. */
  images(): Promise<Docker.ImageInfo[]>;
  /** The unnamed images and layers, and the containers, that name this test in their commands. */
  everything(): Promise<{ images: string[]; containers: string[] }>;
  /** Files of the build context. */
  context(files: Record<string, string>): void;
  /** Resolves once the job is as asked, and at the latest when it has ended. */
  until(jobId: string, is: (job: Job) => boolean): Promise<Job>;
  ended(started: Promise<Result<{ jobId: string }>>): Promise<Job>;
  linesOf(job: Job): Promise<string[]>;
  build(change?: Partial<BuildInput>): Promise<Result<{ jobId: string }>>;
  importFile(file: string, changes?: string[]): Promise<Result<{ jobId: string }>>;
}

const historySchema = z.array(z.looseObject({ CreatedBy: z.string() }));

/**
 * Sets the bench up and down around the tests of a file.
 *
 * @param host of the engine, asked for when the tests begin; the one of the suite when left out
 */
export function useMakingBench(name: string, host: () => string = dockerHost): MakingBench {
  const stationId = `test-${name}-${process.pid}`;
  const mine = `slipway-${name}-${process.pid}`;
  const clock = createSystemClock();
  let docker: Docker;

  /** An engine has layers of others, too, who make and remove them meanwhile. */
  async function historyHas(id: string, text: string): Promise<boolean> {
    try {
      const history = historySchema.parse(await docker.getImage(id).history());
      return history.some(({ CreatedBy }) => CreatedBy.includes(text));
    } catch (error) {
      if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return false;
      throw error;
    }
  }

  let engine: DockerEngine;
  let home: string;
  let folder: string;
  let jobs: Jobs;
  let making: Making;
  let recipes: LoadedRecipe[];

  beforeAll(async () => {
    docker = new Docker({ socketPath: host().replace('unix://', '') });
    await ensureTinyImage(docker);
    engine = createDockerEngine({ search: { configured: host(), environment: {} }, stationId, clock });
    await engine.start();
  });
  afterAll(() => engine.dispose());
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'slipway-making-home-'));
    folder = mkdtempSync(join(tmpdir(), 'slipway-making-'));
    jobs = createJobs({
      home,
      clock,
      onDefect: (error) => {
        throw error;
      },
      clean: (leftover) => (leftover.type === 'layer' ? Promise.resolve(false) : cleanHere(leftover)),
    });
    const maker = createImageMaker(engine.connection);
    recipes = [];
    making = createMaking({
      home,
      maker,
      stationId,
      jobs,
      made: createMadeImages(home),
      recipes: {
        all: () => recipes,
        find: (wanted) => recipes.find(({ recipe }) => recipe.name === wanted),
      },
    });
  });
  afterEach(async () => {
    await jobs.stop();
    for (const { Id } of await bench.images()) await docker.getImage(Id).remove({ force: true });
    rmSync(home, { recursive: true });
    rmSync(folder, { recursive: true });
  });

  const bench: MakingBench = {
    stationId,
    mine,
    get docker() {
      return docker;
    },
    get engine() {
      return engine;
    },
    get folder() {
      return folder;
    },
    get home() {
      return home;
    },
    get jobs() {
      return jobs;
    },
    get making() {
      return making;
    },
    get recipes() {
      return recipes;
    },
    set recipes(given) {
      recipes = given;
    },
    async images() {
      const all = await docker.listImages();
      return all.filter(
        ({ RepoTags, Labels }) =>
          RepoTags?.some((tag) => tag.startsWith(mine)) === true ||
          (Labels as Record<string, string> | null)?.[labels.madeBy] === stationId,
      );
    },
    async everything() {
      const all = await docker.listImages({ all: true });
      const containers = await docker.listContainers({ all: true });
      const unnamed = all
        .filter(({ RepoTags }) => (RepoTags ?? []).every((tag) => tag === '<none>:<none>'))
        .map(({ Id }) => Id);
      const isMine = await Promise.all(unnamed.map((id) => historyHas(id, mine)));
      return {
        images: unnamed.filter((_, index) => isMine[index]),
        containers: containers.filter(({ Command }) => Command.includes(mine)).map(({ Id }) => Id),
      };
    },
    context(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(folder, path, '..'), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    },
    until(jobId, is) {
      return new Promise((resolve) => {
        const look = (): void => {
          const job = jobs.find(jobId);
          if (job === undefined || (job.state === 'running' && !is(job))) return;
          queueMicrotask(() => subscription.dispose());
          resolve(structuredClone(job));
        };
        const subscription = jobs.changes.subscribe(look);
        look();
      });
    },
    async ended(started) {
      const { jobId } = valueOf(await started);
      return bench.until(jobId, () => false);
    },
    async linesOf(job) {
      const log = valueOf(await jobs.log(job.id, 0, 5000));
      return log.lines.map(({ text }) => text);
    },
    build: (change) =>
      making.handlers['images.build']({
        context: folder,
        name: `${mine}:built`,
        buildArgs: {},
        labels: {},
        noCache: false,
        replace: false,
        ...change,
      }),
    importFile: (file, changes = []) =>
      making.handlers['images.import']({ file, name: `${mine}:imported`, changes, replace: false }),
  };
  return bench;
}
