import { describe, expect, it } from 'vitest';
import { bays } from '../../../test/looks/scenes.js';
import { deviceName, elapsed, lookOf, primaryAction, yieldOf } from './bay-look.js';

const views = bays(16);
const port = views[0]?.port;

describe('how a bay is drawn', () => {
  it('gives every verdict a word, a colour and a shape of its own', () => {
    const verdicts = views.map(lookOf).filter(({ verdict }) => verdict !== null);
    for (const part of ['word', 'tone', 'verdict'] as const) {
      expect(new Set(verdicts.map((look) => look[part])).size).toBe(5);
    }
  });

  it('says what to do, not that it works, while it waits for an operator', () => {
    const view = views.find(({ status, run }) => status === 'running' && run !== null);
    if (view?.run === undefined || view.run === null) throw new Error('no running bay');
    const asking = lookOf({
      ...view,
      run: { ...view.run, asks: { kind: 'identity', hint: null, pattern: '^W' } },
    });
    expect(asking).toMatchObject({ tone: 'blocked', word: 'words.asks.identity', verdict: null });
  });

  it('offers what the bay can do, and nothing where it can do nothing', () => {
    const actions = Object.fromEntries(views.map((view) => [view.status, primaryAction(view)]));
    expect(actions).toEqual({
      running: 'abort',
      ended: 'retry',
      ready: 'flash',
      blocked: 'flash',
      unmatched: null,
      disabled: null,
      empty: null,
      settling: null,
    });
  });

  it('names the device by its product and its port', () => {
    if (port === null || port === undefined) throw new Error('no port');
    expect(deviceName(port)).toEqual({ product: 'Widgy Serial', port: 'ttyACM0' });
  });

  it('stops the clock with the run, and never runs it backwards', () => {
    expect(elapsed({ startedAt: 1000, endedAt: 4000 }, 99_000)).toBe(3000);
    expect(elapsed({ startedAt: 1000, endedAt: null }, 6000)).toBe(5000);
    expect(elapsed({ startedAt: 7000, endedAt: null }, 6000)).toBe(0);
  });

  it('counts into the yield only units that were judged', () => {
    const counters = { since: 0, runs: 12, units: 10, pass: 9, fail: 1, other: 2 };
    expect(yieldOf(counters)).toBe(90);
    expect(yieldOf({ ...counters, pass: 0, fail: 0 })).toBeNull();
  });
});
