import { describe, expect, it } from 'vitest';
import { createFakeBay } from '../../../test/fakes/bay.js';
import { flashOver, withTests } from '../../../test/fakes/tested-bay.js';

const apart = withTests("  - { name: self-test, exec: [selftest], image: 'flasher:latest', timeout: 5s }\n");

describe('a test with an image of its own', () => {
  it('is given the port after the flasher has let go of it, and leaves nothing behind', async () => {
    const fake = createFakeBay({ recipe: apart });
    await fake.plug();
    fake.engine.onStarted = (container) => container.end(0);
    fake.engine.last().print('DONE');
    await fake.pass(500);
    expect(fake.bay.view().run?.verdict).toBe('PASS');
    const stopped = fake.engine.journal.findIndex((call) => call === 'stopContainer c1');
    const started = fake.engine.journal.findIndex((call) => call === 'startContainer c2');
    expect(stopped).toBeGreaterThanOrEqual(0);
    expect(stopped).toBeLessThan(started);
    expect(fake.engine.containers()).toEqual([]);
  });

  const tester = { id: `sha256:${'b'.repeat(64)}`, digest: null, digests: [], labels: {} };
  const pinned = (id: string): string =>
    withTests(`  - { name: self-test, exec: [selftest], image: { name: 'tester:1', id: '${id}' } }\n`);

  it('has on record what it really ran in', async () => {
    const fake = createFakeBay({ recipe: pinned(tester.id) });
    fake.engine.setImage('tester:1', tester);
    await fake.plug();
    fake.engine.onStarted = (container) => container.end(0);
    await flashOver(fake);
    expect(fake.records.saved.at(-1)).toMatchObject({
      verdict: 'PASS',
      tests: [{ name: 'self-test', attempts: [{ imageId: tester.id }] }],
    });
  });

  it.each([
    ['is not there', pinned(tester.id), null, 'image-missing'],
    ['is another than the pinned one', pinned(`sha256:${'c'.repeat(64)}`), tester, 'image-digest-mismatch'],
    [
      'is that of a tear-down and is not there',
      withTests("  - { name: t, exec: [a], tearDown: { exec: [b], image: 'tester:1' } }\n"),
      null,
      'image-missing',
    ],
  ])('that %s keeps the unit from being flashed at all', async (_, recipe, image, code) => {
    const fake = createFakeBay({ recipe });
    if (image !== null) fake.engine.setImage('tester:1', image);
    await fake.plug();
    await fake.pass(500);
    expect(fake.bay.view().reason).toMatchObject({ code, params: { image: 'tester:1' } });
    expect(fake.engine.containers()).toEqual([]);
    expect(fake.bay.view().run).toBeNull();
  });

  it('whose name means another image by then is the station’s ERROR', async () => {
    const fake = createFakeBay({ recipe: pinned(tester.id) });
    fake.engine.setImage('tester:1', tester);
    await fake.plug();
    fake.engine.setImage('tester:1', { ...tester, id: `sha256:${'d'.repeat(64)}` });
    await flashOver(fake);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'test-error' } });
  });

  it.each([0, 1])(
    'that somebody stopped has judged nothing, also where it ends with %i',
    async (exitCode) => {
      const fake = createFakeBay({ recipe: apart });
      await fake.plug();
      fake.engine.onStarted = (container) => container.stop(exitCode);
      await flashOver(fake);
      expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'test-error' } });
    },
  );

  it('counts for nothing when its container ran out of memory, whatever its exit code', async () => {
    const fake = createFakeBay({ recipe: apart });
    await fake.plug();
    fake.engine.onStarted = (container) => container.end(0, { outOfMemory: true });
    fake.engine.last().print('DONE');
    await fake.pass(500);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'test-error' } });
  });
});
