import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { pack } from 'tar-stream';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { labels } from '../../src-main/core/docker/engine.js';
import { makeBench, runSlipway, type Bench, type SlipwayProcess } from './station-harness.js';
import { ensureTinyImage, tinyImage } from './tiny-image.js';

// The built command line over the real engine, with neighbours on it.

const docker = new Docker();
let bench: Bench;
let stationId: string;

beforeAll(async () => {
  await ensureTinyImage(docker);
  await build({ log: () => undefined });
}, 600_000);

beforeEach(async () => {
  bench = await makeBench({ locale: 'en' });
  stationId = randomUUID();
  writeFileSync(join(bench.home, 'station-id'), `${stationId}\n`);
});

afterEach(() => bench.dispose());

const cleanup = (...words: string[]): SlipwayProcess =>
  runSlipway(bench, ['cleanup', '--home', bench.home, '--json', ...words]);

async function container(image: string, given: Record<string, string>): Promise<string> {
  const made = await docker.createContainer({ Image: image, Cmd: ['true'], Labels: given });
  bench.defer(() => made.remove({ force: true, v: true }).catch(() => undefined));
  return made.id;
}

/** As somebody at a prompt, or Slipway, builds it. */
function image(dockerfile: string, ...words: string[]): string {
  const id = execFileSync('docker', ['build', '--quiet', ...words, '-'], {
    input: dockerfile,
    encoding: 'utf8',
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
  }).trim();
  bench.defer(() =>
    docker
      .getImage(id)
      .remove({ force: true })
      .catch(() => undefined),
  );
  return id;
}

const isThere = (look: () => Promise<unknown>): Promise<boolean> =>
  look().then(
    () => true,
    () => false,
  );
const has = {
  container: (id: string) => isThere(() => docker.getContainer(id).inspect()),
  image: (id: string) => isThere(() => docker.getImage(id).inspect()),
  volume: (name: string) => isThere(() => docker.getVolume(name).inspect()),
};

describe('slipway cleanup', () => {
  it('previews without changing anything, removes what is proposed with --yes, and never a neighbour', async () => {
    const own = { [labels.station]: stationId };
    const kept = await container(tinyImage, { ...own, [labels.bay]: '1', [labels.run]: 'run-over' });
    const mark = `--label=${labels.station}=${stationId}`;
    const oldBuild = image(`FROM ${tinyImage}\nRUN echo ${stationId} > /old\n`, mark);
    const named = image(
      `FROM ${tinyImage}\nRUN echo ${stationId} > /named\n`,
      mark,
      `--tag=slipway-test-named:${stationId}`,
    );
    const volume = await docker.createVolume({ Name: `slipway-test-${stationId}`, Labels: own });
    bench.defer(() =>
      docker
        .getVolume(volume.name)
        .remove()
        .catch(() => undefined),
    );
    mkdirSync(join(bench.home, 'logs'), { recursive: true });
    writeFileSync(join(bench.home, 'logs/20260101-000000-aaaa.log'), 'line\n');
    // Of nobody, of another station, and by inheritance of ours.
    const neighbours = [
      await container(tinyImage, {}),
      await container(tinyImage, { [labels.station]: randomUUID(), [labels.run]: 'run-over' }),
      await container(named, {}),
    ];
    const theirs = image(`FROM ${named}\nRUN echo theirs > /theirs\n`);

    const preview = cleanup();
    expect(await preview.exit).toBe(0);
    const items = preview.lines.filter(({ type }) => type === 'item');
    const chosen = items.filter((item) => item['chosen'] === true).map(({ id }) => id);
    expect(chosen.sort()).toEqual([`container:${kept}`, `old-build:${oldBuild}`].sort());
    expect(items.map(({ id }) => id)).toEqual(
      expect.arrayContaining([`image:${named}`, `volume:${volume.name}`]),
    );
    for (const id of [...neighbours, theirs]) {
      expect(items.some((item) => String(item['id']).includes(id))).toBe(false);
    }
    expect(await has.container(kept)).toBe(true);

    const removal = cleanup('--yes');
    expect(await removal.exit).toBe(0);
    expect(removal.lines.filter(({ outcome }) => outcome === 'removed').map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['container', 'old-build']),
    );
    expect(await has.container(kept)).toBe(false);
    expect(await has.image(oldBuild)).toBe(false);
    // Neither data nor what has a name goes by itself.
    expect(await has.volume(volume.name)).toBe(true);
    expect(existsSync(join(bench.home, 'logs/20260101-000000-aaaa.log'))).toBe(true);

    const asked = cleanup('--yes', '--only', 'volumes,images,logs');
    expect(await asked.exit).toBe(0);
    expect(await has.volume(volume.name)).toBe(false);
    expect(existsSync(join(bench.home, 'logs/20260101-000000-aaaa.log'))).toBe(false);
    // Somebody's container is of it, and somebody's image on it.
    expect(await has.image(named)).toBe(true);
    for (const id of neighbours) expect(await has.container(id)).toBe(true);
    expect(await has.image(theirs)).toBe(true);
  });

  it('leaves alone what somebody built with BuildKit under our label, and the cache of it', async () => {
    const mark = { [labels.station]: stationId };
    const from = `FROM ${tinyImage}\nRUN echo kit ${stationId} > /kit\n`;
    const ours = await byBuildKit(from, mark);
    const theirs = await byBuildKit(`${from}RUN echo theirs > /theirs\n`, {});
    const before = await cacheIds();
    expect(before.length).toBeGreaterThan(0);
    const preview = cleanup();
    expect(await preview.exit).toBe(0);
    const items = preview.lines.filter(({ type }) => type === 'item');
    // Its history does not say whose it is, and the station has noted no such image.
    expect(items).toEqual([]);
    expect(await cleanup('--yes', '--only', 'images').exit).toBe(0);
    expect(await has.image(ours)).toBe(true);
    expect(await has.image(theirs)).toBe(true);
    expect(await cacheIds()).toEqual(expect.arrayContaining(before));
  });

  it('removes nothing while a station of that home runs, but shows what there is', async () => {
    const volume = await docker.createVolume({
      Name: `slipway-test-${stationId}`,
      Labels: { [labels.station]: stationId },
    });
    bench.defer(() => docker.getVolume(volume.name).remove());
    const station = runSlipway(bench, ['station', '--home', bench.home, '--json']);
    await station.until(({ type }) => type === 'ready');
    const removal = cleanup('--yes', '--only', 'volumes');
    expect(await removal.exit).toBe(2);
    expect(removal.errors()).toContain(`process ${station.child.pid ?? ''}`);
    const preview = cleanup();
    expect(await preview.exit).toBe(0);
    expect(preview.lines.map(({ id }) => id)).toContain(`volume:${volume.name}`);
    expect(await has.volume(volume.name)).toBe(true);
  });

  it('says that there is nothing in a home that has made nothing, and makes nothing there', async () => {
    const elsewhere = join(bench.home, 'elsewhere');
    const preview = runSlipway(bench, ['cleanup', '--home', elsewhere]);
    expect(await preview.exit).toBe(0);
    expect(existsSync(elsewhere)).toBe(false);
  });
});

describe('slipway doctor --ticket', () => {
  it('is the whole as plain text, with no secret, no name and no password in it', async () => {
    writeFileSync(join(bench.home, 'secrets'), 'magicNumber: 8974c408d831\n', { mode: 0o600 });
    const text = execFileSync(
      process.execPath,
      ['bin/slipway.js', 'doctor', '--ticket', '--home', bench.home],
      {
        encoding: 'utf8',
        env: { ...process.env, LANG: 'en_US.UTF-8', HTTP_PROXY: 'http://ada:hush@proxy.example:3128' },
      },
    );
    expect(text).toMatch(/^Slipway \d+\.\d+/m);
    expect(text).toMatch(/Docker \d+\.\d+.*API 1\.\d+/);
    expect(text).not.toContain('8974c408d831');
    expect(text).not.toContain('hush');
    const lines = runSlipway(bench, ['doctor', '--ticket', '--home', bench.home, '--json']);
    expect([0, 1]).toContain(await lines.exit);
    expect(lines.lines.map(({ type }) => type)).toEqual(['ticket']);
    expect(typeof lines.lines[0]?.['text']).toBe('string');
  });
});

/** Builds as newer clients do; the image's id. */
async function byBuildKit(dockerfile: string, given: Record<string, string>): Promise<string> {
  const context = pack();
  context.entry({ name: 'Dockerfile' }, dockerfile);
  context.finalize();
  const stream = await docker.buildImage(context as unknown as NodeJS.ReadableStream, {
    version: '2',
    labels: given,
  });
  const said = await new Promise<{ id?: string; aux?: { ID?: string } }[]>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error: Error | null, output: { id?: string; aux?: { ID?: string } }[]) => {
        if (error === null) resolve(output);
        else reject(error);
      },
    );
  });
  const id = said.find((message) => message.id === 'moby.image.id')?.aux?.ID;
  if (id === undefined) throw new Error(`not built: ${JSON.stringify(said.at(-1))}`);
  bench.defer(() =>
    docker
      .getImage(id)
      .remove({ force: true })
      .catch(() => undefined),
  );
  return id;
}

async function cacheIds(): Promise<string[]> {
  const { BuildCache } = (await docker.df()) as { BuildCache: { ID: string }[] | null };
  return (BuildCache ?? []).map(({ ID }) => ID);
}
