import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { labels } from '../../src-main/core/docker/engine.js';
import { codeOf, valueOf } from './engine-bench.js';
import { rewrittenArchive, useImagesBench, type Change } from './images-bench.js';

const bench = useImagesBench('carry');

describe('save and load', () => {
  it('carry an image to a station without it, byte by byte', async () => {
    await bench.saved();
    const { id } = valueOf(await bench.part.handlers['images.removal']({ image: bench.name('ours') }));
    valueOf(await bench.part.handlers['images.remove']({ image: bench.name('ours') }));
    expect(await bench.all()).not.toContain(id);
    const content = valueOf(await bench.part.handlers['images.examine']({ file: bench.archive() }));
    expect(content).toMatchObject({
      madeBy: 'line 1 (host)',
      images: [{ id, names: [bench.name('ours')], isHere: false, moves: [] }],
    });
    const job = await bench.ended(
      await bench.part.handlers['images.load']({ file: bench.archive(), moveNames: false }),
    );
    expect(job).toMatchObject({ state: 'done', fault: null });
    expect((await bench.docker.getImage(bench.name('ours')).inspect()).Id).toBe(id);
  });

  it('make an image of another station this one’s to remove, only if it was not here before', async () => {
    const id = await bench.make(bench.name('other'), { [labels.madeBy]: 'another-station' });
    bench.useRecipe((text) => text.replace('flasher:latest', bench.name('other')));
    await bench.saved([bench.name('other')]);
    await bench.ended(await bench.part.handlers['images.load']({ file: bench.archive(), moveNames: false }));
    expect(codeOf(await bench.part.handlers['images.remove']({ image: bench.name('other') }))).toBe(
      'image-not-ours',
    );
    await bench.docker.getImage(bench.name('other')).remove();
    await bench.ended(await bench.part.handlers['images.load']({ file: bench.archive(), moveNames: false }));
    const { images } = valueOf(await bench.part.handlers['images.list'](undefined));
    expect(images.find((image) => image.id === id)?.reason).toBe('brought');
    expect(valueOf(await bench.part.handlers['images.inspect']({ image: id })).arrival?.from).toBe('archive');
    bench.recipes = [];
    expect(codeOf(await bench.part.handlers['images.remove']({ image: bench.name('other') }))).toBe('ok');
  });

  it('ask before a name moves to another image', async () => {
    await bench.saved();
    const old = (await bench.docker.getImage(bench.name('ours')).inspect()).Id;
    const newer = await bench.make(bench.name('ours'), { [labels.madeBy]: bench.stationId, changed: '1' });
    const content = valueOf(await bench.part.handlers['images.examine']({ file: bench.archive() }));
    expect(content.images[0]?.moves).toEqual([{ name: bench.name('ours'), from: newer }]);
    const asked = await bench.ended(
      await bench.part.handlers['images.load']({ file: bench.archive(), moveNames: false }),
    );
    expect(asked).toMatchObject({ state: 'failed', fault: { code: 'image-name-would-move' } });
    expect((await bench.docker.getImage(bench.name('ours')).inspect()).Id).toBe(newer);
    const moved = await bench.ended(
      await bench.part.handlers['images.load']({ file: bench.archive(), moveNames: true }),
    );
    expect(moved.state).toBe('done');
    expect((await bench.docker.getImage(bench.name('ours')).inspect()).Id).toBe(old);
  });

  it('never write over a file unasked, and leave nothing when they cannot write', async () => {
    writeFileSync(bench.archive(), 'mine');
    expect(
      codeOf(
        await bench.part.handlers['images.save']({
          images: [bench.name('ours')],
          file: bench.archive(),
          replace: false,
        }),
      ),
    ).toBe('archive-exists');
    expect(readFileSync(bench.archive(), 'utf8')).toBe('mine');
    expect(
      codeOf(
        await bench.part.handlers['images.save']({
          images: [bench.name('ours')],
          file: join(bench.folder, 'nowhere', 'images.tar'),
          replace: false,
        }),
      ),
    ).toBe('archive-unwritable');
    expect(
      codeOf(
        await bench.part.handlers['images.save']({
          images: [bench.name('neighbour')],
          file: bench.archive(),
          replace: true,
        }),
      ),
    ).toBe('image-foreign');
  });

  it('leave nothing of a save that was cancelled', async () => {
    const { jobId } = valueOf(
      await bench.part.handlers['images.save']({
        images: [bench.name('ours')],
        file: bench.archive(),
        replace: false,
      }),
    );
    valueOf(bench.jobs.cancel(jobId));
    expect((await bench.ended({ ok: true, value: { jobId } })).state).toBe('cancelled');
    expect(readdirSync(bench.folder).filter((file) => file.includes('images.tar'))).toEqual([]);
  });

  it.each(['verify', 'load'] as const)(
    'leave nothing of a load that was cancelled in “%s”',
    async (phase) => {
      await bench.saved();
      valueOf(await bench.part.handlers['images.remove']({ image: bench.name('ours') }));
      const before = await bench.all();
      const watching = bench.jobs.changes.subscribe((id) => {
        if (bench.jobs.find(id)?.steps.at(-1)?.phase === phase) bench.jobs.cancel(id);
      });
      const job = await bench.ended(
        await bench.part.handlers['images.load']({ file: bench.archive(), moveNames: false }),
      );
      watching.dispose();
      expect(job).toMatchObject({ state: 'cancelled', fault: null });
      expect(await bench.all()).toEqual(before);
    },
  );

  describe('refuse, and leave the engine as it was,', () => {
    let whole: Buffer;
    beforeEach(async () => {
      whole = await bench.saved();
      valueOf(await bench.part.handlers['images.remove']({ image: bench.name('ours') }));
    });

    async function refusal(bytes: Buffer): Promise<string> {
      const before = await bench.all();
      writeFileSync(bench.archive(), bytes);
      const examined = codeOf(await bench.part.handlers['images.examine']({ file: bench.archive() }));
      const job = await bench.ended(
        await bench.part.handlers['images.load']({ file: bench.archive(), moveNames: true }),
      );
      expect(job.state).toBe('failed');
      expect(job.fault?.code).toBe(examined);
      expect(await bench.all()).toEqual(before);
      return examined;
    }

    const rewritten = (change: Change): Promise<Buffer> => rewrittenArchive(whole, change);

    it('a byte that changed anywhere', async () => {
      // A layer, the engine's own list, and Slipway's: not what fills the blocks up behind a part's last byte.
      const manifests = ['"RepoTags"', '"slipway-images"'].map((text) => whole.indexOf(text) + 3);
      for (const place of [whole.indexOf('BusyBox v'), ...manifests]) {
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
      const without = await rewritten((path, content) => (path.endsWith('VERSION') ? [] : [[path, content]]));
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
            ? Buffer.from(content.toString().replaceAll(bench.name('ours'), bench.name('evil')))
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
      expect(codeOf(await bench.part.handlers['images.examine']({ file: join(bench.folder, 'none') }))).toBe(
        'saved-file-unreadable',
      );
    });
  });
});
