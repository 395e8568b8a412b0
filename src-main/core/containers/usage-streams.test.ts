import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { createFakeEngine, type FakeEngine } from '../../../test/fakes/engine.js';
import type { UsageMessage } from '../../../src-shared/model/container.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { ContainerEvent } from '../docker/engine.js';
import { createEmitter } from '../emitter.js';
import { createUsageStreams, type UsageStreams } from './usage-streams.js';
import type { UsageCounters } from './usage.js';

/** One time that the engine was asked for samples. */
interface Asked {
  id: string;
  signal: AbortSignal;
  sample: (at: number, processorMs: number) => void;
  end: (result: Result<void>) => void;
}

let clock: FakeClock;
let engine: FakeEngine;
let asked: Asked[];
let container: string | null;
let streams: UsageStreams;
let defects: unknown[];
const bayChanges = createEmitter<{ bay: number }>();
const containerEvents = createEmitter<ContainerEvent>();

beforeEach(() => {
  clock = createFakeClock();
  engine = createFakeEngine({ clock, stationId: 'station-1' });
  asked = [];
  container = null;
  defects = [];
  streams = createUsageStreams({
    source: {
      followUsage: (id, { signal, onCounters }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(ok()));
          asked.push({
            id,
            signal,
            sample: (at, processorMs) => onCounters(counters(at, processorMs)),
            end: resolve,
          });
        }),
    },
    engine: {
      get view() {
        return engine.view;
      },
      changes: engine.changes,
      containerEvents,
    },
    containerOf: () => container,
    bayChanges,
    clock,
    onDefect: (error) => defects.push(error),
  });
});

afterEach(async () => {
  await streams.dispose();
  expect(defects).toEqual([]);
  expect(bayChanges.listeners + containerEvents.listeners + engine.open).toBe(0);
  expect(clock.timers).toBe(0);
});

function counters(at: number, processorMs: number): UsageCounters {
  return { at, processorMs, memory: { used: 1, limit: 2 }, network: null, blocks: null, processes: 1 };
}

function follow() {
  const messages: UsageMessage[] = [];
  const subscription = streams.follow(1, (message) => messages.push(message));
  const kinds = (): string[] => messages.map(({ kind }) => kind);
  return { messages, kinds, ...subscription };
}

function hasContainer(id: string | null): Promise<void> {
  container = id;
  bayChanges.emit({ bay: 1 });
  return setImmediate();
}

const lastAsked = (): Asked => {
  const last = asked.at(-1);
  if (last === undefined) throw new Error('nothing was asked of the engine');
  return last;
};

describe('the use of the machine by a bay', () => {
  it('costs nothing while nobody looks', async () => {
    await hasContainer('c1');
    expect(asked).toEqual([]);
    expect(bayChanges.listeners + containerEvents.listeners).toBe(0);
    const one = follow();
    const other = follow();
    await setImmediate();
    expect(asked).toHaveLength(1);
    one.dispose();
    expect(lastAsked().signal.aborted).toBe(false);
    other.dispose();
    await setImmediate();
    expect(lastAsked().signal.aborted).toBe(true);
    expect(bayChanges.listeners + containerEvents.listeners).toBe(0);
  });

  it('is told in samples, the first without rates, the last to whoever comes later', async () => {
    await hasContainer('c1');
    const { messages } = follow();
    await setImmediate();
    lastAsked().sample(1000, 100);
    lastAsked().sample(2000, 600);
    expect(messages.map((message) => message.kind === 'sample' && message.usage.cpuPercent)).toEqual([
      null,
      50,
    ]);
    expect(follow().messages).toEqual([messages[1]]);
  });

  it('goes on with the bay’s next container', async () => {
    const { kinds, messages } = follow();
    await setImmediate();
    expect(kinds()).toEqual(['none']);
    await hasContainer('c1');
    lastAsked().sample(1000, 1);
    lastAsked().end(ok());
    await setImmediate();
    expect(messages.at(-1)).toEqual({ kind: 'stopped', containerId: 'c1' });
    await hasContainer('c2');
    expect(lastAsked().id).toBe('c2');
    lastAsked().sample(9000, 1);
    expect(messages.at(-1)).toMatchObject({ kind: 'sample', containerId: 'c2', usage: { cpuPercent: null } });
  });

  it('begins when a container that was only made is started', async () => {
    await hasContainer('c1');
    const { kinds } = follow();
    await setImmediate();
    lastAsked().end(ok());
    await setImmediate();
    expect(kinds()).toEqual(['stopped']);
    containerEvents.emit({ type: 'started', containerId: 'c1', labels: {}, exitCode: null });
    await setImmediate();
    expect(asked).toHaveLength(2);
  });

  it('asks nothing anew for a change of the bay that is none of its container', async () => {
    await hasContainer('c1');
    follow();
    await setImmediate();
    for (let percent = 0; percent < 50; percent += 1) bayChanges.emit({ bay: 1 });
    await setImmediate();
    expect(asked).toHaveLength(1);
    expect(lastAsked().signal.aborted).toBe(false);
  });

  it('says that the engine is away, and goes on when it is back', async () => {
    await hasContainer('c1');
    const { messages, kinds } = follow();
    await setImmediate();
    lastAsked().sample(1000, 1);
    engine.lose();
    lastAsked().end(fail('engine-lost'));
    await setImmediate();
    expect(messages.at(-1)).toMatchObject({ kind: 'unavailable', fault: { code: 'engine-lost' } });
    engine.comeBack();
    await setImmediate();
    lastAsked().sample(5000, 1);
    expect(kinds()).toEqual(['sample', 'unavailable', 'sample']);
  });

  it('asks again a while after the engine refused', async () => {
    await hasContainer('c1');
    const { kinds } = follow();
    await setImmediate();
    lastAsked().end(fail('engine-error', { reason: 'no' }));
    await setImmediate();
    expect(kinds()).toEqual(['unavailable']);
    clock.advance(2000);
    await setImmediate();
    expect(asked).toHaveLength(2);
  });

  it('says that there is none when the container is gone', async () => {
    await hasContainer('c1');
    const { kinds } = follow();
    await setImmediate();
    lastAsked().end(fail('container-gone'));
    await setImmediate();
    expect(kinds()).toEqual(['none']);
  });
});
