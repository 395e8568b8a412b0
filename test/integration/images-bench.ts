import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { extract, pack } from 'tar-stream';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Job } from '../../src-shared/model/job.js';
import type { Result } from '../../src-shared/model/result.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { createDockerEngine, type DockerEngine } from '../../src-main/core/docker/docker-engine.js';
import { createDockerImages } from '../../src-main/core/docker/docker-images.js';
import { labels } from '../../src-main/core/docker/engine.js';
import { createEmitter } from '../../src-main/core/emitter.js';
import { createImagesPart } from '../../src-main/core/images/images-part.js';
import { createMadeImages } from '../../src-main/core/images/made-images.js';
import { createJobs } from '../../src-main/core/jobs/create-jobs.js';
import type { Jobs } from '../../src-main/core/jobs/jobs.js';
import type { LoadedRecipe } from '../../src-main/core/recipes/match.js';
import { logRecipe } from '../fakes/bay.js';
import { parsedRecipe } from '../fakes/recipes.js';
import { dockerHost, makeEngineBench, valueOf, type EngineBench } from './engine-bench.js';
import { tinyImage } from './tiny-image.js';

type ImagesPart = ReturnType<typeof createImagesPart>;

/** The images of one station in a real engine, with one of its own and a neighbour's. */
export interface ImagesBench {
  readonly stationId: string;
  /** The first part of every name that a test gives. */
  readonly prefix: string;
  readonly docker: Docker;
  readonly part: ImagesPart;
  readonly jobs: Jobs;
  readonly folder: string;
  /** What the station finds when it looks for its recipes. */
  recipes: LoadedRecipe[];
  name(which: string): string;
  /** Makes an image, which is gone after the test; its id. */
  make(tag: string, its: Record<string, string>, base?: string): Promise<string>;
  /** The one recipe there is, changed. */
  useRecipe(change: (text: string) => string): void;
  /** Every id and name that the engine has. */
  all(): Promise<Set<string>>;
  ended(started: Result<{ jobId: string }>): Promise<Job>;
  archive(): string;
  /** Saves images to `archive()`; its bytes. */
  saved(images?: string[]): Promise<Buffer>;
}

/** Sets the bench up and down around the tests of a file. */
export function useImagesBench(which: string): ImagesBench {
  let engineBench: EngineBench;
  let engine: DockerEngine;
  let jobs: Jobs;
  let part: ImagesPart;
  let folder: string;
  let recipes: LoadedRecipe[];
  const clock = createSystemClock();
  const prefix = `slipway-test-${which}-${process.pid}`;
  const made = new Set<string>();
  const onDefect = (error: unknown): void => {
    throw error;
  };

  beforeAll(async () => {
    engineBench = await makeEngineBench();
    engine = createDockerEngine({
      search: { configured: dockerHost(), environment: {} },
      stationId: engineBench.stationId,
      clock,
    });
    await engine.start();
  });
  afterAll(async () => {
    await engine.dispose();
    await engineBench.dispose();
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-images-'));
    recipes = [];
    jobs = createJobs({ home: folder, clock, clean: () => Promise.resolve(true), onDefect });
    part = createImagesPart({
      home: folder,
      stationId: engineBench.stationId,
      clock,
      store: createDockerImages(engine.connection),
      made: createMadeImages(folder),
      engine,
      recipes: {
        all: () => recipes,
        find: (wanted) => recipes.find(({ recipe }) => recipe.name === wanted),
        changes: createEmitter<unknown>(),
      },
      jobs,
      redact: (text) => text.replaceAll('8974c408d831', '•••'),
      madeBy: () => 'line 1 (host)',
      onDefect,
    });
    await bench.make(bench.name('ours'), {
      [labels.madeBy]: engineBench.stationId,
      'deviceSupportStatus.widgy': 'Estable',
    });
    await bench.make(bench.name('neighbour'), { 'deviceSupportStatus.widgy': 'Beta' });
  });
  afterEach(async () => {
    await jobs.stop();
    await part.stop();
    const { docker } = engineBench;
    for (const { RepoTags } of await docker.listImages()) {
      for (const tag of (RepoTags ?? []).filter((each) => each.includes(prefix))) {
        await docker.getImage(tag).remove({ force: true });
      }
    }
    for (const { Id } of await docker.listImages()) {
      if (made.has(Id)) await docker.getImage(Id).remove({ force: true });
    }
    made.clear();
    rmSync(folder, { recursive: true });
  });

  const bench: ImagesBench = {
    get stationId() {
      return engineBench.stationId;
    },
    prefix,
    get docker() {
      return engineBench.docker;
    },
    get part() {
      return part;
    },
    get jobs() {
      return jobs;
    },
    get folder() {
      return folder;
    },
    get recipes() {
      return recipes;
    },
    set recipes(given) {
      recipes = given;
    },
    name: (one) => `${prefix}-${one}:1`,
    async make(tag, its, base) {
      await buildOnTiny(engineBench.docker, tag, its, base);
      const { Id } = await engineBench.docker.getImage(tag).inspect();
      made.add(Id);
      return Id;
    },
    useRecipe(change) {
      const { recipe, hash } = parsedRecipe(change(logRecipe));
      recipes = [{ recipe, hash, file: 'recipe.yaml' }];
    },
    async all() {
      const listed = await engineBench.docker.listImages();
      return new Set(listed.flatMap(({ Id, RepoTags }) => [Id, ...(RepoTags ?? [])]));
    },
    ended: (started) => jobEnded(jobs, valueOf(started).jobId),
    archive: () => join(folder, 'images.tar'),
    async saved(images = [bench.name('ours')]) {
      const file = bench.archive();
      const job = await bench.ended(await part.handlers['images.save']({ images, file, replace: true }));
      expect(job).toMatchObject({ state: 'done', fault: null });
      return readFileSync(file);
    },
  };
  return bench;
}

/**
 * Builds an image like the articles' own: a base, labels, and a secret where it should not be. Labels of Slipway's
 * are given to the builder beside the Dockerfile, as Slipway does.
 */
export async function buildOnTiny(
  docker: Docker,
  tag: string,
  its: Record<string, string>,
  base = tinyImage,
): Promise<void> {
  const given = Object.entries(its);
  const isSlipways = ([key]: [string, string]): boolean => key.startsWith('io.slipway.');
  const dockerfile = [
    `FROM ${base}`,
    'ENV magicNumber=8974c408d831',
    'RUN echo 1 > /made',
    ...given.filter((each) => !isSlipways(each)).map(([key, value]) => `LABEL ${key}="${value}"`),
    `LABEL made="${Math.random()}"`,
  ].join('\n');
  const context = pack();
  context.entry({ name: 'Dockerfile' }, dockerfile);
  context.finalize();
  const stream = await docker.buildImage(Readable.from(context as AsyncIterable<Buffer>), {
    t: tag,
    labels: Object.fromEntries(given.filter(isSlipways)),
  });
  await new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject).resume());
}

/** The job, once it has ended. */
export async function jobEnded(jobs: Jobs, jobId: string): Promise<Job> {
  for (;;) {
    const job = jobs.find(jobId);
    if (job !== undefined && job.state !== 'running') return job;
    await new Promise<void>((resolve) => {
      const subscription = jobs.changes.subscribe(() => {
        subscription.dispose();
        resolve();
      });
    });
  }
}

/** What becomes of a file of an archive: none, one or more. */
export type Change = (path: string, content: Buffer) => [string, Buffer][];

/** An archive with its entries as `change` wants them. */
export async function rewrittenArchive(whole: Buffer, change: Change): Promise<Buffer> {
  const [from, to] = [extract(), pack()];
  const copying = (async () => {
    for await (const entry of from) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
      if (entry.header.type !== 'file') to.entry(entry.header);
      else
        for (const [path, content] of change(entry.header.name, Buffer.concat(chunks)))
          to.entry({ name: path }, content);
    }
    to.finalize();
  })();
  from.end(whole);
  const out: Buffer[] = [];
  for await (const chunk of to as AsyncIterable<Buffer>) out.push(chunk);
  await copying;
  return Buffer.concat(out);
}
