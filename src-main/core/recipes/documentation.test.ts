import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { leastRecipe, sentencesOf } from '../../../test/fakes/recipes.js';
import { parseStationConfig } from '../config/station-config.js';
import { recipeSchema } from './schema.js';

const root = join(import.meta.dirname, '../../..');

function yamlBlocks(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, block]) => block ?? '');
}

function recipesIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name));
}

describe('the recipes that come with the sources', () => {
  it.each([...recipesIn('assets/recipes'), ...recipesIn('demo/recipes')])('are right: %s', (file) => {
    expect(sentencesOf(readFileSync(join(root, file), 'utf8'))).toEqual([]);
  });
});

describe('docs/recipes.md', () => {
  const blocks = yamlBlocks('docs/recipes.md');

  it('begins with a whole recipe that is right', () => {
    expect(sentencesOf(blocks[0] ?? '')).toEqual([]);
  });

  it.each(blocks.slice(1))('shows parts that are right in a recipe: %#', (block) => {
    const whole: unknown = { ...(parse(leastRecipe) as object), container: { panelPort: 80 } };
    const flash = { success: [{ log: 'Done' }] };
    const recipe = { ...(whole as object), flash, ...(parse(block) as object) };
    // The parts are checked as values: their places are those of the document.
    const withText = JSON.parse(JSON.stringify(recipe), (key, value: unknown) =>
      key.endsWith('Id') ? String(value).padStart(4, '0') : value,
    ) as unknown;
    expect(recipeSchema.safeParse(withText).error?.issues ?? []).toEqual([]);
  });

  it.each(Object.keys(recipeSchema.shape))('tells of %s', (field) => {
    expect(readFileSync(join(root, 'docs/recipes.md'), 'utf8')).toContain(`\`${field}\``);
  });
});

describe('docs/station-yaml.md', () => {
  it('shows a station.yaml that is right', () => {
    const [block = ''] = yamlBlocks('docs/station-yaml.md');
    const surroundings = { home: '/srv/slipway', environment: { HOME: '/home/ana' } };
    expect(parseStationConfig(block, 'station.yaml', surroundings)).toMatchObject({ ok: true });
  });
});
