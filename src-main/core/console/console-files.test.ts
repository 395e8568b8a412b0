import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { defaultConsoleOptions } from '../../../src-shared/model/console.js';
import type { Fault } from '../../../src-shared/model/result.js';
import { openConsoleLog } from './console-log.js';
import { createOptionsStore } from './options-store.js';

let folder: ReturnType<typeof createTemporaryFolder>;
let faults: Fault[];

beforeEach(() => {
  folder = createTemporaryFolder();
  faults = [];
});
afterEach(() => folder.dispose());

const open = (path: string) =>
  openConsoleLog({ path, onFault: (fault) => void faults.push(fault), onWritten: () => undefined });

describe('the log of a console', () => {
  it('appends every byte in order, in a folder that it makes', async () => {
    const path = join(folder.path, 'consoles', 'bay-01.log');
    for (const half of [0, 1]) {
      const log = await open(path);
      if (!log.ok) throw new Error(log.error.code);
      for (let at = 0; at < 500; at += 1) log.value.append(Buffer.from(`${half} ${at}\n`));
      await log.value.close();
      expect(log.value.bytes).toBeGreaterThan(0);
    }
    const expected = [0, 1].flatMap((half) => Array.from({ length: 500 }, (_, at) => `${half} ${at}\n`));
    expect(readFileSync(path, 'utf8')).toBe(expected.join(''));
  });

  it('says that the disk is full, once, and ends', async () => {
    const log = await open('/dev/full');
    // /dev/full is no regular file: it is refused before anything is written to it.
    expect(log).toMatchObject({ ok: false, error: { params: { reason: 'notAFile' } } });
  });

  it('refuses a folder', async () => {
    expect(await open(folder.path)).toMatchObject({
      ok: false,
      error: { code: 'console-log-unwritable', params: { reason: 'EISDIR' } },
    });
  });

  it('refuses a place that cannot be', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    expect(await open(join(folder.path, 'file', 'bay.log'))).toMatchObject({
      ok: false,
      error: { code: 'console-log-unwritable' },
    });
  });
});

describe('the options of the consoles', () => {
  const changed = { ...defaultConsoleOptions, baudRate: 9600, view: 'hex' } as const;

  it('are remembered by the place of the bay', async () => {
    expect(createOptionsStore(folder.path).of('usb:1-1')).toEqual(defaultConsoleOptions);
    expect((await createOptionsStore(folder.path).set('usb:1-1', changed)).ok).toBe(true);
    const again = createOptionsStore(folder.path);
    expect(again.of('usb:1-1')).toEqual(changed);
    expect(again.of('usb:1-2')).toEqual(defaultConsoleOptions);
  });

  it.each(['{', '{"usb:1-1":{"baudRate":-1}}'])(
    'are the defaults where the file says %s, which is kept',
    (content) => {
      const path = join(folder.path, 'consoles.json');
      writeFileSync(path, content);
      expect(createOptionsStore(folder.path).of('usb:1-1')).toEqual(defaultConsoleOptions);
      expect(readFileSync(`${path}.unreadable`, 'utf8')).toBe(content);
    },
  );

  it('hold until the station stops when they cannot be written', async () => {
    mkdirSync(join(folder.path, 'home'));
    const store = createOptionsStore(join(folder.path, 'home', 'gone'));
    expect(await store.set('usb:1-1', changed)).toMatchObject({
      ok: false,
      error: { code: 'config-unwritable' },
    });
    expect(store.of('usb:1-1')).toEqual(changed);
    expect(existsSync(join(folder.path, 'home', 'gone'))).toBe(false);
  });
});
