import { describe, expect, it } from 'vitest';
import { sleep } from '../../src-main/core/clock.js';
import { createFakeClock } from './clock.js';

describe('the fake clock', () => {
  it('stands still until it is moved', () => {
    const clock = createFakeClock(1000);
    let fired = false;
    clock.after(10, () => (fired = true));
    expect(clock.now()).toBe(1000);
    clock.advance(9);
    expect(fired).toBe(false);
    clock.advance(1);
    expect(fired).toBe(true);
    expect(clock.now()).toBe(1010);
    expect(clock.timers).toBe(0);
  });

  it('fires in order of time, then of making, and shows each timer its own time', () => {
    const clock = createFakeClock(0);
    const seen: string[] = [];
    clock.after(20, () => seen.push(`late ${clock.now()}`));
    clock.after(10, () => seen.push(`first ${clock.now()}`));
    clock.after(10, () => seen.push(`second ${clock.now()}`));
    clock.advance(100);
    expect(seen).toEqual(['first 10', 'second 10', 'late 20']);
    expect(clock.now()).toBe(100);
  });

  it('fires a timer that another one made on the way', () => {
    const clock = createFakeClock(0);
    const seen: number[] = [];
    clock.after(10, () => void clock.after(10, () => seen.push(clock.now())));
    clock.advance(20);
    expect(seen).toEqual([20]);
  });

  it('forgets a timer that was disposed', () => {
    const clock = createFakeClock();
    const timer = clock.after(10, () => expect.unreachable());
    timer.dispose();
    timer.dispose();
    clock.advance(100);
    expect(clock.timers).toBe(0);
  });

  it('lets what is awaited go on between timers', async () => {
    const clock = createFakeClock(0);
    const { signal } = new AbortController();
    const seen: number[] = [];
    const loop = (async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(clock, 10, signal);
        seen.push(clock.now());
      }
    })();
    await clock.advanceAsync(30);
    await loop;
    expect(seen).toEqual([10, 20, 30]);
  });
});
