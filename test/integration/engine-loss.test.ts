import { setTimeout as wait } from 'node:timers/promises';
import Docker from 'dockerode';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startEngine, stopEngine } from '../../scripts/engine.mjs';
import { createSystemClock } from '../../src-main/core/clock.js';
import { createDockerEngine } from '../../src-main/core/docker/docker-engine.js';
import type { ContainerEvent } from '../../src-main/core/docker/engine.js';
import { codeOf, dockerHost, makeEngineBench, removeAllOf, valueOf } from './engine-bench.js';
import { createEngineGate } from './engine-gate.js';
import { ensureTinyImage } from './tiny-image.js';

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

async function behindGate() {
  const gate = await createEngineGate(dockerHost());
  releases.push(() => gate.dispose());
  const bench = await makeEngineBench(gate.uri);
  releases.push(() => bench.dispose());
  const states: string[] = [];
  bench.engine.changes.subscribe(({ state, fault }) => void states.push(fault?.code ?? state));
  return { gate, bench, states };
}

const counting = 'i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo $i; usleep 100000; done';
const counted = Array.from({ length: 40 }, (_, at) => String(at + 1));

describe('the way to the real engine', () => {
  it('breaks in the middle of a run: said at once, found again, and no line lost or doubled', async () => {
    const { gate, bench, states } = await behindGate();
    const id = await bench.run(counting);
    const texts: string[] = [];
    const following = bench.engine.followLogs(id, {
      signal: new AbortController().signal,
      onLine: ({ text }) => void texts.push(text),
    });
    await vi.waitFor(() => expect(texts.length).toBeGreaterThan(5), { timeout: 10_000 });
    await gate.shut();
    await vi.waitFor(() => expect(states).toEqual(['engine-lost']), { timeout: 2000 });
    expect(codeOf(await bench.engine.inspectContainer(id))).toBe('engine-lost');
    expect(codeOf(await bench.engine.createContainer(bench.spec('true')))).toBe('engine-lost');
    await wait(1000);
    await gate.open();
    await vi.waitFor(() => expect(states).toEqual(['engine-lost', 'ready']), { timeout: 10_000 });
    await wait(300);
    gate.shake();
    valueOf(await following);
    expect(texts).toEqual(counted);
  });

  it('breaks for a moment: those who follow containers are told to compare', async () => {
    const { gate, bench, states } = await behindGate();
    await wait(1100);
    gate.shake();
    await vi.waitFor(() => expect(states).toEqual(['ready']), { timeout: 5000 });
    valueOf(await bench.engine.listOwned());
  });

  it('breaks while a container ends: the event is told afterwards', async () => {
    const { gate, bench } = await behindGate();
    const events: ContainerEvent[] = [];
    bench.engine.containerEvents.subscribe((event) => void events.push(event));
    const id = await bench.run('sleep 60');
    await vi.waitFor(() => expect(events.map(({ type }) => type)).toEqual(['started']), { timeout: 5000 });
    await gate.shut();
    await bench.docker.getContainer(id).kill();
    await gate.open();
    await vi.waitFor(() => expect(events.map(({ type }) => type)).toEqual(['started', 'signalled', 'died']), {
      timeout: 10_000,
    });
    const [info] = valueOf(await bench.engine.listOwned());
    expect(info).toMatchObject({ id, state: 'exited', exitCode: 137 });
  });

  it('breaks while a command runs in a container: the command’s caller is told', async () => {
    const { gate, bench } = await behindGate();
    const id = await bench.run('sleep 60');
    const { signal } = new AbortController();
    const running = bench.engine.exec(id, { command: ['sleep', '50'], signal, outputLimit: 10 });
    await wait(500);
    await gate.shut();
    expect(codeOf(await running)).toBe('engine-lost');
    await gate.open();
  });

  it('leaves nothing open when it is disposed, whatever was under way', async () => {
    const { gate, bench } = await behindGate();
    const id = await bench.run('sleep 60');
    const { signal } = new AbortController();
    const following = bench.engine.followLogs(id, { signal, onLine: () => undefined });
    const running = bench.engine.exec(id, { command: ['sleep', '50'], signal, outputLimit: 10 });
    await wait(500);
    // The events of containers and of images, the output, the command.
    expect(gate.connections).toBe(4);
    await bench.engine.dispose();
    expect(codeOf(await following)).toBe('station-stopping');
    expect(codeOf(await running)).toBe('engine-lost');
    await vi.waitFor(() => expect(gate.connections).toBe(0), { timeout: 2000 });
  });
});

describe('a real engine that is stopped', () => {
  it('takes its containers along; once it is back, the station finds them ended and their output whole', async () => {
    const quiet = { name: 'loss', log: () => undefined };
    const { host } = await startEngine(quiet);
    releases.push(() => stopEngine(quiet));
    const docker = new Docker({ socketPath: host.replace('unix://', '') });
    await ensureTinyImage(docker);
    const stationId = `station-${Date.now()}`;
    const engine = createDockerEngine({
      search: { configured: host, environment: {} },
      stationId,
      clock: createSystemClock(),
    });
    releases.push(() => engine.dispose());
    await engine.start();
    const states: string[] = [];
    engine.changes.subscribe(({ state, fault }) => void states.push(fault?.code ?? state));
    const spec = {
      name: `slipway-test-${stationId}`,
      image: 'slipway-test-tiny:2',
      labels: { 'io.slipway.station': stationId, 'io.slipway.run': 'run-0000-0001' },
      env: {},
      command: [
        'sh',
        '-c',
        'trap "echo goodbye; exit 0" TERM; echo hello; while true; do usleep 100000; done',
      ],
      mounts: [],
      network: 'none',
      capabilities: [],
      limits: { memoryBytes: 64 * 1024 ** 2, cpus: 1, pids: 16 },
      readOnlyRoot: false,
    };
    const { id } = valueOf(await engine.createContainer(spec));
    valueOf(await engine.startContainer(id));
    const texts: string[] = [];
    const following = engine.followLogs(id, {
      signal: new AbortController().signal,
      onLine: ({ text }) => void texts.push(text),
    });
    await vi.waitFor(() => expect(texts).toEqual(['hello']), { timeout: 10_000 });

    await stopEngine(quiet);
    await vi.waitFor(() => expect(states).toEqual(['engine-lost']), { timeout: 5000 });
    expect(codeOf(await engine.listOwned())).toBe('engine-lost');

    await startEngine(quiet);
    await vi.waitFor(() => expect(states.at(-1)).toBe('ready'), { timeout: 20_000 });
    valueOf(await following);
    expect(texts).toEqual(['hello', 'goodbye']);
    const [info] = valueOf(await engine.listOwned());
    expect(info).toMatchObject({ id, state: 'exited' });
    valueOf(await engine.removeContainer(id));
    await removeAllOf(docker, stationId);
  });
});
