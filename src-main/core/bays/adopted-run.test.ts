import { describe, expect, it } from 'vitest';
import { createFakeBay, logRecipe, type FakeBay } from '../../../test/fakes/bay.js';
import { createRun } from '../../../test/fakes/records.js';
import { parsedRecipe } from '../../../test/fakes/recipes.js';
import { planOf } from './run-parts.js';
import { resumeRun } from './run-state.js';

describe('a run that another life of the station began', () => {
  async function adopted(contentHash: string | null): Promise<FakeBay> {
    const fake = createFakeBay({ recipe: logRecipe, automatic: false });
    const loaded = { ...parsedRecipe(logRecipe), file: 'recipe.yaml' };
    const port = await fake.plug();
    const spec = {
      name: 'slipway-bay1-run-000009',
      image: 'flasher:latest',
      labels: {},
      env: {},
      mounts: [],
    };
    const container = fake.engine.plant({
      ...spec,
      network: 'none',
      capabilities: [],
      limits: { memoryBytes: 1, cpus: 1, pids: 8 },
      readOnlyRoot: false,
    });
    const record = createRun({
      id: 'run-000009',
      verdict: null,
      containerId: container.id,
      portIdentity: port.identity,
      contentHash,
      tests: [],
      phases: [{ phase: 'flash', startedAt: 1, endedAt: null }],
    });
    fake.bay.adopt(resumeRun(record, planOf(loaded), port), loaded, 'flash');
    await fake.pass(100);
    container.print('DONE');
    await fake.pass(1000);
    return fake;
  }

  it('passes when what it flashes is what it was when it began', async () => {
    const fake = await adopted('a'.repeat(64));
    expect(fake.bay.view().run?.verdict).toBe('PASS');
  });

  it('never passes when the workspace changed while nobody looked', async () => {
    const fake = await adopted('c'.repeat(64));
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'content-changed' } });
  });
});
