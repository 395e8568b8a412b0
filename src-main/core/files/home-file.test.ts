import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { createHomeFile, type HomeFile } from './home-file.js';

describe('a file of the home', () => {
  let folder: ReturnType<typeof createTemporaryFolder>;
  let path: string;
  let file: HomeFile<string[]>;
  beforeEach(() => {
    folder = createTemporaryFolder();
    path = join(folder.path, 'builds', 'made.json');
    file = createHomeFile({ path, schema: z.array(z.string()), empty: [] });
  });
  afterEach(() => folder.dispose());

  it('is empty until it is changed, and then holds every change, made at once or not', async () => {
    expect(await file.read()).toEqual([]);
    await Promise.all(['a', 'b', 'c'].map((each) => file.change((content) => [...content, each])));
    expect(await file.read()).toEqual(['a', 'b', 'c']);
    expect(readdirSync(join(folder.path, 'builds'))).toEqual(['made.json']);
  });

  it.each([
    ['is torn', '["a", "b'],
    ['is a newer station’s', '{ "version": 2 }'],
  ])('is put aside whole before it is written anew where what it says %s', async (_, said) => {
    await file.change(() => ['a']);
    writeFileSync(path, said);
    expect(await file.read()).toEqual([]);
    await file.change((content) => [...content, 'c']);
    expect(await file.read()).toEqual(['c']);
    const aside = readdirSync(join(folder.path, 'builds')).filter((name) => name !== 'made.json');
    expect(aside).toEqual([expect.stringMatching(/^made\.json\.unreadable-\d{4}-\d\d-\d\dT/)]);
    expect(readFileSync(join(folder.path, 'builds', aside[0] ?? ''), 'utf8')).toBe(said);
  });
});
