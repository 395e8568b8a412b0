import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { z } from 'zod';
import { containersOf, makeBench, startStation, untilBay } from '../test/integration/station-harness.js';
import { labels as stationLabels } from '../src-main/core/docker/engine.js';
import type { Station } from '../src-main/core/station-api.js';
import { figure, median, type Bench } from './figures.js';

const bay = 1;
/** What `docker run` makes here carries it, and is removed by it. */
const benchLabel = 'io.slipway.bench';
const stationLabel = stationLabels.station;
/** What of a container's inspection has to be asked for on the command line. */
const containerSchema = z.looseObject({
  Config: z.looseObject({ Image: z.string(), Env: z.array(z.string()) }),
  HostConfig: z.looseObject({
    NetworkMode: z.string(),
    PortBindings: z.record(z.string(), z.array(z.looseObject({ HostIp: z.string() }))),
    Dns: z.array(z.string()).nullable(),
    DnsOptions: z.array(z.string()).nullable(),
    DnsSearch: z.array(z.string()).nullable(),
    SecurityOpt: z.array(z.string()).nullable(),
    CapDrop: z.array(z.string()).nullable(),
    CapAdd: z.array(z.string()).nullable(),
    Memory: z.number(),
    MemorySwap: z.number(),
    NanoCpus: z.number(),
    PidsLimit: z.number(),
    IpcMode: z.string(),
    LogConfig: z.looseObject({ Type: z.string(), Config: z.record(z.string(), z.string()) }),
    Mounts: z.array(
      z.looseObject({
        Type: z.string(),
        Source: z.string(),
        Target: z.string(),
        ReadOnly: z.boolean().optional(),
      }),
    ),
  }),
});
const startSchema = z.looseObject({
  timeNano: z.number(),
  Actor: z.looseObject({ Attributes: z.record(z.string(), z.string()) }),
});

export const bench: Bench = {
  title: 'From a settled port to the flasher’s process, against `docker run` of the same image and options',
  needs: ['engine'],
  async run({ say, quick }) {
    const docker = new Docker();
    const place = await makeBench({ autoFlash: false });
    try {
      const station = await startStation(place);
      const starts = await followStarts(docker, place.home);
      place.defer(() => starts.end());
      place.defer(() => removeAll(docker));
      place.plug();
      await untilBay(station, bay, ({ status }) => status === 'ready');

      const flash = async (): Promise<number> => {
        const began = Date.now();
        const asked = await station.handlers['bay.flash']({ bay });
        if (!asked.ok) throw new Error(`not flashed: ${JSON.stringify(asked.error)}`);
        return (await starts.next()) - began;
      };
      await flash();
      const words = await runWords(docker, place.home);
      await abort(station);

      const run = async (): Promise<number> => {
        const began = Date.now();
        const running = promisify(execFile)('docker', words);
        const took = (await starts.next()) - began;
        await running;
        await removeAll(docker);
        return took;
      };
      await run();

      const pairs = quick ? 3 : 20;
      say(`starting ${pairs} containers each way`);
      const own: number[] = [];
      const plain: number[] = [];
      for (let nth = 0; nth < pairs; nth++) {
        own.push(await flash());
        await abort(station);
        // Removing goes on in the engine for a moment after it was answered.
        await wait(500);
        plain.push(await run());
        await wait(500);
      }
      return [
        figure('settled → flasher’s process runs, against docker run', {
          value: median(own) / median(plain),
          unit: '×',
          limit: 1.15,
          runs: own.map((ms, index) => ms / (plain[index] ?? NaN)),
          facts: { stationMs: median(own), dockerRunMs: median(plain), pairs },
        }),
      ];
    } finally {
      await place.dispose();
    }
  },
};

async function abort(station: Station): Promise<void> {
  await station.handlers['bay.abort']({ bay });
  await untilBay(station, bay, ({ status }) => status === 'ended');
}

/** Tells when the engine has started a container, by the engine's own clock, which is this machine's; ms since the epoch. */
async function followStarts(
  docker: Docker,
  home: string,
): Promise<{ next: () => Promise<number>; end: () => void }> {
  const filters = JSON.stringify({ type: ['container'], event: ['start'] });
  const stationId = readFileSync(join(home, 'station-id'), 'utf8').trim();
  const stream = (await docker.getEvents({ filters })) as NodeJS.ReadableStream & { destroy: () => void };
  const waiting: ((at: number) => void)[] = [];
  createInterface({ input: stream }).on('line', (line) => {
    const { timeNano, Actor } = startSchema.parse(JSON.parse(line));
    const labels = Actor.Attributes;
    // Others may use the same engine.
    if (labels[stationLabel] === stationId || benchLabel in labels) waiting.shift()?.(timeNano / 1e6);
  });
  return {
    next: () => new Promise((resolve) => waiting.push(resolve)),
    end: () => stream.destroy(),
  };
}

/** The words of a `docker run` that asks for all that the station asked for, read off the station's own container. */
async function runWords(docker: Docker, home: string): Promise<string[]> {
  const [id] = await containersOf(home);
  if (id === undefined) throw new Error('the station made no container');
  const { Config: config, HostConfig: host } = containerSchema.parse(await docker.getContainer(id).inspect());
  const imageEnv = new Set((await docker.getImage(config.Image).inspect()).Config.Env);
  const each = (option: string, values: readonly string[] | null): string[] =>
    (values ?? []).flatMap((value) => [option, value]);
  const mounts = host.Mounts.map(
    ({ Type, Source, Target, ReadOnly }) =>
      `type=${Type},source=${Source},target=${Target}${ReadOnly === true ? ',readonly' : ''}`,
  );
  return [
    ...['run', '--detach', '--label', benchLabel, '--network', host.NetworkMode],
    // The same container port on a host port of its own: the station's may not be free yet.
    ...each(
      '--publish',
      Object.entries(host.PortBindings).map(([port, [to]]) => `${to?.HostIp ?? '127.0.0.1'}::${port}`),
    ),
    ...each('--dns', host.Dns),
    ...each('--dns-option', host.DnsOptions),
    ...each('--dns-search', host.DnsSearch),
    ...each('--security-opt', host.SecurityOpt),
    ...each('--cap-drop', host.CapDrop),
    ...each('--cap-add', host.CapAdd),
    ...['--memory', String(host.Memory), '--memory-swap', String(host.MemorySwap)],
    ...['--cpus', String(host.NanoCpus / 1e9), '--pids-limit', String(host.PidsLimit)],
    ...['--ipc', host.IpcMode, '--log-driver', host.LogConfig.Type],
    ...each(
      '--log-opt',
      Object.entries(host.LogConfig.Config).map((pair) => pair.join('=')),
    ),
    ...each('--mount', mounts),
    ...each(
      '--env',
      config.Env.filter((variable) => !imageEnv.has(variable)),
    ),
    config.Image,
  ];
}

async function removeAll(docker: Docker): Promise<void> {
  const found = await docker.listContainers({ all: true, filters: { label: [benchLabel] } });
  for (const { Id } of found) await docker.getContainer(Id).remove({ force: true });
}
