import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../src-shared/model/job.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { createDockerImages } from '../../src-main/core/docker/docker-images.js';
import { createDockerEngine, type DockerEngine } from '../../src-main/core/docker/docker-engine.js';
import { labels } from '../../src-main/core/docker/engine.js';
import { createEmitter } from '../../src-main/core/emitter.js';
import { createImagesPart } from '../../src-main/core/images/images-part.js';
import { createJobs } from '../../src-main/core/jobs/create-jobs.js';
import type { Jobs } from '../../src-main/core/jobs/jobs.js';
import type { LoadedRecipe } from '../../src-main/core/recipes/match.js';
import { parsedRecipe } from '../fakes/recipes.js';
import { logRecipe } from '../fakes/bay.js';
import { codeOf, dockerHost, makeEngineBench, valueOf, type EngineBench } from './engine-bench.js';
import { buildOnTiny, jobEnded, rewrittenArchive, type Change } from './images-bench.js';
import { tinyImage } from './tiny-image.js';

/** The images of one station among those of others, in a real engine. */
describe('the images of a station', () => {
  let bench: EngineBench;
  let engine: DockerEngine;
  let jobs: Jobs;
  let part: ReturnType<typeof createImagesPart>;
  let folder: string;
  let recipes: LoadedRecipe[];
  const clock = createSystemClock();
  const prefix = `slipway-test-images-${process.pid}`;
  const name = (which: string): string => `${prefix}-${which}:1`;
  const onDefect = (error: unknown): void => {
    throw error;
  };

  beforeAll(async () => {
    bench = await makeEngineBench();
    engine = createDockerEngine({
      search: { configured: dockerHost(), environment: {} },
      stationId: bench.stationId,
      clock,
    });
    await engine.start();
  });
  afterAll(async () => {
    await engine.dispose();
    await bench.dispose();
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-images-'));
    recipes = [];
    jobs = createJobs({ home: folder, clock, clean: () => Promise.resolve(true), onDefect });
    part = createImagesPart({
      home: folder,
      stationId: bench.stationId,
      clock,
      store: createDockerImages(engine.connection),
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
    await make(name('ours'), { [labels.station]: bench.stationId, 'deviceSupportStatus.widgy': 'Estable' });
    await make(name('neighbour'), { 'deviceSupportStatus.widgy': 'Beta' });
  });
  afterEach(async () => {
    await jobs.stop();
    await part.stop();
    for (const { Id, RepoTags } of await bench.docker.listImages()) {
      const mine = (RepoTags ?? []).filter((tag) => tag.startsWith(prefix));
      for (const tag of mine) await bench.docker.getImage(tag).remove({ force: true });
      if (mine.length === 0 && mineById.has(Id)) await bench.docker.getImage(Id).remove({ force: true });
    }
    mineById.clear();
    rmSync(folder, { recursive: true });
  });

  const mineById = new Set<string>();

  /** An image like the articles' own: a base, labels, and a secret where it should not be. */
  async function make(tag: string, its: Record<string, string>): Promise<string> {
    await buildOnTiny(bench.docker, tag, its);
    const { Id } = await bench.docker.getImage(tag).inspect();
    mineById.add(Id);
    return Id;
  }

  function useRecipe(change: (text: string) => string): void {
    const { recipe, hash } = parsedRecipe(change(logRecipe));
    recipes = [{ recipe, hash, file: 'recipe.yaml' }];
  }

  const all = async (): Promise<Set<string>> =>
    new Set((await bench.docker.listImages()).flatMap(({ Id, RepoTags }) => [Id, ...(RepoTags ?? [])]));

  const ended = (started: Awaited<ReturnType<(typeof part.handlers)['images.save']>>): Promise<Job> =>
    jobEnded(jobs, valueOf(started).jobId);

  const archive = (): string => join(folder, 'images.tar');
  async function saved(images = [name('ours')]): Promise<Buffer> {
    const job = await ended(await part.handlers['images.save']({ images, file: archive(), replace: true }));
    expect(job).toMatchObject({ state: 'done', fault: null });
    return readFileSync(archive());
  }

  describe('list', () => {
    it('names those with its label and what they are built on, and no neighbour', async () => {
      const { images } = valueOf(await part.handlers['images.list'](undefined));
      const names = images.flatMap((image) => image.names);
      expect(names).toContain(name('ours'));
      expect(names).toContain(tinyImage);
      expect(names).not.toContain(name('neighbour'));
      expect(images.find((image) => image.names.includes(tinyImage))?.reason).toBe('base');
    });

    it('says what each label says of a model, as written and as understood', async () => {
      const { images } = valueOf(await part.handlers['images.list'](undefined));
      const ours = images.find((image) => image.names.includes(name('ours')));
      expect(ours).toMatchObject({
        reason: 'made',
        recipes: [],
        support: [{ model: 'widgy', written: 'Estable', level: 'stable', candidate: null }],
      });
      expect(ours?.layers).toBe(2);
    });

    it('names what a recipe names, with the recipe, and what it names in vain', async () => {
      useRecipe((text) => text.replace('flasher:latest', name('neighbour')));
      const one = valueOf(await part.handlers['images.list'](undefined));
      expect(one.images.find((image) => image.names.includes(name('neighbour')))).toMatchObject({
        reason: 'recipe',
        recipes: ['plain'],
      });
      useRecipe((text) => text.replace('flasher:latest', 'never-made'));
      expect(valueOf(await part.handlers['images.list'](undefined)).missing).toEqual([
        { name: 'never-made:latest', recipes: ['plain'], build: null, pull: null },
      ]);
    });

    it('is told anew when images change, to whoever looks, and costs nothing while nobody does', async () => {
      const seen: string[][] = [];
      const subscription = part.streams.images(undefined, ({ images }) => {
        seen.push((images?.images ?? []).flatMap((image) => image.names));
      });
      await expect.poll(() => seen.at(-1)).toContain(name('ours'));
      await bench.docker.getImage(name('ours')).tag({ repo: `${prefix}-second`, tag: '1' });
      await expect.poll(() => seen.at(-1), { timeout: 10_000 }).toContain(`${prefix}-second:1`);
      subscription.dispose();
    });
  });

  describe('inspect', () => {
    it('says the useful facts, and hides a secret wherever it stands', async () => {
      const detail = valueOf(await part.handlers['images.inspect']({ image: name('ours') }));
      expect(detail.environment).toContainEqual({ name: 'magicNumber', value: '•••' });
      expect(detail.history.length).toBeGreaterThan(3);
      expect(detail.architecture).not.toBe('');
      expect(JSON.stringify(detail)).not.toContain('8974c408d831');
    });

    it('knows no neighbour', async () => {
      expect(codeOf(await part.handlers['images.inspect']({ image: name('neighbour') }))).toBe(
        'image-foreign',
      );
    });
  });

  describe('remove', () => {
    it('takes an image of its own with the steps of its build, and nothing else', async () => {
      const before = await all();
      const { id } = valueOf(await part.handlers['images.removal']({ image: name('ours') }));
      valueOf(await part.handlers['images.remove']({ image: name('ours') }));
      const after = await all();
      expect([...before].filter((each) => !after.has(each)).sort()).toEqual([id, name('ours')].sort());
    });

    it('refuses a neighbour, named by a recipe or not', async () => {
      expect(codeOf(await part.handlers['images.remove']({ image: name('neighbour') }))).toBe(
        'image-foreign',
      );
      useRecipe((text) => text.replace('flasher:latest', name('neighbour')));
      expect(codeOf(await part.handlers['images.remove']({ image: name('neighbour') }))).toBe(
        'image-not-ours',
      );
      expect(codeOf(await part.handlers['images.remove']({ image: tinyImage }))).toBe('image-not-ours');
      expect(await all()).toContain(name('neighbour'));
    });

    it('refuses what a container is made of', async () => {
      const { id } = await bench.docker.createContainer({
        Image: name('ours'),
        Cmd: ['true'],
        Labels: { [labels.station]: bench.stationId },
      });
      expect(codeOf(await part.handlers['images.remove']({ image: name('ours') }))).toBe('image-in-use');
      await bench.docker.getContainer(id).remove();
      expect(codeOf(await part.handlers['images.remove']({ image: name('ours') }))).toBe('ok');
    });

    it('keeps the image while it has another name, and says so', async () => {
      await bench.docker.getImage(name('ours')).tag({ repo: `${prefix}-second`, tag: '1' });
      const { id, stays, removesImage } = valueOf(
        await part.handlers['images.remove']({ image: name('ours') }),
      );
      expect({ stays, removesImage }).toEqual({ stays: [`${prefix}-second:1`], removesImage: false });
      expect(await all()).toContain(id);
      await bench.docker.getImage(id).tag({ repo: `${prefix}-third`, tag: '1' });
      expect(codeOf(await part.handlers['images.remove']({ image: id }))).toBe('image-has-names');
    });
  });

  describe('save and load', () => {
    it('carry an image to a station without it, byte by byte', async () => {
      await saved();
      const { id } = valueOf(await part.handlers['images.removal']({ image: name('ours') }));
      valueOf(await part.handlers['images.remove']({ image: name('ours') }));
      expect(await all()).not.toContain(id);
      const content = valueOf(await part.handlers['images.examine']({ file: archive() }));
      expect(content).toMatchObject({
        madeBy: 'line 1 (host)',
        images: [{ id, names: [name('ours')], isHere: false, moves: [] }],
      });
      const job = await ended(await part.handlers['images.load']({ file: archive(), moveNames: false }));
      expect(job).toMatchObject({ state: 'done', fault: null });
      expect((await bench.docker.getImage(name('ours')).inspect()).Id).toBe(id);
    });

    it('make an image of another station this one’s to remove, only if it was not here before', async () => {
      const id = await make(name('other'), { [labels.station]: 'another-station' });
      useRecipe((text) => text.replace('flasher:latest', name('other')));
      await saved([name('other')]);
      await ended(await part.handlers['images.load']({ file: archive(), moveNames: false }));
      expect(codeOf(await part.handlers['images.remove']({ image: name('other') }))).toBe('image-not-ours');
      await bench.docker.getImage(name('other')).remove();
      await ended(await part.handlers['images.load']({ file: archive(), moveNames: false }));
      const { images } = valueOf(await part.handlers['images.list'](undefined));
      expect(images.find((image) => image.id === id)?.reason).toBe('brought');
      expect(codeOf(await part.handlers['images.remove']({ image: name('other') }))).toBe('ok');
    });

    it('ask before a name moves to another image', async () => {
      await saved();
      const old = (await bench.docker.getImage(name('ours')).inspect()).Id;
      const newer = await make(name('ours'), { [labels.station]: bench.stationId, changed: '1' });
      const content = valueOf(await part.handlers['images.examine']({ file: archive() }));
      expect(content.images[0]?.moves).toEqual([{ name: name('ours'), from: newer }]);
      const asked = await ended(await part.handlers['images.load']({ file: archive(), moveNames: false }));
      expect(asked).toMatchObject({ state: 'failed', fault: { code: 'image-name-would-move' } });
      expect((await bench.docker.getImage(name('ours')).inspect()).Id).toBe(newer);
      const moved = await ended(await part.handlers['images.load']({ file: archive(), moveNames: true }));
      expect(moved.state).toBe('done');
      expect((await bench.docker.getImage(name('ours')).inspect()).Id).toBe(old);
    });

    it('never write over a file unasked, and leave nothing when they cannot write', async () => {
      writeFileSync(archive(), 'mine');
      expect(
        codeOf(
          await part.handlers['images.save']({ images: [name('ours')], file: archive(), replace: false }),
        ),
      ).toBe('archive-exists');
      expect(readFileSync(archive(), 'utf8')).toBe('mine');
      expect(
        codeOf(
          await part.handlers['images.save']({
            images: [name('ours')],
            file: join(folder, 'nowhere', 'images.tar'),
            replace: false,
          }),
        ),
      ).toBe('archive-unwritable');
      expect(
        codeOf(
          await part.handlers['images.save']({ images: [name('neighbour')], file: archive(), replace: true }),
        ),
      ).toBe('image-foreign');
    });

    it('leave nothing of a save that was cancelled', async () => {
      const { jobId } = valueOf(
        await part.handlers['images.save']({ images: [name('ours')], file: archive(), replace: false }),
      );
      valueOf(jobs.cancel(jobId));
      expect((await ended({ ok: true, value: { jobId } })).state).toBe('cancelled');
      expect(readdirSync(folder).filter((file) => file.includes('images.tar'))).toEqual([]);
    });

    describe('refuse, and leave the engine as it was,', () => {
      let whole: Buffer;
      beforeEach(async () => {
        whole = await saved();
        valueOf(await part.handlers['images.remove']({ image: name('ours') }));
      });

      async function refusal(bytes: Buffer): Promise<string> {
        const before = await all();
        writeFileSync(archive(), bytes);
        const examined = codeOf(await part.handlers['images.examine']({ file: archive() }));
        const job = await ended(await part.handlers['images.load']({ file: archive(), moveNames: true }));
        expect(job.state).toBe('failed');
        expect(job.fault?.code).toBe(examined);
        expect(await all()).toEqual(before);
        return examined;
      }

      const rewritten = (change: Change): Promise<Buffer> => rewrittenArchive(whole, change);

      it('a byte that changed anywhere', async () => {
        const at = whole.indexOf('#!'); // somewhere in the middle of a layer, wherever that is
        for (const place of [at > 0 ? at : 700_000, Math.floor(whole.length / 2), 4096 + 17]) {
          const bytes = Buffer.from(whole);
          bytes[place] = (bytes[place] ?? 0) ^ 0x01;
          expect(await refusal(bytes)).toMatch(/^archive-(part-damaged|manifest-wrong|cut-off|foreign)$/);
        }
      });

      it('a file that was cut off', async () => {
        expect(await refusal(whole.subarray(0, whole.length / 2))).toBe('archive-cut-off');
        expect(await refusal(whole.subarray(0, 0))).toBe('archive-foreign');
      });

      it('a part that is missing', async () => {
        const without = await rewritten((path, content) =>
          path.endsWith('VERSION') ? [] : [[path, content]],
        );
        expect(await refusal(without)).toBe('archive-part-missing');
      });

      it('a part too many', async () => {
        const more = await rewritten((path, content) =>
          path === 'manifest.json'
            ? [
                [path, content],
                ['extra', Buffer.from('x')],
              ]
            : [[path, content]],
        );
        expect(await refusal(more)).toBe('archive-part-unexpected');
      });

      it('a manifest that was changed, or speaks of another image', async () => {
        const renamed = await rewritten((path, content) => [
          [
            path,
            path === 'slipway-images.json'
              ? Buffer.from(content.toString().replaceAll(name('ours'), name('evil')))
              : content,
          ],
        ]);
        expect(await refusal(renamed)).toBe('archive-manifest-wrong');
      });

      it('what somebody else saved, or what is no archive at all', async () => {
        const foreign = await rewritten((path, content) =>
          path.startsWith('slipway-images') ? [] : [[path, content]],
        );
        expect(await refusal(foreign)).toBe('archive-foreign');
        expect(await refusal(Buffer.from('Dear diary,\n'.repeat(200)))).toBe('archive-foreign');
        expect(codeOf(await part.handlers['images.examine']({ file: join(folder, 'none') }))).toBe(
          'saved-file-unreadable',
        );
      });
    });
  });

  describe('pull', () => {
    it('is refused unless the recipe names the registry and the digest', async () => {
      useRecipe((text) => text);
      expect(codeOf(await part.handlers['images.pull']({ recipe: 'plain', moveNames: false }))).toBe(
        'pull-not-pinned',
      );
      useRecipe((text) => text.replace('flasher:latest', 'registry.example/flasher:1'));
      expect(codeOf(await part.handlers['images.pull']({ recipe: 'plain', moveNames: false }))).toBe(
        'pull-not-pinned',
      );
      expect(codeOf(await part.handlers['images.pull']({ recipe: 'other', moveNames: false }))).toBe(
        'recipe-unknown',
      );
    });
  });
});
