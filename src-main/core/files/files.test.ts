import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFile, replaceFile } from './atomic-file.js';
import { readBoundedFile } from './bounded-file.js';
import { createRefresher } from './refresher.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-files-'));
  file = join(folder, 'file');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (path = file): string => readFileSync(path, 'utf8');

describe('replacing a file', () => {
  it('makes one that is not there, with the mode asked for', async () => {
    await replaceFile(file, 'a', 0o640);
    expect(text()).toBe('a');
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('keeps the mode of one that is there, and what a link leads to', async () => {
    writeFileSync(join(folder, 'real'), 'old');
    chmodSync(join(folder, 'real'), 0o664);
    symlinkSync('real', file);
    await replaceFile(file, 'new', 0o600);
    expect(text(join(folder, 'real'))).toBe('new');
    expect(statSync(file).mode & 0o777).toBe(0o664);
    expect(readdirSync(folder).sort()).toEqual(['file', 'real']);
  });

  it('never changes the old content in place', async () => {
    writeFileSync(file, 'old');
    linkSync(file, join(folder, 'before'));
    await replaceFile(file, 'new', 0o600);
    expect(text(join(folder, 'before'))).toBe('old');
  });

  it('leaves nothing behind when it fails', async () => {
    mkdirSync(file);
    await expect(replaceFile(file, 'new', 0o600)).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(folder)).toEqual(['file']);
  });
});

describe('creating a file', () => {
  it('succeeds for exactly one of many', async () => {
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, n) => createFile(file, String(n), 0o600)),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(text()).toBe(String(results.indexOf(true)));
    expect(readdirSync(folder)).toEqual(['file']);
  });
});

describe('reading a file', () => {
  it('stops one byte after the limit', async () => {
    writeFileSync(file, 'abcdef');
    const read = async (limit: number): Promise<string> => {
      const result = await readBoundedFile(file, limit);
      return result.ok ? Buffer.from(result.value).toString() : result.error;
    };
    expect(await read(3)).toBe('abcd');
    expect(await read(6)).toBe('abcdef');
  });

  it('says why it cannot', async () => {
    const why = async (path: string): Promise<unknown> => await readBoundedFile(path, 10);
    expect(await why(join(folder, 'none'))).toEqual({ ok: false, error: 'ENOENT' });
    expect(await why(folder)).toEqual({ ok: false, error: 'not-a-file' });
    expect(await why('/dev/null')).toEqual({ ok: false, error: 'not-a-file' });
  });

  it('does not wait at a pipe that nobody writes to', async () => {
    execFileSync('mkfifo', [file]);
    expect(await readBoundedFile(file, 10)).toEqual({ ok: false, error: 'not-a-file' });
  });
});

describe('a refresh', () => {
  it('runs once more for all that is asked for meanwhile, and never twice at once', async () => {
    let running = 0;
    let runs = 0;
    const overtakenAtEnd: boolean[] = [];
    const refresh = createRefresher(async (overtaken) => {
      running += 1;
      runs += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      overtakenAtEnd.push(overtaken());
      running -= 1;
    });
    await Promise.all([refresh(), refresh(), refresh()]);
    expect(runs).toBe(2);
    expect(overtakenAtEnd).toEqual([true, false]);
    await refresh();
    expect(runs).toBe(3);
  });

  it('that throws does so to whoever asked, and the next one runs again', async () => {
    let broken = true;
    const refresh = createRefresher(() => (broken ? Promise.reject(new Error('bug')) : Promise.resolve()));
    await expect(refresh()).rejects.toThrow('bug');
    broken = false;
    await refresh();
  });
});
