import { randomUUID } from 'node:crypto';
import Docker from 'dockerode';
import { createSystemClock } from '../../src-main/core/clock.js';
import { defaultCapabilities } from '../../src-main/core/docker/capabilities.js';
import { createDockerEngine, type DockerEngine } from '../../src-main/core/docker/docker-engine.js';
import { labels, type ContainerLogLine, type ContainerSpec } from '../../src-main/core/docker/engine.js';
import type { Result } from '../../src-shared/model/result.js';
import { ensureTinyImage, tinyImage } from './tiny-image.js';

/** A real engine with a station of its own; all that it made there goes when it is disposed. */
export interface EngineBench {
  readonly stationId: string;
  readonly engine: DockerEngine;
  /** The engine itself, to look from outside. */
  readonly docker: Docker;
  /** A spec of the tiny image that runs a script. */
  spec(script: string, changes?: Partial<ContainerSpec>): ContainerSpec;
  /** Makes and starts a container; its id. */
  run(script: string, changes?: Partial<ContainerSpec>): Promise<string>;
  /** Everything that a container prints, to its end. */
  output(id: string): Promise<string>;
  lines(id: string, since?: string): Promise<ContainerLogLine[]>;
  /** A network of the station's. */
  network(outbound?: boolean): Promise<string>;
  dispose(): Promise<void>;
}

export function dockerHost(): string {
  const host = process.env['DOCKER_HOST'];
  if (host === undefined) throw new Error('no engine: node scripts/engine.mjs start');
  return host;
}

/** @param host where the station looks for the engine; the one of the suite when left out */
export async function makeEngineBench(host = dockerHost()): Promise<EngineBench> {
  const stationId = randomUUID();
  const docker = new Docker({ socketPath: dockerHost().replace('unix://', '') });
  await ensureTinyImage(docker);
  const engine = createDockerEngine({
    search: { configured: host, environment: {} },
    stationId,
    clock: createSystemClock(),
  });
  await engine.start();
  let made = 0;

  const bench: EngineBench = {
    stationId,
    engine,
    docker,
    spec: (script, changes = {}) => ({
      name: `slipway-test-${stationId.slice(0, 8)}-${(made += 1)}`,
      image: tinyImage,
      labels: {
        [labels.station]: stationId,
        [labels.bay]: '1',
        [labels.run]: `run-${made}`,
        [labels.recipe]: 'widgy',
      },
      env: {},
      command: ['sh', '-c', script],
      mounts: [],
      network: 'none',
      capabilities: [...defaultCapabilities],
      limits: { memoryBytes: 64 * 1024 ** 2, cpus: 1, pids: 64 },
      readOnlyRoot: false,
      ...changes,
    }),
    async run(script, changes) {
      const { id } = valueOf(await engine.createContainer(bench.spec(script, changes)));
      valueOf(await engine.startContainer(id));
      return id;
    },
    async lines(id, since) {
      const lines: ContainerLogLine[] = [];
      const { signal } = new AbortController();
      const options = { signal, onLine: (line: ContainerLogLine) => void lines.push(line) };
      valueOf(await engine.followLogs(id, since === undefined ? options : { ...options, since }));
      return lines;
    },
    async output(id) {
      return (await bench.lines(id)).map(({ text }) => text).join('\n');
    },
    async network(outbound = false) {
      made += 1;
      const name = `slipway-test-${stationId.slice(0, 8)}-net${made}`;
      valueOf(await engine.ensureNetwork({ name, labels: { [labels.bay]: String(made) }, outbound }));
      return name;
    },
    async dispose() {
      await engine.dispose();
      await removeAllOf(docker, stationId);
    },
  };
  return bench;
}

/** Removes what carries the label of a test's own station, whatever state the test left it in. */
export async function removeAllOf(docker: Docker, stationId: string): Promise<void> {
  const filters = JSON.stringify({ label: [`${labels.station}=${stationId}`] });
  for (const { Id } of await docker.listContainers({ all: true, filters })) {
    await docker.getContainer(Id).remove({ force: true, v: true });
  }
  for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
  const { Volumes } = await docker.listVolumes({ filters });
  for (const { Name } of Volumes) await docker.getVolume(Name).remove();
}

export function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail ?? ''}`);
  return result.value;
}

export function codeOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.error.code;
}
