import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecretStore, type SecretStore } from './secrets.js';

let home: string;
let file: string;
let store: SecretStore;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slipway-secrets-'));
  file = join(home, 'secrets');
  store = createSecretStore({ home });
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
}

const ok = (value: string): unknown => ({ ok: true, value });

describe('the secrets of a station', () => {
  it('are read by name, as they were written', () => {
    write('magicNumber: 8974c408d831\npin: 0042\nodd: 1e5\nlong: "a: b"\n');
    expect(store.check()).toEqual({ ok: true, value: undefined });
    expect(store.read('magicNumber')).toEqual(ok('8974c408d831'));
    expect(store.read('pin')).toEqual(ok('0042'));
    expect(store.read('odd')).toEqual(ok('1e5'));
    expect(store.read('long')).toEqual(ok('a: b'));
  });

  it('are none where there is no file, or an empty one', () => {
    expect(store.check().ok).toBe(true);
    expect(store.read('magicNumber')).toEqual({
      ok: false,
      error: { code: 'secret-missing', params: { name: 'magicNumber' } },
    });
    write('# none yet\n');
    expect(store.check().ok).toBe(true);
  });

  it('are read anew when the file changes', () => {
    write('a: first\n');
    expect(store.read('a')).toEqual(ok('first'));
    write('a: second one\n');
    expect(store.read('a')).toEqual(ok('second one'));
    rmSync(file);
    expect(store.read('a').ok).toBe(false);
  });

  it('are refused when others may read them', () => {
    write('a: secret-value\n');
    chmodSync(file, 0o640);
    expect(store.read('a')).toEqual({
      ok: false,
      error: {
        code: 'secrets-unreadable',
        params: { path: file, reason: 'others than its owner may read it (mode 640); run chmod 600 on it' },
      },
    });
    chmodSync(file, 0o600);
    expect(store.read('a').ok).toBe(true);
  });

  it('are refused when they belong to someone else', () => {
    write('a: secret-value\n');
    const other = createSecretStore({ home, user: (process.getuid?.() ?? 0) + 1 });
    expect(other.check()).toMatchObject({
      ok: false,
      error: { params: { reason: 'it belongs to another user' } },
    });
  });

  it('are a fault when the file is none, in the language asked for', () => {
    mkdirSync(file);
    expect(createSecretStore({ home, locale: () => 'es' }).check()).toMatchObject({
      ok: false,
      error: { params: { reason: 'el sistema no deja leerlo (not-a-file)' } },
    });
  });

  it.each([
    'hunter2-hunter2',
    'a: [hunter2]',
    'a: "hunter2',
    'a: *hunter2',
    'a: !hunter2 x',
    'a: b: hunter2',
    '- hunter2',
  ])('are never shown by the fault of a broken file: %s', (text) => {
    write(text);
    const result = store.check();
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(JSON.stringify(result)).toContain('line 1, column');
  });
});

describe('redacting', () => {
  it('takes every known value out of a text, the longest first', () => {
    write('a: abcd\nb: abcdefgh\nc: "x.*y"\n');
    expect(store.redact('abcdefgh abcd! x.*y xaay')).toBe('••• •••! ••• xaay');
  });

  it('knows the values before anyone has asked for one', () => {
    write('a: abcdef\n');
    expect(store.redact('abcdef')).toBe('•••');
  });

  it('still knows a value that was changed since', () => {
    write('a: old-value\n');
    store.read('a');
    write('a: new-value!\n');
    store.read('a');
    expect(store.redact('old-value new-value!')).toBe('••• •••');
  });

  it('knows each line of a longer secret', () => {
    write('key: |\n  -----BEGIN KEY-----\n  MIIBVgIBADANBg\n');
    store.read('key');
    expect(store.redact('  MIIBVgIBADANBg')).toBe('  •••');
  });

  it('leaves texts alone that hold none, and values too short to tell', () => {
    write('a: abc\n');
    expect(store.redact('abc')).toBe('abc');
  });
});
