import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { createBroughtImages } from './brought-images.js';
import { createMadeImages } from './made-images.js';

let folder: ReturnType<typeof createTemporaryFolder>;
beforeEach(() => (folder = createTemporaryFolder()));
afterEach(() => folder.dispose());

describe('what a station made', () => {
  it('is noted in its home, once each, and forgotten when it is gone', async () => {
    const made = createMadeImages(join(folder.path, 'home'));
    expect(await made.all()).toMatchObject({ images: [], builds: [] });
    await Promise.all([made.noteImage('a'), made.noteImage('b'), made.noteImage('a')]);
    await made.noteBuild({ job: 'one', name: 'x:1', layers: ['c', 'd'] });
    await made.noteBuild({ job: 'two', name: 'x:1', layers: ['e'] });
    await made.forget(new Set(['b', 'c', 'e']));
    expect(await createMadeImages(join(folder.path, 'home')).all()).toMatchObject({
      images: ['a'],
      builds: [{ job: 'one', layers: ['d'] }],
    });
  });

  it('counts as nothing where the file says something else, and fails nothing where it cannot be written', async () => {
    writeFileSync(join(folder.path, 'made.json'), '{"version":1,');
    expect((await createMadeImages(folder.path).all()).images).toEqual([]);
    writeFileSync(join(folder.path, 'file'), '');
    const other = createMadeImages(join(folder.path, 'file'));
    await other.noteImage('a');
    expect((await other.all()).images).toEqual([]);
  });

  it('and what was brought fails no load because it cannot be noted', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    const brought = createBroughtImages(join(folder.path, 'file'));
    await brought.add([{ id: 'a', from: 'archive', at: 1 }]);
    expect(await brought.all()).toEqual([]);
  });
});
