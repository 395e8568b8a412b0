import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/fakes/eventually.js';
import type { Result } from '../../../src-shared/model/result.js';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createSystemClock } from '../clock.js';
import { createConfigStore, type ConfigState, type ConfigStore } from './config-store.js';

let root: string;
let home: string;
let file: string;
let store: ConfigStore;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-config-'));
  home = join(root, 'home');
  file = join(home, 'station.yaml');
  store = createConfigStore({ home, environment: { LANG: 'en_GB' }, clock: createSystemClock() });
});

afterEach(() => {
  store.dispose();
  rmSync(root, { recursive: true, force: true });
});

async function loaded(text: string): Promise<void> {
  const first = await store.load();
  if (!first.ok) throw new Error(JSON.stringify(first.error));
  writeFileSync(file, text);
  const second = await store.load();
  if (!second.ok) throw new Error(JSON.stringify(second.error));
}

function codeOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.error.code;
}

const text = (): string => readFileSync(file, 'utf8');

describe('a new home', () => {
  it('is made for its owner alone, with a station.yaml that explains itself and a folder for recipes', async () => {
    expect(await store.load()).toMatchObject({
      ok: true,
      value: { workspace: join(home, 'workspace'), autoFlash: false },
    });
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(home).sort()).toEqual(['recipes', 'station.yaml']);
    expect(text()).toContain('# What this station is called');
  });

  it('is left as it is when it is there', async () => {
    await loaded('name: mine # my own\n');
    expect(text()).toBe('name: mine # my own\n');
    expect(store.state.config.name).toBe('mine');
  });

  it('is a fault where it cannot be made', async () => {
    writeFileSync(home, '');
    expect(await store.load()).toMatchObject({
      ok: false,
      error: { code: 'home-unwritable', params: { path: home } },
    });
    expect(() => store.state).toThrow();
  });
});

describe('a station.yaml that is wrong', () => {
  it('is a fault with its place and, in the language of the environment, its reason', async () => {
    await store.load();
    store.dispose();
    writeFileSync(file, 'name: a\nlocale: fr\n');
    const spanish = createConfigStore({ home, environment: { LANG: 'es_ES' }, clock: createFakeClock() });
    expect(await spanish.load()).toEqual({
      ok: false,
      error: {
        code: 'config-invalid',
        params: { file, line: 2, column: 9, reason: 'locale: Se esperaba uno de en, es y se encontró «fr».' },
      },
    });
    writeFileSync(file, 'name: a\n');
    expect((await spanish.load()).ok).toBe(true);
    spanish.dispose();
  });

  it('may give one number to two bays, which has a fault of its own', async () => {
    await store.load();
    writeFileSync(file, 'bays:\n  usb:1: { number: 2 }\n  usb:2: { number: 2 }\n');
    expect(await store.load()).toMatchObject({
      ok: false,
      error: { code: 'bay-number-taken', params: { bay: 2 } },
    });
  });

  it('may be no file at all', async () => {
    await store.load();
    rmSync(file);
    symlinkSync('/dev/zero', file);
    expect(await store.load()).toMatchObject({
      ok: false,
      error: { code: 'config-invalid', params: { line: 1, column: 1 } },
    });
  });
});

describe('a change of the settings', () => {
  it('is on disk and in force when it resolves, and leaves everything else as it was', async () => {
    const before = '# mine\nname:   "a"   # the door says so\n\n\nautoFlash: false\n';
    await loaded(before);
    const seen: ConfigState[] = [];
    store.changes.subscribe((state) => seen.push(state));
    const changed = await store.change({ autoFlash: true, locale: 'es', operator: 'Ana: línea 2' });
    expect(changed).toMatchObject({
      ok: true,
      value: { autoFlash: true, locale: 'es', operator: 'Ana: línea 2' },
    });
    expect(text()).toBe(`${before.replace('false', 'true')}locale: es\noperator: "Ana: línea 2"\n`);
    expect(store.state.config.locale).toBe('es');
    expect(seen).toHaveLength(1);
    expect(readdirSync(home).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('starts from what the file says now, and does not touch one that is wrong', async () => {
    await loaded('name: a\n');
    writeFileSync(file, 'name: b\n');
    await store.change({ autoFlash: true });
    expect(text()).toBe('name: b\nautoFlash: true\n');
    writeFileSync(file, 'name: [\n');
    expect(codeOf(await store.change({ autoFlash: false }))).toBe('config-invalid');
    expect(text()).toBe('name: [\n');
    expect(store.state.config.autoFlash).toBe(true);
  });

  it('that would make the file wrong is refused', async () => {
    await loaded('name: a\n');
    expect(codeOf(await store.change({ workspace: 'relative' }))).toBe('config-invalid');
    expect(text()).toBe('name: a\n');
  });

  it('keeps the rights of the file and a link that leads to it', async () => {
    await loaded('name: a\n');
    const real = join(root, 'kept-elsewhere.yaml');
    renameSync(file, real);
    symlinkSync(real, file);
    chmodSync(real, 0o640);
    await store.change({ name: 'b' });
    expect(readFileSync(real, 'utf8')).toBe('name: b\n');
    expect(statSync(real).mode & 0o777).toBe(0o640);
  });

  it('that cannot be written is a fault', async () => {
    await loaded('name: a\n');
    // A name so long that the file written beside it, whose name is longer, cannot be made, whoever asks.
    const real = join(root, 'x'.repeat(250));
    renameSync(file, real);
    symlinkSync(real, file);
    expect(await store.change({ name: 'b' })).toMatchObject({
      ok: false,
      error: { code: 'config-unwritable', params: { path: file } },
    });
    expect(store.state.config.name).toBe('a');
  });
});

describe('a bay', () => {
  it('is added when a new place is seen, and changed where it stands', async () => {
    await loaded('bays:\n  usb:1: { number: 1 } # left\nname: a\n');
    await store.bindBay('usb:1-2:1.0', { number: 2 });
    await store.bindBay('usb:1', { label: 'Left', enabled: false });
    expect(text()).toBe(
      'bays:\n  usb:1: { number: 1, label: Left, enabled: false } # left\n  "usb:1-2:1.0": { number: 2 }\nname: a\n',
    );
    expect([...store.state.config.bays]).toEqual([
      ['usb:1', { number: 1, label: 'Left', enabled: false }],
      ['usb:1-2:1.0', { number: 2, enabled: true }],
    ]);
  });

  it('cannot take the number of another', async () => {
    await loaded('bays:\n  usb:1: { number: 1 }\n');
    expect(codeOf(await store.bindBay('usb:2', { number: 1 }))).toBe('bay-number-taken');
  });

  it('is not lost when many are plugged in at once', async () => {
    await store.load();
    await Promise.all(
      Array.from({ length: 16 }, (_, n) => store.bindBay(`usb:1-${n}:1.0`, { number: n + 1 })),
    );
    expect(store.state.config.bays.size).toBe(16);
    expect(text()).toContain('# The bays, by physical path.');
  });
});

describe('an edit by a person while the station runs', () => {
  it('is picked up; a wrong one is a problem until it is mended, and the last good settings stay', async () => {
    await loaded('name: a\n');
    const seen: ConfigState[] = [];
    store.changes.subscribe((state) => seen.push(state));
    writeFileSync(file, 'name: b\n');
    await eventually(() => expect(store.state.config.name).toBe('b'));
    writeFileSync(file, 'name: c\nnonsense: 1\n');
    await eventually(() => expect(store.state.problem?.code).toBe('config-invalid'));
    expect(store.state.config.name).toBe('b');
    writeFileSync(file, 'name: c\n');
    await eventually(() => expect(store.state.config.name).toBe('c'));
    expect(store.state.problem).toBeNull();
    expect(seen).toHaveLength(3);
  });

  it('may remove the file, which is a problem, too', async () => {
    await loaded('name: a\n');
    rmSync(file);
    await eventually(() => expect(store.state.problem).toMatchObject({ code: 'config-invalid' }));
    expect(existsSync(file)).toBe(false);
    expect(store.state.config.name).toBe('a');
  });

  it('is seen without a watch, and nothing is left running after dispose', async () => {
    const clock = createFakeClock();
    const blind = createConfigStore({
      home,
      environment: {},
      clock,
      openWatch: () => ({ dispose: () => undefined }),
    });
    await blind.load();
    writeFileSync(file, 'name: b\n');
    await clock.advanceAsync(30_000);
    await eventually(() => expect(blind.state.config.name).toBe('b'));
    blind.dispose();
    expect(clock.timers).toBe(0);
  });
});
