import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockHome } from './home-lock.js';
import { identify, isRunning } from './process-identity.js';
import { stationId } from './station-id.js';

let home: string;
let children: ChildProcess[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slipway-lock-'));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

async function sleeper(): Promise<{ child: ChildProcess; pid: number }> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  if (child.pid === undefined) throw new Error('The child did not start');
  await once(child.stdout, 'data');
  return { child, pid: child.pid };
}

function claim(name: string, held = true): void {
  mkdirSync(join(home, 'lock'), { recursive: true });
  writeFileSync(join(home, 'lock', name), '');
  if (held) writeFileSync(join(home, 'lock', `${name}.held`), '');
}

describe('a home', () => {
  it('belongs to one station until that lets go of it', async () => {
    const first = await lockHome(home);
    expect(first.ok).toBe(true);
    expect(await lockHome(home)).toEqual({
      ok: false,
      error: { code: 'home-in-use', params: { pid: process.pid, path: home } },
    });
    if (first.ok) first.value.dispose();
    expect(readdirSync(join(home, 'lock'))).toEqual([]);
    const second = await lockHome(home);
    expect(second.ok).toBe(true);
    if (second.ok) second.value.dispose();
  });

  it('goes to exactly one of many that start at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const results = await Promise.all(Array.from({ length: 8 }, () => lockHome(home)));
      const winners = results.flatMap((result) => (result.ok ? [result.value] : []));
      expect(winners).toHaveLength(1);
      winners[0]?.dispose();
      expect(readdirSync(join(home, 'lock'))).toEqual([]);
    }
  });

  it('is free again when its station was killed', async () => {
    const { child, pid } = await sleeper();
    const start = identify(pid)?.start ?? '';
    claim(`${pid}_${start}_00000000`);
    expect(await lockHome(home)).toMatchObject({
      ok: false,
      error: { code: 'home-in-use', params: { pid } },
    });
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const result = await lockHome(home);
    expect(result.ok).toBe(true);
    expect(readdirSync(join(home, 'lock'))).toHaveLength(2);
    if (result.ok) result.value.dispose();
  });

  it('is not held by a process that has got the number of a dead one', async () => {
    const { pid } = await sleeper();
    claim(`${pid}_12345678-1_00000000`);
    const result = await lockHome(home);
    expect(result.ok).toBe(true);
    if (result.ok) result.value.dispose();
  });

  it('waits for one that starts after it and gives way', async () => {
    // A name larger than that of any process, and not yet held.
    const own = identify(process.pid);
    claim(`${process.pid}_${own?.start ?? ''}_ffffffff`, false);
    setTimeout(() => rmSync(join(home, 'lock', `${process.pid}_${own?.start ?? ''}_ffffffff`)), 50);
    const result = await lockHome(home);
    expect(result.ok).toBe(true);
    if (result.ok) result.value.dispose();
  });

  it('that cannot be written is a fault', async () => {
    writeFileSync(join(home, 'lock'), '');
    expect(await lockHome(home)).toMatchObject({ ok: false, error: { code: 'home-unwritable' } });
  });
});

describe('a process', () => {
  it('is known again, and is told from none', () => {
    const own = identify(process.pid);
    expect(own).not.toBeNull();
    expect(own && isRunning(own)).toBe(true);
    expect(own && isRunning({ ...own, start: 'other' })).toBe(false);
    expect(identify(2 ** 22 + 1)).toBeNull();
  });
});

describe('the id of a station', () => {
  it('is made once, the same for all who ask at once, and kept', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => stationId(home)));
    const first = ids[0];
    expect(first?.ok).toBe(true);
    expect(new Set(ids.map((id) => JSON.stringify(id))).size).toBe(1);
    expect(await stationId(home)).toEqual(first);
    expect(readdirSync(home)).toEqual(['station-id']);
  });

  it('is never made anew over one that is damaged', async () => {
    writeFileSync(join(home, 'station-id'), 'oops');
    expect(await stationId(home)).toMatchObject({
      ok: false,
      error: { code: 'config-invalid', params: { line: 1 } },
    });
  });

  it('is a fault where it cannot be kept', async () => {
    expect(await stationId(join(home, 'missing'))).toMatchObject({
      ok: false,
      error: { code: 'home-unwritable' },
    });
  });
});
