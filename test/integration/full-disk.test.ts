import { execFileSync } from 'node:child_process';
import { chmodSync, createReadStream, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEngine, stopEngine } from '../../scripts/engine.mjs';
import { enginePlace } from '../../scripts/lib/engine-place.mjs';
import { chooseBaseSystem } from '../../demo/base-system.mjs';
import { createSystemClock } from '../../src-main/core/clock.js';
import { createDockerEngine } from '../../src-main/core/docker/docker-engine.js';
import { createDockerImages } from '../../src-main/core/docker/docker-images.js';
import { labels } from '../../src-main/core/docker/engine.js';
import { createEmitter } from '../../src-main/core/emitter.js';
import { createImagesPart } from '../../src-main/core/images/images-part.js';
import { createMadeImages } from '../../src-main/core/images/made-images.js';
import { mountsBelow, temporaryPrefix } from '../../src-main/core/jobs/leftovers.js';
import { dockerHost } from './engine-bench.js';
import { useMakingBench } from './making-bench.js';
import { tinyImage } from './tiny-image.js';

// A second real engine, whose storage is a small disk of its own. Mounting one asks for root.
const small = { name: 'small', log: () => undefined };
const place = enginePlace(small.name);
/** What the engine itself, the tiny image and a few small ones need, and no more. */
const megabytes = 48;
let host = '';

beforeAll(async () => {
  await stopEngine(small);
  mkdirSync(place.data, { recursive: true });
  if ((await mountsBelow(place.data)).length > 0) execFileSync('umount', ['--lazy', place.data]);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'slipway-test', place.data]);
  host = (await startEngine(small)).host;
});
afterAll(async () => {
  await stopEngine(small);
  execFileSync('umount', ['--lazy', place.data]);
  rmSync(place.data, { recursive: true });
});

const bench = useMakingBench('full', () => host);
const system = chooseBaseSystem();
/** More than the disk has. */
const tooMuch = `${megabytes * 3}M`;

let imagesBefore: string[];
let freeBefore: number;
let path: string | undefined;

function freeBytes(): number {
  const { bavail, bsize } = statfsSync(place.data);
  return bavail * bsize;
}
const everyImage = async (): Promise<string[]> =>
  (await bench.docker.listImages({ all: true })).map(({ Id }) => Id).sort();

/** The engine has what it had, and as much room as it had, within what its own files grow by. */
async function expectNothingLeft(): Promise<void> {
  expect(await everyImage()).toEqual(imagesBefore);
  expect(await bench.docker.listContainers({ all: true })).toEqual([]);
  await expect.poll(() => freeBytes()).toBeGreaterThan(freeBefore - 2 * 1024 ** 2);
}

async function remember(): Promise<void> {
  imagesBefore = await everyImage();
  freeBefore = freeBytes();
}

beforeAll(() => {
  path = process.env['PATH'];
});
afterEach(() => {
  if (path === undefined) delete process.env['PATH'];
  else process.env['PATH'] = path;
});

describe('an engine whose disk is full', () => {
  it('takes no root file system that does not fit: that is said, and nothing of it stays', async () => {
    await remember();
    execFileSync('truncate', ['-s', tooMuch, join(bench.folder, 'zeros')]);
    execFileSync('tar', ['-C', bench.folder, '-c', '-f', join(bench.folder, 'root.tar'), 'zeros']);
    const job = await bench.ended(bench.importFile(join(bench.folder, 'root.tar')));
    expect(job).toMatchObject({ state: 'failed', fault: { code: 'container-no-space' } });
    await expectNothingLeft();
  });

  it('takes no context that does not fit: that is said, and nothing of it stays', async () => {
    await remember();
    bench.context({ Dockerfile: `FROM ${tinyImage}\nCOPY zeros /zeros\n` });
    execFileSync('truncate', ['-s', tooMuch, join(bench.folder, 'zeros')]);
    const job = await bench.ended(bench.build({}));
    expect(job).toMatchObject({ state: 'failed', fault: { code: 'container-no-space' } });
    await expectNothingLeft();
  });

  it('ends a build in whose step it ran out with that step, its words and its exit code', async () => {
    await remember();
    bench.context({
      Dockerfile: `FROM ${tinyImage}\nRUN dd if=/dev/zero of=/zeros bs=1M count=${megabytes * 3}\n`,
    });
    const job = await bench.ended(bench.build({}));
    expect(job).toMatchObject({
      state: 'failed',
      fault: {
        code: 'build-step-failed',
        params: { exitCode: 1, last: expect.stringMatching(/no space left on device/i) as string },
      },
    });
    expect(job.steps.at(-1)).toMatchObject({ state: 'failed', exitCode: 1 });
    await expectNothingLeft();
  });

  it('takes no base system of debootstrap’s that does not fit: that is said, and its folder goes', async () => {
    await remember();
    // In the place of debootstrap one that is done at once: it is the sending that counts here.
    bench.context({
      'bin/debootstrap': `#!/bin/sh\nfor word; do case "$word" in */${temporaryPrefix}*) truncate -s ${tooMuch} "$word/zeros";; esac; done\n`,
    });
    chmodSync(join(bench.folder, 'bin/debootstrap'), 0o755);
    process.env['PATH'] = `${join(bench.folder, 'bin')}:${path ?? ''}`;
    const job = await bench.ended(
      bench.making.handlers['images.debootstrap']({
        suite: system.suite,
        name: `${bench.mine}:base`,
        variant: 'minbase',
        include: [],
        components: [],
        changes: [],
        replace: false,
      }),
    );
    expect(job).toMatchObject({ state: 'failed', fault: { code: 'container-no-space' } });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(temporaryPrefix))).toEqual([]);
    await expectNothingLeft();
  });

  it('takes no archive of images that does not fit: that is said, and nothing of it stays', async () => {
    await remember();
    const file = join(bench.folder, 'images.tar');
    await saveBigImage(file);
    const { part, engine } = await imagesAt(host);
    try {
      const job = await bench.ended(part.handlers['images.load']({ file, moveNames: false }));
      expect(job).toMatchObject({ state: 'failed', fault: { code: 'container-no-space' } });
      await expectNothingLeft();
    } finally {
      await part.stop();
      await engine.dispose();
    }
  });

  it('makes what fits right afterwards', async () => {
    bench.context({ Dockerfile: `FROM ${tinyImage}\nRUN echo ${bench.mine} > /small\n` });
    expect(await bench.ended(bench.build({}))).toMatchObject({ state: 'done', fault: null });
  });
});

async function imagesAt(where: string) {
  const engine = createDockerEngine({
    search: { configured: where, environment: {} },
    stationId: bench.stationId,
    clock: createSystemClock(),
  });
  await engine.start();
  const part = createImagesPart({
    home: bench.folder,
    stationId: bench.stationId,
    clock: createSystemClock(),
    store: createDockerImages(engine.connection),
    made: createMadeImages(bench.folder),
    engine,
    recipes: { all: () => [], find: () => undefined, changes: createEmitter<unknown>() },
    jobs: bench.jobs,
    redact: (text) => text,
    madeBy: () => 'a station with room',
    onDefect: (error) => {
      throw error;
    },
  });
  return { part, engine };
}

/** An archive of an image that is larger than the disk, from the engine of the suite. */
async function saveBigImage(file: string): Promise<void> {
  const name = `${bench.mine}-big:1`;
  const roomy = new Docker({ socketPath: dockerHost().replace('unix://', '') });
  execFileSync('truncate', ['-s', tooMuch, join(bench.folder, 'zeros')]);
  execFileSync('tar', ['-C', bench.folder, '-c', '-f', join(bench.folder, 'root.tar'), 'zeros']);
  const stream = await roomy.importImage(createReadStream(join(bench.folder, 'root.tar')), {
    repo: `${bench.mine}-big`,
    tag: '1',
    changes: [`LABEL ${labels.madeBy}=${bench.stationId}`],
  });
  await new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject).resume());
  const { part, engine } = await imagesAt(dockerHost());
  try {
    const saved = await bench.ended(part.handlers['images.save']({ images: [name], file, replace: false }));
    expect(saved).toMatchObject({ state: 'done', fault: null });
  } finally {
    await part.stop();
    await engine.dispose();
    await roomy.getImage(name).remove();
  }
}
