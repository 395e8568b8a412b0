import { describe, expect, it } from 'vitest';
import { labels } from '../../src-main/core/docker/engine.js';
import { codeOf, valueOf } from './engine-bench.js';
import { useImagesBench } from './images-bench.js';
import { tinyImage } from './tiny-image.js';

const bench = useImagesBench('images');

/** The images of one station among those of others, in a real engine. */
describe('the images of a station', () => {
  describe('list', () => {
    it('names those with its label and what they are built on, and no neighbour', async () => {
      const { images } = valueOf(await bench.part.handlers['images.list'](undefined));
      const names = images.flatMap((image) => image.names);
      expect(names).toContain(bench.name('ours'));
      expect(names).toContain(tinyImage);
      expect(names).not.toContain(bench.name('neighbour'));
      expect(images.find((image) => image.names.includes(tinyImage))?.reason).toBe('base');
    });

    it('says what each label says of a model, as written and as understood', async () => {
      const { images } = valueOf(await bench.part.handlers['images.list'](undefined));
      const ours = images.find((image) => image.names.includes(bench.name('ours')));
      expect(ours).toMatchObject({
        reason: 'made',
        recipes: [],
        support: [{ model: 'widgy', written: 'Estable', level: 'stable', candidate: null }],
      });
      expect(ours?.layers).toBe(2);
    });

    it('names what a recipe names, with the recipe, and what it names in vain', async () => {
      bench.useRecipe((text) => text.replace('flasher:latest', bench.name('neighbour')));
      const one = valueOf(await bench.part.handlers['images.list'](undefined));
      expect(one.images.find((image) => image.names.includes(bench.name('neighbour')))).toMatchObject({
        reason: 'recipe',
        recipes: ['plain'],
      });
      bench.useRecipe((text) => text.replace('flasher:latest', 'never-made'));
      expect(valueOf(await bench.part.handlers['images.list'](undefined)).missing).toEqual([
        { name: 'never-made:latest', recipes: ['plain'], build: null, pull: null },
      ]);
    });

    it('is told anew when images change, to whoever looks, and costs nothing while nobody does', async () => {
      const seen: string[][] = [];
      const subscription = bench.part.streams.images(undefined, ({ images }) => {
        seen.push((images?.images ?? []).flatMap((image) => image.names));
      });
      await expect.poll(() => seen.at(-1)).toContain(bench.name('ours'));
      await bench.docker.getImage(bench.name('ours')).tag({ repo: `${bench.prefix}-second`, tag: '1' });
      await expect.poll(() => seen.at(-1), { timeout: 10_000 }).toContain(`${bench.prefix}-second:1`);
      subscription.dispose();
    });
  });

  describe('inspect', () => {
    it('says the useful facts, and hides a secret wherever it stands', async () => {
      const detail = valueOf(await bench.part.handlers['images.inspect']({ image: bench.name('ours') }));
      expect(detail.environment).toContainEqual({ name: 'magicNumber', value: '•••' });
      expect(detail.history.length).toBeGreaterThan(3);
      expect(detail.architecture).not.toBe('');
      expect(JSON.stringify(detail)).not.toContain('8974c408d831');
    });

    it('says what each recipe wants of it, and whether it has it', async () => {
      const other = `sha256:${'0'.repeat(64)}`;
      bench.useRecipe((text) =>
        text
          .replace("{ name: 'flasher:latest' }", `{ name: '${bench.name('ours')}', id: '${other}' }`)
          .replace('minimumSupport: unknown', 'minimumSupport: beta'),
      );
      const detail = valueOf(await bench.part.handlers['images.inspect']({ image: bench.name('ours') }));
      // Its label speaks of another model.
      expect(detail.uses).toEqual([
        {
          recipe: 'plain',
          part: 'flasher',
          model: 'plain',
          minimum: 'beta',
          isGoodEnough: false,
          pinnedId: other,
          pinnedDigest: null,
          isPinned: false,
        },
      ]);
      expect(detail).toMatchObject({ arrival: null, inputs: null });
    });

    it('knows no neighbour', async () => {
      expect(codeOf(await bench.part.handlers['images.inspect']({ image: bench.name('neighbour') }))).toBe(
        'image-foreign',
      );
    });
  });

  describe('remove', () => {
    it('takes an image of its own with the steps of its build, and nothing else', async () => {
      const before = await bench.all();
      const { id } = valueOf(await bench.part.handlers['images.removal']({ image: bench.name('ours') }));
      valueOf(await bench.part.handlers['images.remove']({ image: bench.name('ours') }));
      const after = await bench.all();
      expect([...before].filter((each) => !after.has(each)).sort()).toEqual([id, bench.name('ours')].sort());
    });

    it('refuses a neighbour, named by a recipe or not', async () => {
      expect(codeOf(await bench.part.handlers['images.remove']({ image: bench.name('neighbour') }))).toBe(
        'image-foreign',
      );
      bench.useRecipe((text) => text.replace('flasher:latest', bench.name('neighbour')));
      expect(codeOf(await bench.part.handlers['images.remove']({ image: bench.name('neighbour') }))).toBe(
        'image-not-ours',
      );
      expect(codeOf(await bench.part.handlers['images.remove']({ image: tinyImage }))).toBe('image-not-ours');
      expect(await bench.all()).toContain(bench.name('neighbour'));
    });

    it('does not see, and refuses, what somebody built on or committed of an image of its own', async () => {
      const theirs = await bench.make(bench.name('theirs'), { theirs: '1' }, bench.name('ours'));
      const container = await bench.docker.createContainer({ Image: bench.name('ours'), Cmd: ['true'] });
      const [repo, tag] = bench.name('committed').split(':');
      const committed = (await container.commit({ repo, tag })) as unknown as { Id: string };
      await container.remove();
      for (const id of [theirs, committed.Id]) {
        const { Config } = await bench.docker.getImage(id).inspect();
        expect(Config.Labels[labels.madeBy]).toBe(bench.stationId);
      }
      const { images } = valueOf(await bench.part.handlers['images.list'](undefined));
      const names = images.flatMap((image) => image.names);
      expect(names).toContain(bench.name('ours'));
      for (const which of ['theirs', 'committed']) {
        expect(names).not.toContain(bench.name(which));
        expect(codeOf(await bench.part.handlers['images.remove']({ image: bench.name(which) }))).toBe(
          'image-foreign',
        );
      }
      bench.useRecipe((text) => text.replace('flasher:latest', bench.name('theirs')));
      expect(codeOf(await bench.part.handlers['images.remove']({ image: bench.name('theirs') }))).toBe(
        'image-not-ours',
      );
      expect(await bench.all()).toContain(theirs);
      expect(await bench.all()).toContain(committed.Id);
    });

    it('refuses what a recipe needs, and names the recipe', async () => {
      bench.useRecipe((text) => text.replace('flasher:latest', bench.name('ours')));
      const { fault } = valueOf(await bench.part.handlers['images.removal']({ image: bench.name('ours') }));
      expect(fault).toMatchObject({ code: 'image-needed', params: { recipes: 'plain' } });
      expect(codeOf(await bench.part.handlers['images.remove']({ image: bench.name('ours') }))).toBe(
        'image-needed',
      );
      // By its other name it stays what the recipe says.
      await bench.docker.getImage(bench.name('ours')).tag({ repo: `${bench.prefix}-second`, tag: '1' });
      expect(codeOf(await bench.part.handlers['images.remove']({ image: `${bench.prefix}-second:1` }))).toBe(
        'ok',
      );
    });

    it('refuses what a container is made of', async () => {
      const { id } = await bench.docker.createContainer({
        Image: bench.name('ours'),
        Cmd: ['true'],
        Labels: { [labels.station]: bench.stationId },
      });
      expect(codeOf(await bench.part.handlers['images.remove']({ image: bench.name('ours') }))).toBe(
        'image-in-use',
      );
      await bench.docker.getContainer(id).remove();
      expect(codeOf(await bench.part.handlers['images.remove']({ image: bench.name('ours') }))).toBe('ok');
    });

    it('keeps the image while it has another name, and says so', async () => {
      await bench.docker.getImage(bench.name('ours')).tag({ repo: `${bench.prefix}-second`, tag: '1' });
      const { id, stays, removesImage } = valueOf(
        await bench.part.handlers['images.remove']({ image: bench.name('ours') }),
      );
      expect({ stays, removesImage }).toEqual({ stays: [`${bench.prefix}-second:1`], removesImage: false });
      expect(await bench.all()).toContain(id);
      await bench.docker.getImage(id).tag({ repo: `${bench.prefix}-third`, tag: '1' });
      expect(codeOf(await bench.part.handlers['images.remove']({ image: id }))).toBe('image-has-names');
    });
  });
});
