import { describe, expect, it } from 'vitest';
import { createRun } from '../../../test/fakes/records.js';
import { httpRecipe, logRecipe } from '../../../test/fakes/bay.js';
import { parsedRecipe } from '../../../test/fakes/recipes.js';
import type { ContainerInfo } from '../docker/engine.js';
import { decideResumption } from './adoption.js';

const { recipe, hash } = parsedRecipe(httpRecipe);
const loaded = { recipe, hash, file: 'r.yaml' };

function container(change: Partial<ContainerInfo> = {}): ContainerInfo {
  return {
    id: 'c1',
    name: 'slipway-bay1-run-1',
    image: 'i',
    imageId: 'i',
    labels: {},
    state: 'running',
    exitCode: null,
    outOfMemory: false,
    startedAt: 1,
    finishedAt: null,
    published: {},
    ...change,
  };
}

function record(phase: 'start' | 'panel' | 'flash' | 'test') {
  return createRun({
    id: 'run-000001',
    recipeHash: hash,
    portIdentity: 'A',
    phases: [{ phase, startedAt: 1, endedAt: null }],
  });
}

describe('a run that another life of the station began', () => {
  it.each([
    ['start', 'panel'],
    ['panel', 'panel'],
    ['flash', 'flash'],
    ['test', 'test'],
  ] as const)('in phase %s goes on at %s', (phase, resume) => {
    const options = { record: record(phase), container: container(), recipe: loaded, portIdentity: 'A' };
    expect(decideResumption(options)).toBe(resume);
  });

  it('that needs no panel goes on with its output', () => {
    const plain = parsedRecipe(logRecipe);
    const options = {
      record: { ...record('start'), recipeHash: plain.hash },
      container: container(),
      recipe: { recipe: plain.recipe, hash: plain.hash, file: 'p.yaml' },
      portIdentity: 'A',
    };
    expect(decideResumption(options)).toBe('flash');
  });

  it('whose container ended meanwhile is judged by what it left', () => {
    const ended = container({ state: 'exited', exitCode: 0 });
    expect(
      decideResumption({ record: record('flash'), container: ended, recipe: loaded, portIdentity: 'A' }),
    ).toBe('flash');
  });

  it.each(['start', 'panel'] as const)(
    'that ended in phase %s, before anybody asked it to flash, is interrupted',
    (phase) => {
      const ended = container({ state: 'exited', exitCode: 0 });
      const options = { record: record(phase), container: ended, recipe: loaded, portIdentity: 'A' };
      expect(decideResumption(options)).toMatchObject({
        verdict: 'ERROR',
        fault: { code: 'run-interrupted' },
      });
    },
  );

  it.each([
    ['the unit is gone', { portIdentity: undefined }, 'ABORTED', 'unplugged-while-away'],
    ['another unit is there', { portIdentity: 'B' }, 'ABORTED', 'unplugged-while-away'],
    ['the container is gone', { container: undefined }, 'ERROR', 'run-interrupted'],
    ['the container never ran', { container: container({ state: 'created' }) }, 'ERROR', 'run-interrupted'],
    ['the recipe is gone', { recipe: undefined }, 'ERROR', 'run-interrupted'],
    ['the recipe changed', { recipe: { ...loaded, hash: 'other' } }, 'ERROR', 'run-interrupted'],
  ] as const)('ends when %s', (_, change, verdict, code) => {
    const options = {
      record: record('flash'),
      container: container(),
      recipe: loaded,
      portIdentity: 'A',
      ...change,
    };
    expect(decideResumption(options)).toMatchObject({ verdict, fault: { code } });
  });
});
