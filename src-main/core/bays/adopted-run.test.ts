import { describe, expect, it } from 'vitest';
import { createFakeBay, httpRecipe, logRecipe, type FakeBay } from '../../../test/fakes/bay.js';
import { fakeSpec, type FakeContainer } from '../../../test/fakes/engine.js';
import { createRun } from '../../../test/fakes/records.js';
import { parsedRecipe } from '../../../test/fakes/recipes.js';
import type { PhaseRecord, RunRecord } from '../../../src-shared/model/run.js';
import { planOf } from './run-parts.js';
import { resumeRun } from './run-state.js';

const exits = httpRecipe.replace(/success: .*/, 'success: [{ exitCode: 0 }]');

describe('a run that another life of the station began', () => {
  interface Before {
    recipe?: string;
    flash?: Partial<PhaseRecord>;
    record?: Partial<RunRecord>;
    /** What happened while no station looked. */
    meanwhile?: (container: FakeContainer, fake: FakeBay) => void;
  }

  async function adopted(before: Before = {}): Promise<{ fake: FakeBay; container: FakeContainer }> {
    const recipe = before.recipe ?? logRecipe;
    const fake = createFakeBay({ recipe, automatic: false });
    const loaded = { ...parsedRecipe(recipe), file: 'recipe.yaml' };
    const port = await fake.plug();
    const container = fake.engine.plant(fakeSpec('station-1'));
    before.meanwhile?.(container, fake);
    const record = createRun({
      id: 'run-000009',
      verdict: null,
      containerId: container.id,
      portIdentity: port.identity,
      contentHash: 'a'.repeat(64),
      tests: [],
      phases: [{ phase: 'flash', startedAt: 1, endedAt: null, ...before.flash }],
      ...before.record,
    });
    fake.bay.adopt(resumeRun(record, planOf(loaded), port), loaded, 'flash');
    await fake.pass(1000);
    return { fake, container };
  }

  const run = (fake: FakeBay) => fake.bay.view().run;

  it('passes when what it flashes is what it was when it began', async () => {
    const { fake, container } = await adopted();
    container.print('DONE');
    await fake.pass(1000);
    expect(run(fake)?.verdict).toBe('PASS');
  });

  it('never passes when the workspace changed while nobody looked', async () => {
    const { fake, container } = await adopted({ record: { contentHash: 'c'.repeat(64) } });
    container.print('DONE');
    await fake.pass(1000);
    expect(run(fake)).toMatchObject({ verdict: 'ERROR', fault: { code: 'content-changed' } });
  });

  it('never passes when memory ran out while nobody looked', async () => {
    const { fake, container } = await adopted({ meanwhile: (made) => made.starve() });
    container.print('DONE');
    await fake.pass(1000);
    expect(run(fake)).toMatchObject({ verdict: 'ERROR', fault: { code: 'container-out-of-memory' } });
  });

  it('passes by the exit code of a flasher that ended by itself while nobody looked', async () => {
    const { fake } = await adopted({ meanwhile: (container) => container.end(0) });
    expect(run(fake)?.verdict).toBe('PASS');
  });

  it('never passes by the exit code of a flasher that somebody stopped while nobody looked', async () => {
    const { fake } = await adopted({ meanwhile: (container) => container.stop(0) });
    expect(run(fake)).toMatchObject({
      verdict: 'ERROR',
      fault: { code: 'container-killed', params: { exitCode: 0 } },
    });
  });

  it('never passes by an exit code where the engine no longer knows how the flasher ended', async () => {
    const { fake } = await adopted({
      meanwhile(container, { engine }) {
        container.stop(0);
        engine.forget();
      },
    });
    expect(run(fake)).toMatchObject({ verdict: 'ERROR', fault: { code: 'container-end-unknown' } });
  });

  it('passes by what the flasher said, however it ended after that', async () => {
    const { fake } = await adopted({
      meanwhile(container, { engine }) {
        container.print('DONE');
        container.stop(0);
        engine.forget();
      },
    });
    expect(run(fake)?.verdict).toBe('PASS');
  });

  describe('that had asked for the flash', () => {
    it('passes by the exit code of a flasher that had said yes', async () => {
      const { fake, container } = await adopted({ recipe: exits, flash: { takenAt: 2 } });
      container.end(0);
      await fake.pass(1000);
      expect(run(fake)?.verdict).toBe('PASS');
    });

    it('never passes by the exit code of one of which nobody knows whether it heard', async () => {
      const { fake, container } = await adopted({ recipe: exits });
      container.end(0);
      await fake.pass(1000);
      expect(run(fake)).toMatchObject({ verdict: 'ERROR', fault: { code: 'flash-unconfirmed' } });
    });
  });
});

describe('a run whose flasher ends with a code that means success', () => {
  async function flashing(): Promise<{ fake: FakeBay; container: FakeContainer }> {
    const fake = createFakeBay({ recipe: logRecipe });
    await fake.plug();
    await fake.pass(1000);
    return { fake, container: fake.engine.last() };
  }

  it('passes when it ended by itself', async () => {
    const { fake, container } = await flashing();
    container.end(0);
    await fake.pass(1000);
    expect(fake.bay.view().run?.verdict).toBe('PASS');
  });

  it('does not when somebody stopped it: many a program ends with 0 then, however far it is', async () => {
    const { fake, container } = await flashing();
    container.stop(0);
    await fake.pass(1000);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'container-killed' } });
  });

  it.each([
    [
      'by itself is the unit’s FAIL',
      (container: FakeContainer) => container.end(3),
      'FAIL',
      'flash-failed-exit',
    ],
    [
      'because somebody stopped it is none',
      (container: FakeContainer) => container.stop(3),
      'ERROR',
      'container-killed',
    ],
  ])('and with one that means failure %s', async (_, end, verdict, code) => {
    const { fake, container } = await flashing();
    end(container);
    await fake.pass(1000);
    expect(fake.bay.view().run).toMatchObject({ verdict, fault: { code } });
  });

  it('does not when the engine went down with it and has forgotten', async () => {
    const { fake, container } = await flashing();
    fake.engine.lose();
    container.stop(0);
    fake.engine.forget();
    await fake.pass(500);
    fake.engine.comeBack();
    await fake.pass(1000);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'container-end-unknown' } });
  });
});
