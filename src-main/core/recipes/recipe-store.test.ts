import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/fakes/eventually.js';
import type { RecipesView } from '../../../src-shared/model/station.js';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { leastRecipe } from '../../../test/fakes/recipes.js';
import { createSystemClock } from '../clock.js';
import type { WatchListener } from '../ports/folder-watches.js';
import { createRecipeStore, type RecipeStore } from './recipe-store.js';

let home: string;
let folder: string;
let store: RecipeStore;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slipway-recipes-'));
  folder = join(home, 'recipes');
  store = createRecipeStore({ folder, clock: createSystemClock() });
});

afterEach(() => {
  store.dispose();
  rmSync(home, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), text);
}

function named(name: string): string {
  return leastRecipe.replace('panel-less', name);
}

const names = (): string[] => store.all().map(({ recipe }) => recipe.name);
const problems = (): string[] =>
  store.view.problems.map(({ file, message }) => `${file.slice(folder.length + 1)} ${message}`);

describe('the recipes of a folder', () => {
  it('are its yaml files, by file name, and nothing else', async () => {
    write('b.yaml', named('one'));
    write('a.yml', named('two'));
    write('.c.yaml', named('hidden'));
    write('d.yaml~', named('backup'));
    write('readme.md', 'a: 1');
    mkdirSync(join(folder, 'e'));
    await store.start();
    expect(names()).toEqual(['two', 'one']);
    expect(problems()).toEqual([]);
    expect(store.find('one')?.file).toBe(join(folder, 'b.yaml'));
    expect(store.find('three')).toBeUndefined();
    expect(store.view.recipes[0]).toMatchObject({
      name: 'two',
      image: 'plain-flasher',
      hash: store.find('two')?.hash,
    });
  });

  it('go on when one of them is broken, and a broken one is not used as it was', async () => {
    write('a.yaml', named('one'));
    write('b.yaml', named('two'));
    await store.start();
    write('a.yaml', `${named('one')}nonsense: 1\n`);
    await eventually(() => expect(problems()).toEqual(['a.yaml unknownKey']));
    expect(names()).toEqual(['two']);
    write('a.yaml', named('one'));
    await eventually(() => expect(names()).toEqual(['one', 'two']));
    expect(problems()).toEqual([]);
  });

  it('follow files that come, change, are replaced and go', async () => {
    mkdirSync(folder);
    await store.start();
    const seen: RecipesView[] = [];
    const subscription = store.changes.subscribe((view) => seen.push(view));
    write('a.yaml', named('one'));
    await eventually(() => expect(names()).toEqual(['one']));
    const hash = store.find('one')?.hash;
    writeFileSync(join(home, 'new'), `${named('one')}# changed\n`);
    renameSync(join(home, 'new'), join(folder, 'a.yaml'));
    await eventually(() => expect(store.find('one')?.hash).not.toBe(hash));
    rmSync(join(folder, 'a.yaml'));
    await eventually(() => expect(names()).toEqual([]));
    expect(seen).toHaveLength(3);
    subscription.dispose();
  });

  it('are found in a folder that comes later, goes and comes back', async () => {
    await store.start();
    expect(store.view).toEqual({ recipes: [], problems: [] });
    write('a.yaml', named('one'));
    await eventually(() => expect(names()).toEqual(['one']));
    rmSync(folder, { recursive: true });
    await eventually(() => expect(names()).toEqual([]));
    write('a.yaml', named('two'));
    await eventually(() => expect(names()).toEqual(['two']));
  });

  it('have one name each: the later file of two is refused', async () => {
    write('a.yaml', named('one'));
    write('b.yaml', `# mine\n${named('one')}`);
    await store.start();
    expect(store.find('one')?.file).toBe(join(folder, 'a.yaml'));
    expect(store.view.problems).toEqual([
      {
        file: join(folder, 'b.yaml'),
        line: 2,
        column: 7,
        at: 'name',
        message: 'nameTaken',
        params: { recipe: 'one', other: join(folder, 'a.yaml') },
      },
    ]);
    rmSync(join(folder, 'a.yaml'));
    await eventually(() => expect(problems()).toEqual([]));
    expect(store.find('one')?.file).toBe(join(folder, 'b.yaml'));
  });

  it('may be a file that cannot be read, which is a problem of that file alone', async () => {
    write('a.yaml', named('one'));
    mkdirSync(join(folder, 'b.yaml'));
    symlinkSync(join(home, 'nothing'), join(folder, 'c.yaml'));
    symlinkSync('/dev/zero', join(folder, 'd.yaml'));
    write('e.yaml', 'x'.repeat(300 * 1024));
    await store.start();
    expect(names()).toEqual(['one']);
    expect(problems()).toEqual(['b.yaml fileUnreadable', 'd.yaml fileUnreadable', 'e.yaml fileTooLarge']);
  });

  it('is a problem when the folder is none', async () => {
    writeFileSync(folder, '');
    await store.start();
    expect(store.view.problems).toMatchObject([{ file: folder, message: 'folderUnreadable' }]);
  });
});

describe('the watch of the recipes', () => {
  it('is opened again with back-off after it failed, and looks again by itself now and then', async () => {
    const clock = createFakeClock();
    const listeners: WatchListener[] = [];
    let refuse = false;
    write('a.yaml', named('one'));
    const store = createRecipeStore({
      folder,
      clock,
      openWatch: (_folder, listener) => {
        if (refuse) throw Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'watch' });
        listeners.push(listener);
        return { dispose: () => undefined };
      },
    });
    await store.start();
    expect(listeners).toHaveLength(1);

    refuse = true;
    listeners[0]?.failed(Object.assign(new Error('gone'), { code: 'EIO', syscall: 'read' }));
    write('b.yaml', named('two'));
    await clock.advanceAsync(250);
    // It looks even though it cannot watch.
    await eventually(() => expect(store.all()).toHaveLength(2));

    refuse = false;
    await clock.advanceAsync(500);
    expect(listeners).toHaveLength(2);

    write('c.yaml', named('three'));
    await clock.advanceAsync(30_000);
    await eventually(() => expect(store.all()).toHaveLength(3));

    store.dispose();
    expect(clock.timers).toBe(0);
  });

  it('waits until a file has been quiet for a moment', async () => {
    const clock = createFakeClock();
    let listener: WatchListener | undefined;
    const store = createRecipeStore({
      folder,
      clock,
      openWatch: (_folder, given) => {
        listener = given;
        return { dispose: () => undefined };
      },
    });
    mkdirSync(folder);
    await store.start();
    write('a.yaml', named('one'));
    for (let step = 0; step < 5; step += 1) {
      listener?.entry('change', 'a.yaml');
      await clock.advanceAsync(99);
    }
    expect(store.all()).toHaveLength(0);
    await clock.advanceAsync(1);
    await eventually(() => expect(store.all()).toHaveLength(1));
    store.dispose();
    expect(clock.timers).toBe(0);
  });
});
