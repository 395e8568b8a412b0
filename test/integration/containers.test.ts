import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ContainerAnswer } from '../../src-shared/model/container.js';
import { createInspector, type Inspector } from '../../src-main/core/containers/inspect.js';
import type { UsageCounters } from '../../src-main/core/containers/usage.js';
import { createContainerFilesEngine } from '../../src-main/core/docker/container-files.js';
import { createDockerContainers } from '../../src-main/core/docker/docker-containers.js';
import { createDockerEngine, type DockerEngine } from '../../src-main/core/docker/docker-engine.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { labels } from '../../src-main/core/docker/engine.js';
import { fail, ok } from '../../src-shared/model/result.js';
import { aRun } from '../fakes/bay-data.js';
import {
  codeOf,
  dockerHost,
  makeEngineBench,
  removeAllOf,
  valueOf,
  type EngineBench,
} from './engine-bench.js';
import { tinyImage } from './tiny-image.js';

const magicNumber = '8974c408d831';

let bench: EngineBench;
let engine: DockerEngine;
let inspector: Inspector;
/** Which container the run of bay 1 has. */
let ofRun: string | null = null;

beforeAll(async () => {
  bench = await makeEngineBench();
  const search = { configured: dockerHost(), environment: {} };
  engine = createDockerEngine({ search, stationId: bench.stationId, clock: createSystemClock() });
  await engine.start();
  const run = () => (ofRun === null ? null : aRun({ containerId: ofRun }));
  inspector = createInspector({
    source: createDockerContainers(engine.connection, bench.stationId),
    engine,
    bays: {
      find: (bay) => (bay === 1 ? { ok: true, value: { run } as never } : fail('bay-unknown', { bay })),
    },
    records: { list: () => ok([]) },
    recipes: { find: () => undefined },
    redact: (text) => text.replaceAll('st0re-secret', '•••'),
  });
});

afterAll(async () => {
  await engine.dispose();
  await bench.dispose();
});

function shown(answer: ContainerAnswer): Extract<ContainerAnswer, { kind: 'container' }> {
  if (answer.kind !== 'container') throw new Error(`the answer is ${answer.kind}`);
  return answer;
}

const inspect = async (id: string) => shown(valueOf(await inspector.byId(id)));

describe('looking at a container on the real engine', () => {
  it('says what it is, with every secret masked wherever it stands', async () => {
    const network = await bench.network();
    const id = await bench.run(`echo ${magicNumber} st0re-secret; sleep 600`, {
      network,
      env: { magicNumber, MODE: 'fast', NOTE: `with ${magicNumber}` },
      labels: {
        ...bench.spec('').labels,
        [labels.secrets]: 'magicNumber',
        note: `a ${magicNumber} b`,
      },
      mounts: [
        { type: 'bind', source: '/usr/share', target: '/share', readOnly: true },
        { type: 'volume', source: `slipway-test-${bench.stationId}`, target: '/cache', readOnly: false },
        { type: 'tmpfs', target: '/scratch', sizeBytes: 1024 ** 2 },
      ],
      publish: { containerPort: 80, hostPort: 21_080 },
    });
    const { facts, json, runCommand, withheld } = await inspect(id);
    expect(facts).toMatchObject({
      id,
      state: 'running',
      exitCode: null,
      bay: 1,
      recipe: 'widgy',
      image: tinyImage,
      command: ['sh', '-c', 'echo ••• •••; sleep 600'],
      ports: [{ container: '80/tcp', host: '127.0.0.1:21080' }],
      mounts: [
        { kind: 'volume', source: `slipway-test-${bench.stationId}`, target: '/cache', readOnly: false },
        { kind: 'tmpfs', source: null, target: '/scratch', readOnly: false, sizeBytes: 1024 ** 2 },
        { kind: 'bind', source: '/usr/share', target: '/share', readOnly: true },
      ],
      network,
      limits: { memoryBytes: 64 * 1024 ** 2, cpus: 1, pids: 64 },
      capabilities: { dropped: ['ALL'] },
      securityOptions: ['no-new-privileges'],
      privileged: false,
      restart: 'no',
    });
    expect(facts.env).toContainEqual({ name: 'magicNumber', value: null });
    expect(facts.env).toContainEqual({ name: 'MODE', value: 'fast' });
    expect(facts.addresses[0]?.network).toBe(network);
    expect(withheld).toEqual(['magicNumber', 'NOTE']);
    for (const text of [JSON.stringify(json), JSON.stringify(facts), runCommand]) {
      expect(text).not.toContain(magicNumber);
      expect(text).not.toContain('st0re-secret');
    }
    // What comes out of the API has them: this is what they are masked in.
    expect(JSON.stringify(await bench.docker.getContainer(id).inspect())).toContain(magicNumber);
  });

  it('shows a kept container with its exit code, and the bay’s last one where its run has none any more', async () => {
    const other = { ...bench.spec('').labels, [labels.bay]: '7' };
    const id = await bench.run('exit 3', { labels: other });
    await bench.docker.getContainer(id).wait();
    expect((await inspect(id)).facts).toMatchObject({ state: 'exited', exitCode: 3, bay: 7 });
    ofRun = id;
    expect(shown(valueOf(await inspector.ofBay(1))).facts.id).toBe(id);
    valueOf(await bench.engine.removeContainer(id));
    const kept = await bench.run('exit 0');
    await bench.docker.getContainer(kept).wait();
    expect(shown(valueOf(await inspector.ofBay(1))).facts.bay).toBe(1);
    expect(codeOf(await inspector.ofBay(2))).toBe('bay-unknown');
  });

  it('knows nothing of a neighbour’s container, whoever labelled it, nor of one that is not there', async () => {
    const neighbour = await makeEngineBench();
    const theirs = await neighbour.run('sleep 600');
    const nobodys = await bench.docker.createContainer({ Image: tinyImage, Cmd: ['true'] });
    try {
      expect(codeOf(await inspector.byId(theirs))).toBe('container-gone');
      expect(codeOf(await inspector.byId(nobodys.id))).toBe('container-gone');
      expect(codeOf(await inspector.byId('0123456789abcdef'))).toBe('container-gone');
      const source = createDockerContainers(engine.connection, bench.stationId);
      const { signal } = new AbortController();
      const options = { signal, onCounters: () => expect.unreachable() };
      expect(codeOf(await source.followUsage(theirs, options))).toBe('container-gone');
    } finally {
      await nobodys.remove();
      await neighbour.dispose();
    }
  });

  it('gives a command line whose container is equal, and is of whoever runs it', async () => {
    const network = await bench.network();
    const id = await bench.run('sleep 600', {
      network,
      env: { magicNumber, SAY: `it's "quoted" $HOME\nand goes on` },
      labels: { ...bench.spec('').labels, [labels.secrets]: 'magicNumber', oddity: `don't` },
      workingDir: '/tmp',
      mounts: [
        { type: 'bind', source: '/usr/share', target: '/share, odd "one"', readOnly: true },
        { type: 'volume', source: `slipway-test-${bench.stationId}`, target: '/cache', readOnly: true },
        { type: 'tmpfs', target: '/scratch', sizeBytes: 1024 ** 2 },
      ],
      readOnlyRoot: true,
      limits: { memoryBytes: 32 * 1024 ** 2, cpus: 0.5, pids: 32 },
      publish: { containerPort: 80, hostPort: 21_081 },
    });
    const { runCommand } = await inspect(id);
    const original = await bench.docker.getContainer(id).inspect();
    valueOf(await bench.engine.removeContainer(id));
    const copyId = execFileSync('sh', ['-c', runCommand], {
      encoding: 'utf8',
      env: { ...process.env, magicNumber },
    }).trim();
    try {
      const copy = await bench.docker.getContainer(copyId).inspect();
      expect(optionsOf(copy)).toEqual(optionsOf(original));
      expect(Object.keys(copy.NetworkSettings.Networks)).toEqual([network]);
      // The secret went in by way of the shell.
      expect(copy.Config.Env).toContain(`magicNumber=${magicNumber}`);
      // Nobody's leftover: the station neither sees it nor takes it away.
      expect(Object.keys(copy.Config.Labels).filter((name) => name.startsWith('io.slipway.sta'))).toEqual([]);
      expect(codeOf(await inspector.byId(copyId))).toBe('container-gone');
      expect(codeOf(await engine.inspectContainer(copyId))).toBe('container-gone');
    } finally {
      await bench.docker.getContainer(copyId).remove({ force: true, v: true });
    }
    await removeAllOf(bench.docker, bench.stationId);
  });

  it('does nothing to what somebody runs from an image that carries our labels', async () => {
    const { id } = await bench.docker.createContainer({ Image: tinyImage, Cmd: ['true'] });
    const ofOurs = await bench.run('exit 0');
    // As a build of ours labels it, and as somebody’s commit of a container of ours is labelled.
    const built = (await bench.docker.getContainer(id).commit({
      changes: `LABEL ${labels.station}=${bench.stationId}`,
    })) as unknown as { Id: string };
    const committed = (await bench.docker.getContainer(ofOurs).commit({})) as unknown as { Id: string };
    const files = createContainerFilesEngine({
      connection: engine.connection,
      clock: createSystemClock(),
      stationId: bench.stationId,
    });
    const { signal } = new AbortController();
    try {
      for (const image of [built.Id, committed.Id]) {
        const theirs = await bench.docker.createContainer({ Image: image, Cmd: ['sleep', '600'] });
        try {
          await theirs.start();
          const given = (await theirs.inspect()).Config.Labels;
          expect(given[labels.station]).toBe(bench.stationId);
          expect(codeOf(await inspector.byId(theirs.id))).toBe('container-gone');
          expect(codeOf(await engine.inspectContainer(theirs.id))).toBe('container-gone');
          const work = { command: ['true'], signal, outputLimit: 1 };
          expect(codeOf(await engine.exec(theirs.id, work))).toBe('container-gone');
          expect(codeOf(await engine.readFile(theirs.id, '/etc/passwd', 1))).toBe('container-gone');
          expect(codeOf(await files.read(theirs.id, '/etc', signal))).toBe('container-gone');
          expect(valueOf(await engine.listOwned()).map((one) => one.id)).not.toContain(theirs.id);
          // Done, as with one that is gone: and it runs on.
          await engine.stopContainer(theirs.id, 0);
          await engine.removeContainer(theirs.id);
          expect((await theirs.inspect()).State.Running).toBe(true);
        } finally {
          await theirs.remove({ force: true });
        }
      }
      // Ours of the same image is ours.
      const ours = await bench.run('exit 0', { image: committed.Id });
      expect(valueOf(await engine.inspectContainer(ours)).id).toBe(ours);
      valueOf(await engine.removeContainer(ours));
    } finally {
      await bench.docker.getContainer(id).remove({ force: true });
      for (const image of [built.Id, committed.Id]) await bench.docker.getImage(image).remove();
    }
  });
});

function withoutOurLabels(host: Record<string, unknown>): Record<string, unknown> {
  const bare = JSON.stringify(host).replaceAll(/"io\.slipway\.[\w.]+":"[^"]*",?/g, '');
  return JSON.parse(bare.replaceAll(',}', '}')) as Record<string, unknown>;
}

/** What a container was made with. The command line's client writes some empty values otherwise than the API's. */
function optionsOf(json: { HostConfig: object; Config: object } | undefined): unknown {
  const empty = (value: unknown): boolean =>
    value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, held]) => [key, clean(held)] as const)
        .filter(([, held]) => !empty(held)),
    );
  };
  const { Hostname, AttachStdout, AttachStderr, Labels, ...config } = (json?.Config ?? {}) as Record<
    string,
    unknown
  >;
  const { ConsoleSize, CapAdd, ...host } = (json?.HostConfig ?? {}) as Record<string, unknown>;
  expect([Hostname, AttachStdout, AttachStderr, ConsoleSize].length).toBe(4);
  const kept = (CapAdd as string[]).map((name) => name.replace(/^CAP_/, ''));
  const theirs = Object.entries(Labels ?? {}).filter(([name]) => !name.startsWith('io.slipway.'));
  return clean({ config, host: withoutOurLabels(host), kept, theirs });
}

describe('what a container uses, on the real engine', () => {
  it('is a core for a busy loop, and ends with the container', async () => {
    const id = await bench.run('while :; do :; done');
    const source = createDockerContainers(engine.connection, bench.stationId);
    const seen: UsageCounters[] = [];
    const controller = new AbortController();
    const followed = source.followUsage(id, {
      signal: controller.signal,
      onCounters: (counters) => void seen.push(counters),
    });
    await vi.waitFor(() => expect(seen.length).toBeGreaterThanOrEqual(4), { timeout: 60_000 });
    const [first, last] = [seen[0], seen.at(-1)];
    if (first === undefined || last === undefined) throw new Error('no samples');
    const share = (last.processorMs - first.processorMs) / (last.at - first.at);
    // As much as this machine has left for it, never more than the core that it may have.
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(1.2);
    expect(last.memory).toMatchObject({ limit: 64 * 1024 ** 2 });
    expect(last.memory.used).toBeGreaterThan(0);
    expect(last.processes).toBe(1);
    expect(last.network).toBeNull();
    valueOf(await bench.engine.stopContainer(id, 0));
    expect(codeOf(await followed)).toBe('ok');
    // One that has ended is said to have at once.
    expect(
      codeOf(await source.followUsage(id, { signal: controller.signal, onCounters: () => undefined })),
    ).toBe('ok');
  });

  it('counts what goes over its network, and ends when nobody looks any more', async () => {
    const network = await bench.network();
    const id = await bench.run('while :; do nc -z 127.0.0.1 1; sleep 1; done', { network });
    const source = createDockerContainers(engine.connection, bench.stationId);
    const seen: UsageCounters[] = [];
    const controller = new AbortController();
    const followed = source.followUsage(id, {
      signal: controller.signal,
      onCounters: (counters) => void seen.push(counters),
    });
    await vi.waitFor(() => expect(seen.length).toBeGreaterThanOrEqual(1), { timeout: 60_000 });
    expect(seen[0]?.network?.received).toBeGreaterThanOrEqual(0);
    controller.abort();
    expect(codeOf(await followed)).toBe('ok');
    const { length } = seen;
    await bench.output(await bench.run('sleep 2'));
    expect(seen).toHaveLength(length);
  });
});
