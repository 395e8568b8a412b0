import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/fakes/clock.js';
import { createFakeStation, fakeBay, fakeRunningBay, type FakeStation } from '../../test/fakes/station.js';
import { createLog } from './log.js';
import { createQuit, type Quit, type QuitAnswer } from './quit.js';

let station: FakeStation;
let clock: FakeClock;
let quit: Quit;
let asked: number[][];
let askedNatively: number[][];
let exits: number[];
let hasPage: boolean;
let pageAnswers: boolean;
let answerNatively: (answer: QuitAnswer) => void;
let stopped: Promise<void>;

beforeEach(() => {
  station = createFakeStation({ home: '/home' });
  clock = createFakeClock();
  asked = [];
  askedNatively = [];
  exits = [];
  hasPage = true;
  pageAnswers = true;
  stopped = Promise.resolve();
  quit = createQuit({
    station: {
      bays: () => station.bays(),
      async stop(mode) {
        await station.stop(mode);
        await stopped;
      },
    },
    askInWindow: (running) => hasPage && asked.push(running) > 0,
    askNatively: (running) => {
      askedNatively.push(running);
      return new Promise((resolve) => (answerNatively = resolve));
    },
    pageIsAlive: () => (pageAnswers ? Promise.resolve() : new Promise(() => undefined)),
    exit: (code) => void exits.push(code),
    clock,
    log: createLog(
      () => undefined,
      () => 0,
    ),
  });
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const flashing = (): void => {
  station.setBay(fakeRunningBay(1));
  station.setBay(fakeBay(2));
  station.setBay(fakeRunningBay(3));
};

describe('leaving', () => {
  it('asks nothing when nothing is being flashed', async () => {
    station.setBay(fakeBay(1));
    quit.request();
    await settled();
    expect(asked).toEqual([]);
    expect(station.stops).toEqual(['abort-runs']);
    expect(exits).toEqual([0]);
    expect(quit.isUnderWay).toBe(true);
  });

  it('asks in the window which bays are meant, and does nothing until it is answered', async () => {
    flashing();
    quit.request();
    await settled();
    expect(asked).toEqual([[1, 3]]);
    expect(station.stops).toEqual([]);
    expect(exits).toEqual([]);
  });

  it.each(['leave-running', 'abort-runs'] as const)('does what was answered: %s', async (answer) => {
    flashing();
    quit.request();
    quit.answer(answer);
    await settled();
    expect(station.stops).toEqual([answer]);
    expect(exits).toEqual([0]);
  });

  it('is off the table when the answer is to stay, and asks anew the next time', async () => {
    flashing();
    quit.request();
    quit.answer('stay');
    quit.answer('abort-runs');
    await settled();
    expect(station.stops).toEqual([]);
    quit.request();
    expect(asked).toHaveLength(2);
  });

  it('takes no answer to a question that nobody asked', async () => {
    flashing();
    quit.answer('abort-runs');
    await settled();
    expect(station.stops).toEqual([]);
  });

  it('waits for an answer for as long as it takes, while the page lives', async () => {
    flashing();
    quit.request();
    await settled();
    clock.advance(3_600_000);
    expect(askedNatively).toEqual([]);
    expect(exits).toEqual([]);
  });

  it.each<[string, () => void]>([
    ['has not been loaded', () => (hasPage = false)],
    ['hangs', () => (pageAnswers = false)],
  ])('asks by the system when the page %s', async (_why, prepare) => {
    prepare();
    flashing();
    quit.request();
    await settled();
    clock.advance(3000);
    expect(askedNatively).toEqual([[1, 3]]);
    // The window's close button again: one question is enough.
    quit.request();
    expect(askedNatively).toHaveLength(1);
    answerNatively('leave-running');
    await settled();
    expect(station.stops).toEqual(['leave-running']);
  });

  it('asks by the system when the page crashes before it has answered', async () => {
    flashing();
    quit.request();
    quit.pageIsGone();
    expect(askedNatively).toEqual([[1, 3]]);
    answerNatively('stay');
    await settled();
    expect(station.stops).toEqual([]);
    quit.pageIsGone();
    expect(askedNatively).toHaveLength(1);
  });

  it('by a signal asks nobody, and happens once', async () => {
    flashing();
    quit.now('abort-runs');
    quit.now('leave-running');
    quit.request();
    await settled();
    expect(asked).toEqual([]);
    expect(station.stops).toEqual(['abort-runs']);
    expect(exits).toEqual([0]);
  });

  it('by a signal overrules a question that is still open', async () => {
    flashing();
    quit.request();
    quit.now('leave-running', 3000);
    quit.answer('abort-runs');
    await settled();
    expect(station.stops).toEqual(['leave-running']);
  });

  it('does not wait for ever for a station that does not stop, and says so by its exit code', async () => {
    stopped = new Promise(() => undefined);
    quit.now('leave-running', 3000);
    await settled();
    clock.advance(2999);
    expect(exits).toEqual([]);
    clock.advance(1);
    expect(exits).toEqual([1]);
  });

  it('with a station that fails to stop ends all the same, with exit code 1', async () => {
    stopped = Promise.reject(new Error('no'));
    quit.request();
    await settled();
    expect(exits).toEqual([1]);
  });
});
