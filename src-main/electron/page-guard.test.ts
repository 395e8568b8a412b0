import { beforeEach, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/fakes/clock.js';
import { createLog } from './log.js';
import { guardPage } from './page-guard.js';

let clock: FakeClock;
let crash: (reason: string) => void;
let hang: () => void;
let reloads: number;
let killed: number;
let goneTimes: number;
let questions: string[];
let answer: boolean;

beforeEach(() => {
  clock = createFakeClock();
  reloads = killed = goneTimes = 0;
  questions = [];
  answer = false;
  guardPage({
    contents: {
      on(event: string, listener: (event: unknown, details: { reason: string }) => void) {
        if (event === 'unresponsive') hang = () => listener({}, { reason: '' });
        else crash = (reason) => listener({}, { reason });
      },
      reload: () => void (reloads += 1),
      forcefullyCrashRenderer: () => void (killed += 1),
    },
    clock,
    log: createLog(
      () => undefined,
      () => 0,
    ),
    askToReload: () => {
      questions.push('reload');
      return Promise.resolve(answer);
    },
    askToInterrupt: () => {
      questions.push('interrupt');
      return Promise.resolve(answer);
    },
    onGone: () => void (goneTimes += 1),
  });
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('loads a page that has crashed anew, and tells whoever waited for it', () => {
  crash('crashed');
  expect([reloads, goneTimes]).toEqual([1, 1]);
});

it('does not take a page that ends in good order for a crash', () => {
  crash('clean-exit');
  expect([reloads, goneTimes]).toEqual([0, 0]);
});

it('asks a person at the third crash within a minute, and begins to count anew', async () => {
  for (const reason of ['crashed', 'oom', 'killed']) crash(reason);
  await settled();
  expect([reloads, questions]).toEqual([2, ['reload']]);
  answer = true;
  for (const reason of ['crashed', 'oom', 'killed']) crash(reason);
  await settled();
  expect([reloads, questions.length]).toEqual([5, 2]);
});

it('goes on loading a page that crashes now and then', () => {
  for (let time = 0; time < 10; time += 1) {
    crash('crashed');
    clock.advance(31_000);
  }
  expect([reloads, questions]).toEqual([10, []]);
});

it('ends a page that hangs only when a person says so', async () => {
  hang();
  await settled();
  expect([killed, questions]).toEqual([0, ['interrupt']]);
  answer = true;
  hang();
  await settled();
  expect(killed).toBe(1);
});
