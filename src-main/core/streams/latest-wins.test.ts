import { expect, it } from 'vitest';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createLatestWins } from './latest-wins.js';

it('passes the first on at once and the last of a burst when the pause is over', () => {
  const clock = createFakeClock();
  const calls: string[] = [];
  const throttle = createLatestWins<string>({
    clock,
    every: 100,
    call: (key) => calls.push(`${key}@${clock.now()}`),
  });
  const start = clock.now();
  for (let i = 0; i < 5; i += 1) throttle.touch('a');
  throttle.touch('b');
  expect(calls).toEqual([`a@${start}`, `b@${start}`]);
  clock.advance(100);
  expect(calls).toEqual([`a@${start}`, `b@${start}`, `a@${start + 100}`]);
  clock.advance(500);
  expect(calls).toHaveLength(3);
});

it('leaves no timer behind', () => {
  const clock = createFakeClock();
  const calls: string[] = [];
  const throttle = createLatestWins<string>({ clock, every: 100, call: (key) => calls.push(key) });
  throttle.touch('a');
  throttle.touch('a');
  throttle.dispose();
  clock.advance(1000);
  expect(calls).toEqual(['a']);
});
