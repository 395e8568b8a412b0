import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCleaner, type Cleaner } from '../../src-main/core/cleanup/cleaner.js';
import { noJobs } from '../../src-main/core/cleanup/cleanup-part.js';
import { createLogFiles } from '../../src-main/core/cleanup/log-files.js';
import { createRemovals } from '../../src-main/core/cleanup/removals.js';
import type { Retention } from '../../src-main/core/config/retention.js';
import { createConnection, type Connection } from '../../src-main/core/docker/connection.js';
import { createCleanupEngine } from '../../src-main/core/docker/cleanup-engine.js';
import { labels } from '../../src-main/core/docker/engine.js';
import { createMadeImages } from '../../src-main/core/images/made-images.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { dockerHost, makeEngineBench, removeAllOf, type EngineBench } from './engine-bench.js';
import { tinyImage } from './tiny-image.js';

// The real engine, with neighbours: what `docker rm $(docker ps -a -q)` would take along.

const strictest: Retention = {
  containers: { age: 0, count: 0 },
  images: { age: 0, count: 0 },
  buildCache: { age: 0, count: 0 },
  logs: { age: 0, size: 0 },
  jobs: { age: 0, count: 0 },
};

let bench: EngineBench;
let docker: Docker;
let connection: Connection;
let folder: string;
let openRuns: Set<string>;
let releases: (() => Promise<unknown>)[];
const other = randomUUID();

beforeEach(async () => {
  bench = await makeEngineBench();
  docker = bench.docker;
  openRuns = new Set();
  releases = [];
  folder = mkdtempSync(join(tmpdir(), 'slipway-cleanup-'));
  connection = createConnection({
    search: () => ({ configured: dockerHost(), environment: {}, home: folder }),
    stationId: bench.stationId,
    clock: createSystemClock(),
  });
  await connection.start();
});

afterEach(async () => {
  for (const release of releases.reverse()) await release().catch(() => undefined);
  await connection.dispose();
  await bench.dispose();
  await removeAllOf(docker, other);
  rmSync(folder, { recursive: true, force: true });
});

function cleaner(): Cleaner {
  return createCleaner({
    engine: createCleanupEngine(connection, bench.stationId, createMadeImages(folder)),
    logs: createLogFiles(join(folder, 'logs')),
    jobs: noJobs,
    removals: createRemovals(folder),
    facts: () => ({
      at: Date.now(),
      stationId: bench.stationId,
      recipes: [],
      openRuns,
      shownRuns: new Set(),
      busyBays: new Set(),
      retention: strictest,
    }),
  });
}

interface BuildOptions {
  labels?: Record<string, string>;
  name?: string;
}

/** Builds by the classic builder, as a neighbour at a prompt would; the image's id. */
async function build(dockerfile: string, { labels: given = {}, name }: BuildOptions = {}): Promise<string> {
  const context = pack();
  context.entry({ name: 'Dockerfile' }, dockerfile);
  context.finalize();
  const stream = await docker.buildImage(context as unknown as NodeJS.ReadableStream, {
    labels: given,
    ...(name === undefined ? {} : { t: name }),
  });
  const said = await new Promise<{ aux?: { ID?: string }; error?: string }[]>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error: Error | null, output: { aux?: { ID?: string }; error?: string }[]) => {
        if (error === null) resolve(output);
        else reject(error);
      },
    );
  });
  const id = said.flatMap(({ aux }) => aux?.ID ?? []).at(-1);
  if (id === undefined) throw new Error(`not built: ${JSON.stringify(said.at(-1))}`);
  releases.push(() => docker.getImage(id).remove({ force: true }));
  return id;
}

async function create(image: string, given: Record<string, string>, name?: string): Promise<string> {
  const made = await docker.createContainer({
    Image: image,
    Cmd: ['true'],
    Labels: given,
    ...(name === undefined ? {} : { name }),
  });
  releases.push(() => made.remove({ force: true, v: true }));
  return made.id;
}

const isThere = (look: () => Promise<unknown>): Promise<boolean> =>
  look().then(
    () => true,
    () => false,
  );
const containerIsThere = (id: string) => isThere(() => docker.getContainer(id).inspect());
const imageIsThere = (id: string) => isThere(() => docker.getImage(id).inspect());

describe('clean-up with neighbours on the same engine', () => {
  it('sees and removes what this station made, and nothing of anybody else’s', async () => {
    const { stationId } = bench;
    const own = { [labels.station]: stationId };
    const run = { ...own, [labels.bay]: '1', [labels.run]: 'run-over-1' };
    const marked = { [labels.madeBy]: stationId };
    const unique = randomUUID();
    const from = `FROM ${tinyImage}\nRUN echo ${unique} > /mark\n`;

    // Ours: a container that was kept, an old build, a network, a volume.
    const kept = await create(tinyImage, run);
    const oldBuild = await build(from, { labels: marked });
    const ownNetwork = await docker.createNetwork({ Name: `slipway-test-${unique}`, Labels: own });
    const ownVolume = await docker.createVolume({ Labels: own });

    // Others': of nobody, of another station, with our names but no label, and built on or run from what is ours.
    const base = await build(`${from}RUN echo base\n`, {
      labels: marked,
      name: `slipway-test-base:${unique}`,
    });
    const derived = await build(`FROM ${base}\nRUN echo theirs\n`, { name: `slipway-test-theirs:${unique}` });
    const theirDangling = await build(`FROM ${tinyImage}\nRUN echo dangling ${unique}\n`);
    const used = await build(`${from}RUN echo used\n`, { labels: marked });
    const neighbours = [
      await create(tinyImage, {}),
      await create(tinyImage, { [labels.station]: other, [labels.run]: 'run-over-1' }),
      await create(tinyImage, { [labels.run]: 'run-over-1' }, `slipway-bay1-${unique}`),
      await create(used, {}),
    ];
    const committed = (await docker.getContainer(kept).commit({})) as unknown as { Id: string };
    releases.push(() => docker.getImage(committed.Id).remove({ force: true }));
    const theirNetwork = await docker.createNetwork({ Name: `slipway-${unique}-bay1`, Labels: {} });
    releases.push(() => theirNetwork.remove());
    const foreignNetwork = await docker.createNetwork({
      Name: `slipway-test-other-${unique}`,
      Labels: { [labels.station]: other },
    });
    const theirVolume = await docker.createVolume({ Name: `slipway-${unique}` });
    releases.push(() => docker.getVolume(theirVolume.name).remove());

    const plan = await cleaner().plan();
    expect(plan.engineFault).toBeNull();
    expect(plan.items.map(({ id, kept: reason }) => [id, reason]).sort()).toEqual(
      [
        [`container:${kept}`, null],
        [`old-build:${oldBuild}`, null],
        [`old-build:${used}`, 'in-use'],
        [`image:${base}`, null],
        [`network:${ownNetwork.id}`, null],
        [`volume:${ownVolume.name}`, null],
      ].sort(),
    );

    // Everything is chosen, and for good measure what is not in the plan.
    const made = neighbours.map((id) => ({ id: `container:${id}`, stamp: 'created 0' }));
    const result = await cleaner().remove([...plan.items, ...made], 'person');
    const removed = result.outcomes.filter(({ outcome }) => outcome === 'removed').map(({ id }) => id);
    expect(removed.sort()).toEqual(
      [
        `container:${kept}`,
        `old-build:${oldBuild}`,
        `network:${ownNetwork.id}`,
        `volume:${ownVolume.name}`,
      ].sort(),
    );
    // Theirs is built on it.
    expect(result.outcomes.find(({ id }) => id === `image:${base}`)).toMatchObject({
      outcome: 'kept',
      reason: 'built-upon',
    });
    expect(await containerIsThere(kept)).toBe(false);
    expect(await imageIsThere(oldBuild)).toBe(false);

    // And the policy, as strict as it can be.
    await cleaner().applyPolicy();
    for (const id of neighbours) expect(await containerIsThere(id)).toBe(true);
    for (const id of [base, derived, theirDangling, used, committed.Id])
      expect(await imageIsThere(id)).toBe(true);
    expect(await isThere(() => theirNetwork.inspect())).toBe(true);
    expect(await isThere(() => foreignNetwork.inspect())).toBe(true);
    expect(await isThere(() => docker.getVolume(theirVolume.name).inspect())).toBe(true);
  });

  it('takes no container for ours that has our label only from its image', async () => {
    const image = await build(`FROM ${tinyImage}\nRUN echo ${randomUUID()}\n`, {
      labels: { [labels.station]: bench.stationId },
      name: `slipway-test-labelled:${randomUUID()}`,
    });
    const theirs = await create(image, {});
    expect((await docker.getContainer(theirs).inspect()).Config.Labels[labels.station]).toBe(bench.stationId);
    // What the station compares with its records at every start, and removes when no run needs it.
    expect(await bench.engine.listOwned()).toEqual({ ok: true, value: [] });
    const plan = await cleaner().plan();
    expect(plan.items.map(({ id, kept }) => [id, kept])).toEqual([[`image:${image}`, 'in-use']]);
    await cleaner().remove([...plan.items, { id: `container:${theirs}`, stamp: 'created 0' }], 'person');
    expect(await containerIsThere(theirs)).toBe(true);
    expect(await imageIsThere(image)).toBe(true);
  });

  it('leaves alone what runs, what a run needs, and what changed since the preview', async () => {
    const running = await bench.run('sleep 60');
    const made = await create(tinyImage, { [labels.station]: bench.stationId, [labels.run]: 'run-open' });
    const changed = await create(tinyImage, { [labels.station]: bench.stationId, [labels.run]: 'run-over' });
    openRuns.add('run-open');
    const plan = await cleaner().plan();
    const reasons = new Map(plan.items.map(({ id, kept }) => [id, kept]));
    expect(reasons.get(`container:${running}`)).toBe('running');
    expect(reasons.get(`container:${made}`)).toBe('run-goes-on');
    expect(reasons.get(`container:${changed}`)).toBeNull();
    await docker.getContainer(changed).start();
    await docker.getContainer(changed).wait();
    const { outcomes } = await cleaner().remove(plan.items, 'person');
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['kept', 'kept', 'kept']);
    for (const id of [running, made, changed]) expect(await containerIsThere(id)).toBe(true);
  });

  it('lists logs while the engine is away, and says that it is', async () => {
    mkdirSync(join(folder, 'logs'));
    writeFileSync(join(folder, 'logs/run-0001.log'), 'line\n');
    await connection.dispose();
    const plan = await cleaner().plan();
    expect(plan.items.map(({ id }) => id)).toEqual(['run-log:run-0001']);
    expect(plan.engineFault).not.toBeNull();
  });
});
