import { describe, expect, it } from 'vitest';
import { fault } from '../../src-shared/model/result.js';
import { createFakeClock } from './clock.js';
import { createFakeEngine, fakeSpec, type FakeEngine } from './engine.js';

const stationId = 'station-1';

function setUp(): FakeEngine {
  return createFakeEngine({ clock: createFakeClock(), stationId });
}

async function started(engine: FakeEngine, changes = {}): Promise<string> {
  const created = await engine.createContainer(fakeSpec(stationId, changes));
  if (!created.ok) throw new Error(created.error.code);
  await engine.startContainer(created.value.id);
  return created.value.id;
}

describe('the fake engine', () => {
  it('runs a container through a scripted lifetime and tells its events', async () => {
    const engine = setUp();
    const events: string[] = [];
    engine.containerEvents.subscribe(({ type, exitCode }) => events.push(`${type} ${exitCode ?? ''}`.trim()));
    engine.onStarted = (container) => {
      container.print('flashing');
      container.end(0);
    };
    const id = await started(engine);
    const lines: string[] = [];
    await engine.followLogs(id, {
      signal: new AbortController().signal,
      onLine: ({ text }) => lines.push(text),
    });
    expect(lines).toEqual(['flashing']);
    await engine.removeContainer(id);
    expect(events).toEqual(['started', 'died 0', 'removed']);
  });

  it('goes on with a log after a time stamp, without the lines before it', async () => {
    const engine = setUp();
    const id = await started(engine);
    const container = engine.last();
    for (const text of ['one', 'two', 'three']) container.print(text);
    container.end(0);
    const all: { at: string; text: string }[] = [];
    const { signal } = new AbortController();
    await engine.followLogs(id, { signal, onLine: (line) => all.push(line) });
    const rest: string[] = [];
    const since = all[0]?.at ?? '';
    await engine.followLogs(id, { since, signal, onLine: ({ text }) => rest.push(text) });
    expect(rest).toEqual(['two', 'three']);
  });

  it('refuses a port that is taken and a device that is gone when a container starts', async () => {
    const engine = setUp();
    engine.takenPorts.add(1080);
    engine.goneNodes.add('/dev/ttyACM0');
    const spec = fakeSpec(stationId, { publish: { containerPort: 80, hostPort: 1080 } });
    const taken = engine.plant(spec, 'created');
    expect(await engine.startContainer(taken.id)).toMatchObject({ error: { code: 'container-port-taken' } });
    const device = { node: '/dev/ttyACM0', kind: 'device', target: '/dev/ttyACM0' } as const;
    const gone = engine.plant(fakeSpec(stationId, { device }), 'created');
    expect(await engine.startContainer(gone.id)).toMatchObject({ error: { code: 'container-device-gone' } });
  });

  it('fails on demand, once', async () => {
    const engine = setUp();
    engine.failNext('createContainer', fault('container-no-space'));
    const spec = fakeSpec(stationId);
    expect(await engine.createContainer(spec)).toMatchObject({ error: { code: 'container-no-space' } });
    expect(await engine.createContainer(spec)).toMatchObject({ ok: true });
  });

  it('holds a call up until it is let go', async () => {
    const engine = setUp();
    const letGo = engine.hold('createContainer');
    let answered = false;
    const creating = engine.createContainer(fakeSpec(stationId)).then(() => (answered = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    letGo();
    await creating;
    expect(answered).toBe(true);
  });

  it('says nothing while it is lost, and what was printed meanwhile once it is back', async () => {
    const engine = setUp();
    const id = await started(engine);
    const lines: string[] = [];
    const { signal } = new AbortController();
    const following = engine.followLogs(id, { signal, onLine: ({ text }) => lines.push(text) });
    await Promise.resolve();
    engine.lose();
    engine.last().print('unheard');
    expect(await engine.listOwned()).toMatchObject({ error: { code: 'engine-lost' } });
    expect(lines).toEqual([]);
    engine.last().end(0);
    engine.comeBack();
    await following;
    expect(lines).toEqual(['unheard']);
    expect(engine.open).toBe(0);
  });

  it('lists the containers of its station only', async () => {
    const engine = setUp();
    engine.plant(fakeSpec(stationId, { name: 'ours' }));
    engine.plant(fakeSpec('another', { name: 'theirs' }));
    const owned = await engine.listOwned();
    expect(owned.ok && owned.value.map(({ name }) => name)).toEqual(['ours']);
  });
});
