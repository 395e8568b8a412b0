import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../src-shared/model/job.js';
import { startFakeRegistry, type FakeRegistry } from '../fakes/registry.js';
import { codeOf, valueOf } from './engine-bench.js';
import { useImagesBench } from './images-bench.js';

const bench = useImagesBench('pull');

describe('pulling from a registry', () => {
  let registry: FakeRegistry;
  let repository: string;
  /** Its name in the recipe: with the bench's prefix, so that it goes with the test. */
  let name: string;
  beforeEach(async () => {
    registry = await startFakeRegistry();
    repository = `${bench.prefix}/flasher`;
    name = `${registry.host}/${repository}:2`;
  });
  afterEach(() => registry.close());

  const nameInRecipe = (image: string): void =>
    bench.useRecipe((text) => text.replace("{ name: 'flasher:latest' }", image));
  const pull = (moveNames = false) => bench.part.handlers['images.pull']({ recipe: 'plain', moveNames });
  const ended = async (moveNames?: boolean): Promise<Job> => bench.ended(await pull(moveNames));
  const none = `sha256:${'0'.repeat(64)}`;

  it('brings exactly the image of the digest, under the recipe’s name', async () => {
    const { digest, id } = await registry.add(repository, randomUUID());
    nameInRecipe(`{ name: '${name}', digest: '${digest}' }`);
    const { missing } = valueOf(await bench.part.handlers['images.list'](undefined));
    expect(missing).toEqual([{ name, recipes: ['plain'], build: null, pull: 'plain' }]);
    const job = await ended();
    expect(job).toMatchObject({ state: 'done', fault: null, outcome: { image: name, id } });
    // Never by a tag, whatever the registry has there today.
    const asked = registry.requests.filter((request) => request.includes('/manifests/'));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every((request) => request.endsWith(`/manifests/${digest}`))).toBe(true);
    const detail = valueOf(await bench.part.handlers['images.inspect']({ image: name }));
    expect(detail).toMatchObject({
      summary: {
        id,
        reason: 'brought',
        digests: [`${registry.host}/${repository}@${digest}`],
        support: [{ level: 'release-candidate', candidate: 3, written: 'Candidato a estable 3' }],
      },
      arrival: { from: 'registry' },
      uses: [{ recipe: 'plain', pinnedDigest: digest, isPinned: true }],
    });
    bench.recipes = [];
    expect(codeOf(await bench.part.handlers['images.remove']({ image: name }))).toBe('ok');
  });

  it('says that the registry has no such digest, or no such image', async () => {
    await registry.add(repository, randomUUID());
    const before = await bench.all();
    nameInRecipe(`{ name: '${name}', digest: '${none}' }`);
    expect(await ended()).toMatchObject({ state: 'failed', fault: { code: 'pull-failed' } });
    nameInRecipe(`{ name: '${registry.host}/${bench.prefix}/other', digest: '${none}' }`);
    const { fault } = await ended();
    expect(fault).toMatchObject({ code: 'pull-failed' });
    expect(fault?.params?.['reason']).not.toBe('');
    expect(await bench.all()).toEqual(before);
  });

  it('refuses another image than that of the digest, whatever the registry says that it is', async () => {
    const other = await registry.add(repository, randomUUID());
    registry.lie(repository, none, other.digest);
    const before = await bench.all();
    nameInRecipe(`{ name: '${name}', digest: '${none}' }`);
    expect(await ended()).toMatchObject({ state: 'failed', fault: { code: 'pull-failed' } });
    expect(await bench.all()).toEqual(before);
  });

  it('says that a registry cannot be reached', async () => {
    const { digest } = await registry.add(repository, randomUUID());
    await registry.close();
    nameInRecipe(`{ name: '${name}', digest: '${digest}' }`);
    const { fault } = await ended();
    expect(fault).toMatchObject({ code: 'pull-failed' });
    expect(fault?.params?.['reason']).toMatch(/refused/);
  });

  it('leaves nothing when it is cancelled half-way', async () => {
    const { digest } = await registry.add(repository, randomUUID());
    registry.stall();
    const before = await bench.all();
    nameInRecipe(`{ name: '${name}', digest: '${digest}' }`);
    const { jobId } = valueOf(await pull());
    await expect.poll(() => registry.requests.some((each) => each.includes('/blobs/'))).toBe(true);
    valueOf(bench.jobs.cancel(jobId));
    expect((await bench.ended({ ok: true, value: { jobId } })).state).toBe('cancelled');
    expect(await bench.all()).toEqual(before);
  });

  it('asks before the name moves from another image', async () => {
    const { digest, id } = await registry.add(repository, randomUUID());
    const { Id: older } = await bench.docker.getImage(bench.name('ours')).inspect();
    await bench.docker.getImage(older).tag({ repo: name.slice(0, -2), tag: '2' });
    nameInRecipe(`{ name: '${name}', digest: '${digest}' }`);
    expect((await ended()).fault?.code).toBe('image-name-would-move');
    expect((await bench.docker.getImage(name).inspect()).Id).toBe(older);
    expect(await bench.all()).not.toContain(id);
    expect((await ended(true)).state).toBe('done');
    expect((await bench.docker.getImage(name).inspect()).Id).toBe(id);
  });

  it.each([
    ['the registry', () => `{ name: '${repository}:2', digest: '${none}' }`],
    ['the digest', () => `{ name: '${name}' }`],
    ['either', () => `{ name: 'flasher:2' }`],
  ])('never happens unless the recipe names %s', async (_, image) => {
    await registry.add(repository, randomUUID());
    nameInRecipe(image());
    expect(codeOf(await pull())).toBe('pull-not-pinned');
    expect(registry.requests).toEqual([]);
  });

  it('knows no recipe of another name', async () => {
    const asked = bench.part.handlers['images.pull']({ recipe: 'other', moveNames: false });
    expect(codeOf(await asked)).toBe('recipe-unknown');
  });
});
