import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CleanupItem } from '../../src-shared/model/cleanup.js';
import { createCleaner, type Cleaner } from '../../src-main/core/cleanup/cleaner.js';
import { noJobs } from '../../src-main/core/cleanup/cleanup-part.js';
import { createLogFiles } from '../../src-main/core/cleanup/log-files.js';
import { createRemovals } from '../../src-main/core/cleanup/removals.js';
import { defaultRetention } from '../../src-main/core/config/retention.js';
import { createCleanupEngine } from '../../src-main/core/docker/cleanup-engine.js';
import { createDockerImages } from '../../src-main/core/docker/docker-images.js';
import { createBroughtImages } from '../../src-main/core/images/brought-images.js';
import { createImageRoster, type ImageRoster } from '../../src-main/core/images/image-roster.js';
import { createMadeImages } from '../../src-main/core/images/made-images.js';
import { createBuildKitGate, type BuildKitGate } from './buildkit-gate.js';
import { dockerHost, valueOf } from './engine-bench.js';
import { useMakingBench, type MakingBench } from './making-bench.js';
import { buildImage, tinyImage } from './tiny-image.js';

// What builds leave in the real engine, and how it goes: with neighbours that have built on the same.

function cleanerOf({ engine, stationId, home }: MakingBench): Cleaner {
  return createCleaner({
    engine: createCleanupEngine(engine.connection, stationId, createMadeImages(home)),
    logs: createLogFiles(home),
    jobs: noJobs,
    removals: createRemovals(home),
    facts: () => ({
      at: Date.now(),
      stationId,
      recipes: [],
      openRuns: new Set(),
      shownRuns: new Set(),
      busyBays: new Set(),
      retention: defaultRetention,
    }),
  });
}

function rosterOf({ engine, stationId, home }: MakingBench): ImageRoster {
  return createImageRoster({
    store: createDockerImages(engine.connection),
    brought: createBroughtImages(home),
    made: createMadeImages(home),
    stationId,
    recipes: () => [],
    redact: (text) => text,
  });
}

const itemsOf = async (cleaner: Cleaner): Promise<CleanupItem[]> => (await cleaner.plan()).items;

async function removeAll(cleaner: Cleaner): Promise<[string, string | null][]> {
  const { outcomes } = await cleaner.remove(await itemsOf(cleaner), 'person');
  return outcomes.map(({ outcome, reason }) => [outcome, reason]);
}

describe('layers that builds left', () => {
  const bench = useMakingBench('left');

  it('of one that failed are listed with their size, and go; what somebody built on them does not', async () => {
    const cleaner = cleanerOf(bench);
    const steps = `FROM ${tinyImage}\nRUN head -c 3000000 /dev/urandom > /${bench.mine}\n`;
    bench.context({ Dockerfile: `${steps}RUN exit 3\n` });
    const failed = await bench.ended(bench.build({}));
    expect(failed.fault?.code).toBe('build-step-failed');
    const [item, ...more] = await itemsOf(cleaner);
    expect(more).toEqual([]);
    expect(item).toMatchObject({
      kind: 'build-cache',
      id: `build-cache:${failed.id}`,
      name: `${bench.mine}:built`,
      bytes: 3_000_000,
      kept: null,
      proposed: true,
    });

    const theirs = `${bench.mine}-theirs:1`;
    await buildImage(bench.docker, theirs, `${steps}RUN echo theirs\n`);
    expect(await itemsOf(cleaner)).toEqual([]);
    expect(await cleaner.remove(item === undefined ? [] : [item], 'person')).toMatchObject({
      outcomes: [{ outcome: 'kept', reason: 'gone' }],
    });
    await bench.docker.getImage(theirs).remove({ noprune: true });

    expect(await removeAll(cleaner)).toEqual([['removed', null]]);
    expect((await bench.everything()).images).toEqual([]);
    expect((await bench.docker.getImage(tinyImage).inspect()).RepoTags).toContain(tinyImage);
    expect((await createMadeImages(bench.home).all()).builds).toEqual([]);
  });

  it('of a stage are listed beside the image, which keeps its own', async () => {
    const cleaner = cleanerOf(bench);
    bench.context({
      Dockerfile:
        `FROM ${tinyImage} AS stage\nRUN head -c 2000000 /dev/urandom > /${bench.mine}\n` +
        `FROM ${tinyImage}\nRUN echo ${bench.mine} > /made\nCOPY --from=stage /${bench.mine} /\n`,
    });
    expect((await bench.ended(bench.build({}))).state).toBe('done');
    expect((await itemsOf(cleaner)).map(({ kind, bytes }) => [kind, bytes])).toEqual([
      ['image', expect.any(Number)],
      ['build-cache', 2_000_000],
    ]);
    expect(await removeAll(cleaner)).toEqual([
      ['removed', null],
      ['removed', null],
    ]);
    expect((await bench.everything()).images).toEqual([]);
    expect(await bench.images()).toEqual([]);
  });
});

describe('an image that BuildKit made for the station', () => {
  let gate: BuildKitGate;
  beforeAll(async () => {
    gate = await createBuildKitGate(dockerHost());
  });
  // Before the bench's own, so that it comes after it.
  afterAll(() => gate.dispose());
  const bench = useMakingBench('kit', () => gate.uri);

  it('has its steps, is listed with its size, and goes by clean-up; what is built on it is not even seen', async () => {
    const cleaner = cleanerOf(bench);
    const roster = rosterOf(bench);
    const name = `${bench.mine}:built`;
    bench.context({ Dockerfile: `FROM ${tinyImage}\nRUN echo hello ${bench.mine} | tee /${bench.mine}\n` });
    const built = await bench.ended(bench.build({}));
    expect(built).toMatchObject({ state: 'done', fault: null });
    expect(built.steps.map(({ text }) => text)).toContainEqual(expect.stringContaining('RUN echo hello'));
    expect(await bench.linesOf(built)).toContain(`hello ${bench.mine}`);
    const { Id, Size } = await bench.docker.getImage(name).inspect();

    const items = await itemsOf(cleaner);
    expect(items).toMatchObject([{ id: `image:${Id}`, kind: 'image', name, kept: null }]);
    expect(items[0]?.bytes).toBeGreaterThan(0);

    // Somebody's at the same engine, with our labels by inheritance alone.
    const theirs = `${bench.mine}-theirs:1`;
    await buildImage(bench.docker, theirs, `FROM ${name}\nRUN echo theirs > /theirs\n`);
    const { Id: theirId } = await bench.docker.getImage(theirs).inspect();

    const view = valueOf(await roster.list());
    expect(view.images.map(({ id, reason, size }) => [id, reason, size])).toContainEqual([Id, 'made', Size]);
    expect(view.images.map(({ id }) => id)).not.toContain(theirId);
    expect(valueOf(await roster.removal(name)).fault).toBeNull();
    expect((await roster.removal(theirs)).ok).toBe(false);
    expect((await itemsOf(cleaner)).map(({ id }) => id)).toEqual([`image:${Id}`]);

    // Built anew: its name is still ours to take.
    bench.context({ Dockerfile: `FROM ${tinyImage}\nRUN echo again ${bench.mine} > /${bench.mine}\n` });
    expect(await bench.ended(bench.build({}))).toMatchObject({ state: 'done', fault: null });
    expect((await itemsOf(cleaner)).map(({ kind, proposed }) => [kind, proposed]).sort()).toEqual([
      ['image', false],
      ['old-build', true],
    ]);
    expect(await removeAll(cleaner)).toEqual([
      ['removed', null],
      ['removed', null],
    ]);
    expect((await bench.docker.getImage(theirs).inspect()).Id).toBe(theirId);
    expect((await createMadeImages(bench.home).all()).images).toEqual([]);
  });

  it('says which step failed, with its exit code', async () => {
    bench.context({ Dockerfile: `FROM ${tinyImage}\nRUN echo ${bench.mine} almost; exit 7\n` });
    const failed = await bench.ended(bench.build({}));
    expect(failed.fault).toMatchObject({ code: 'build-step-failed', params: { exitCode: 7 } });
    expect(await bench.linesOf(failed)).toContain(`${bench.mine} almost`);
    expect(await bench.images()).toEqual([]);
  });
});
