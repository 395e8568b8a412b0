import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheCandidates } from './cache.mjs';
import { withLock } from './lock.mjs';
import { markOf, stillRuns } from './process.mjs';
import { findProgram, run } from './run.mjs';
import { duration } from './say.mjs';
import { integrityOfFile } from './sha512.mjs';
import { relay } from './socket-relay.mjs';

const silent = () => undefined;

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-lib-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the cache folder', () => {
  const place = { home: '/home/a', uid: 1000, temporary: '/tmp' };

  it('is what SLIPWAY_CACHE names, and nothing else then', () => {
    expect(cacheCandidates({ ...place, env: { SLIPWAY_CACHE: '/x', XDG_CACHE_HOME: '/y' } })).toEqual(['/x']);
  });

  it('is in the XDG cache, else in the home folder', () => {
    expect(cacheCandidates({ ...place, env: { XDG_CACHE_HOME: '/y' } })[0]).toBe('/y/slipway');
    expect(cacheCandidates({ ...place, env: {} })[0]).toBe('/home/a/.cache/slipway');
  });

  it('is in /var/cache for root without a home', () => {
    expect(cacheCandidates({ env: {}, home: undefined, uid: 0, temporary: '/tmp' })).toEqual([
      '/var/cache/slipway',
      '/tmp/slipway-0',
    ]);
  });
});

describe('a lock', () => {
  it('lets one at a time work', async () => {
    const file = join(folder, 'lock');
    /** @type {string[]} */
    const events = [];
    /** @param {string} name */
    const work = (name) =>
      withLock(
        file,
        'working',
        async () => {
          events.push(`${name} begins`);
          await sleep(20);
          events.push(`${name} ends`);
        },
        { log: silent },
      );
    await Promise.all([work('a'), work('b')]);
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(existsSync(file)).toBe(false);
  });

  it('is taken over from a process that has died', async () => {
    const file = join(folder, 'lock');
    writeFileSync(file, JSON.stringify({ pid: process.pid, started: 'in another life' }));
    expect(await withLock(file, 'working', () => Promise.resolve('done'))).toBe('done');
  });

  it('is given back when the work fails', async () => {
    const file = join(folder, 'lock');
    await expect(withLock(file, 'working', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(file)).toBe(false);
  });

  it('names the file to delete when it waits for too long', async () => {
    const file = join(folder, 'lock');
    writeFileSync(file, JSON.stringify(markOf(process.pid)));
    await expect(
      withLock(file, 'working', () => Promise.resolve(), { timeoutMs: 1, log: silent }),
    ).rejects.toThrow(file);
    expect(readFileSync(file, 'utf8')).toContain(String(process.pid));
  });
});

describe('a process', () => {
  it('is told apart from a later one with the same id', () => {
    const mark = markOf(process.pid);
    expect(mark !== undefined && stillRuns(mark)).toBe(true);
    expect(stillRuns({ pid: process.pid, started: '1' })).toBe(false);
    expect(markOf(0)).toBeUndefined();
  });
});

describe('running a program', () => {
  it('returns its output and exit code', async () => {
    const outcome = await run(process.execPath, ['-e', 'console.log(1); process.exit(3)'], { capture: true });
    expect(outcome).toEqual({ code: 3, stdout: '1\n', stderr: '' });
  });

  it('returns 127 for one that does not exist', async () => {
    expect((await run('no-such-program', [], { capture: true })).code).toBe(127);
    expect(findProgram('no-such-program')).toBeUndefined();
  });

  it('ends it after its time', async () => {
    const outcome = await run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      capture: true,
      timeoutMs: 100,
    });
    expect(outcome.code).toBe(128);
  });
});

describe('small things', () => {
  it('tells durations as people do', () => {
    expect([850, 12_340, 125_000].map(duration)).toEqual(['850 ms', '12.3 s', '2 min 05 s']);
  });

  it('computes the integrity that package managers write', async () => {
    const file = join(folder, 'empty');
    writeFileSync(file, '');
    expect(await integrityOfFile(file)).toBe(
      'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==',
    );
  });
});

describe('the relay of a socket', () => {
  it('passes both directions on, and an end that is only half one', async () => {
    const target = join(folder, 'target.sock');
    const front = join(folder, 'front.sock');
    const echo = createServer({ allowHalfOpen: true }, (socket) => {
      let heard = '';
      socket.on('data', (data) => {
        heard += data.toString();
      });
      socket.on('end', () => socket.end(`heard ${heard}`));
    });
    await new Promise((resolve) => echo.listen(target, () => resolve(undefined)));
    const server = await new Promise((resolve) => {
      const made = relay(front, target, () => resolve(made));
    });
    try {
      const answer = await new Promise((resolve, reject) => {
        const socket = connect({ path: front, allowHalfOpen: true });
        let text = '';
        socket.on('data', (data) => {
          text += data.toString();
        });
        socket.on('end', () => resolve(text));
        socket.on('error', reject);
        socket.end('hello');
      });
      expect(answer).toBe('heard hello');
    } finally {
      server.close();
      echo.close();
    }
  });
});
