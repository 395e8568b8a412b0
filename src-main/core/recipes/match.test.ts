import { describe, expect, it } from 'vitest';
import type { Port } from '../../../src-shared/model/port.js';
import { parsedRecipe, replacedInLeast } from '../../../test/fakes/recipes.js';
import { matchRecipe, type LoadedRecipe } from './match.js';

const arduino: Port = {
  path: '/dev/ttyACM0',
  node: '/dev/ttyACM0',
  kind: 'device',
  physicalPath: 'usb:1-2:1.0',
  vendorId: '2341',
  productId: '0043',
  serialNumber: 'A1',
  identity: '1',
};
const terminal: Port = {
  path: '/run/widgets/one',
  node: '/dev/pts/4',
  kind: 'pseudo-terminal',
  physicalPath: 'virtual:/run/widgets/one',
  identity: '2',
};

function recipe(name: string, match: string): LoadedRecipe {
  const text = replacedInLeast('{ vendorId: "2341" }', match).replace('panel-less', name);
  const { recipe, hash } = parsedRecipe(text);
  return { recipe, hash, file: `${name}.yaml` };
}

function chosen(recipes: LoadedRecipe[], port: Port, bay = 1): string {
  const result = matchRecipe(recipes, port, bay);
  return result.ok ? result.value.recipe.name : JSON.stringify(result.error);
}

describe('the recipe for a port', () => {
  it('is the one whose match names the device, whatever the case of its digits', () => {
    const recipes = [
      recipe('uno', '{ vendorId: 2341, productId: 0043 }'),
      recipe('other', '{ vendorId: 0A5F }'),
    ];
    expect(chosen(recipes, arduino)).toBe('uno');
    expect(chosen(recipes, { ...arduino, vendorId: '0a5f' })).toBe('other');
  });

  it('must fit in everything that its match names', () => {
    const recipes = [recipe('uno', '{ vendorId: 2341, serialNumber: B2 }')];
    expect(chosen(recipes, arduino)).toContain('recipe-none-matches');
  });

  it('may be told by the path, the bay, or any of several matches', () => {
    expect(chosen([recipe('all', '{ path: /run/widgets/* }')], terminal)).toBe('all');
    expect(chosen([recipe('all', '{ path: /run/widgets/* }')], arduino)).toContain('recipe-none-matches');
    const hidden = { ...terminal, path: '/home/ana/.cache/widgets/ttyWIDGET0' };
    expect(chosen([recipe('all', '{ path: "**/ttyWIDGET*" }')], hidden)).toBe('all');
    expect(
      chosen([recipe('two', '{ bay: 2 }'), recipe('three', '[{ bay: 3 }, { bay: 4 }]')], terminal, 4),
    ).toBe('three');
  });

  it('is none when none fits, and the port is described', () => {
    const none = (port: Port): unknown => matchRecipe([], port, 1);
    const error = (port: string): unknown => ({
      ok: false,
      error: { code: 'recipe-none-matches', params: { port } },
    });
    expect(none(arduino)).toEqual(error('2341:0043 /dev/ttyACM0'));
    expect(none(terminal)).toEqual(error('/run/widgets/one'));
  });

  it('is never guessed when several fit', () => {
    expect(matchRecipe([recipe('b', '{ bay: 1 }'), recipe('a', '{ vendorId: 2341 }')], arduino, 1)).toEqual({
      ok: false,
      error: { code: 'recipe-several-match', params: { recipes: 'a, b' } },
    });
  });
});
