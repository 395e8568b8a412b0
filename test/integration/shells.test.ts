import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src-main/core/clock.js';
import { openRecords } from '../../src-main/core/records/open-records.js';
import type { Station } from '../../src-main/core/station-api.js';
import { ensureDemoImages } from '../../demo/images.mjs';
import { codeOf, valueOf } from './engine-bench.js';
import { openShell, watchShell } from './shell-client.js';
import {
  containersOf,
  makeBench,
  startStation,
  untilBay,
  type Bench,
  type PluggedWidgets,
} from './station-harness.js';
import { ensureTinyImage, tinyImage } from './tiny-image.js';

const docker = new Docker();

/** A flasher that goes on until it is ended, in an image that has BusyBox alone: sh, and a vi. */
const recipe = (image: string, name = 'workbench'): string => `
name: ${name}
title: { en: Workbench, es: Banco }
model: widgy
minimumSupport: stable
match: { path: '**/ttyWIDGET*' }
image: { name: '${image}' }
container:
  device: /dev/ttyACM0
  command: [sh, -c, 'echo ready; while true; do sleep 1; done']
  mounts:
    - { type: bind, source: workspace, target: /workspace }
  env:
    magicNumber: { secret: magicNumber }
  network: none
  capabilities: [DAC_OVERRIDE]
  limits: { memory: 64MiB, pids: 64 }
flash:
  start: launch
  progress: []
  success: [{ log: '^never$' }]
  failure: [{ log: '^broken$' }]
  timeout: 10m
  stall: 10m
after: remove
`;

let bench: Bench;
let station: Station;
let widgets: PluggedWidgets;

function useImage(image: string): void {
  rmSync(join(bench.home, 'recipes/widgy.yaml'), { force: true });
  writeFileSync(join(bench.home, 'recipes/workbench.yaml'), recipe(image));
}

async function flashing(): Promise<void> {
  valueOf(await station.handlers['bay.flash']({ bay: 1 }));
  await untilBay(station, 1, ({ run }) => run?.phase === 'flash');
}

const isReady = () => untilBay(station, 1, ({ status }) => status === 'ready');
const shellContainers = async (): Promise<string[]> => {
  const filters = { label: ['io.slipway.role=shell', ...(await stationLabel())] };
  return (await docker.listContainers({ all: true, filters })).map(({ Id }) => Id);
};
const stationLabel = async (): Promise<string[]> => {
  const { readFile } = await import('node:fs/promises');
  return [`io.slipway.station=${(await readFile(join(bench.home, 'station-id'), 'utf8')).trim()}`];
};

beforeAll(async () => {
  await ensureTinyImage(docker);
  await ensureDemoImages({ log: () => undefined });
}, 600_000);

beforeEach(async () => {
  bench = await makeBench({ autoFlash: false, operator: 'Ada' });
  useImage(tinyImage);
  widgets = bench.plug();
  station = await startStation(bench);
  await isReady();
});

afterEach(() => bench.dispose());

describe('a shell in the container of the run that goes on', () => {
  it('is where the flasher is, of the size of the window, in colours and in UTF-8', async () => {
    await flashing();
    const shell = await openShell(station, 1, 'container', { columns: 91, rows: 27 });
    expect(await shell.run('stty size')).toBe('27 91');
    await shell.resize(120, 40);
    expect(await shell.run('stty size')).toBe('40 120');
    expect(await shell.run('ps | grep -c "echo ready"')).not.toBe('0');
    expect(await shell.run('echo $TERM $SHELL')).toBe('xterm-256color /bin/sh');
    expect(await shell.run(String.raw`printf '\033[31mñ 漢 🔧\033[0m'`)).toBe('\x1b[31mñ 漢 🔧\x1b[0m');
    await shell.send('exit 3\n');
    expect(await shell.ended()).toMatchObject({ exitCode: 3, fault: null });
    const { runId = '' } =
      valueOf(await station.handlers['shells.list']({ bay: 1, limit: 10 })).shells[0] ?? {};
    const record = { id: shell.id, place: 'container', operator: 'Ada', imageName: tinyImage };
    await expect
      .poll(
        async () => valueOf(await station.handlers['shells.list']({ runId: runId ?? '', limit: 10 })).shells,
      )
      .toMatchObject([{ ...record, ended: { exitCode: 3 } }]);
  });

  it('has a vi that can be used: typed, written, left', async () => {
    await flashing();
    const shell = await openShell(station, 1, 'container');
    await shell.send('vi /tmp/note\n');
    await shell.until(/\/tmp\/note/);
    await shell.send('iHello ñ 漢');
    await shell.until(/Hello/);
    await shell.resize(80, 20);
    // A finger's pause: an Escape with more right behind it is the beginning of a key's sequence.
    shell.forget();
    await shell.send('\x1b');
    await shell.until(/- \/tmp\/note/);
    await shell.send(':wq\r');
    await shell.until(/[#$] /);
    expect(await shell.run('cat /tmp/note')).toBe('Hello ñ 漢');
  });

  it('is one of several, each for itself, and none is left when they are closed', async () => {
    await flashing();
    const [one, other] = [await openShell(station, 1, 'container'), await openShell(station, 1, 'container')];
    await one.run('X=one');
    expect(await other.run('echo "[$X]"')).toBe('[]');
    await one.send('sleep 4321 & sleep 4322\n');
    await one.close();
    expect(await other.run('ps | grep -c "sleep 432[12]"')).toBe('0');
    expect(valueOf(await station.handlers['shells.list']({ bay: 1, limit: 10 })).shells).toMatchObject([
      { ended: null },
      { ended: { exitCode: null, fault: null } },
    ]);
    await other.close();
  });

  it('holds a flood back while the window is busy, and shows its end', async () => {
    await flashing();
    const shell = await openShell(station, 1, 'container');
    await shell.until(/[#$] /);
    global.gc?.();
    const before = process.memoryUsage();
    shell.hang(true);
    await shell.send('yes 0123456789abcdef | head -c 60000000; echo; echo al""l\n');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const held = shell.position();
    expect(held).toBeGreaterThan(100_000);
    expect(held).toBeLessThan(3_000_000);
    shell.hang(false);
    await shell.until(/\r\nall\r\n/, 90_000);
    expect(shell.position()).toBeGreaterThan(60_000_000);
    const { arrayBuffers, external } = process.memoryUsage();
    expect(arrayBuffers + external - before.arrayBuffers - before.external).toBeLessThan(200_000_000);
    // The messages are the test's own memory, not the station's.
    shell.messages.length = 0;
    expect(await shell.run('echo still here')).toBe('still here');
  });

  it('comes back to a window that was reloaded', async () => {
    await flashing();
    const shell = await openShell(station, 1, 'container');
    await shell.run('echo before');
    shell.leave();
    const again = watchShell(station, shell.id);
    expect(again.text()).toContain('before');
    expect(await again.run('echo after')).toBe('after');
  });

  it('ends with words when the container is killed under it', async () => {
    await flashing();
    const shell = await openShell(station, 1, 'container');
    await shell.until(/[#$] /);
    for (const id of await containersOf(bench.home)) await docker.getContainer(id).kill();
    expect(await shell.ended()).toMatchObject({ exitCode: null, fault: { code: 'shell-container-ended' } });
  });

  it('is refused where no container runs', async () => {
    const refused = await station.handlers['shells.open']({
      bay: 1,
      place: 'container',
      columns: 80,
      rows: 24,
    });
    expect(codeOf(refused)).toBe('shell-no-container');
  });
});

describe('a shell in a throw-away container', () => {
  it('has the recipe’s device, mounts and secrets, takes the bay, and is gone when it ends', async () => {
    const shell = await openShell(station, 1, 'throw-away');
    const held = await untilBay(station, 1, ({ hold }) => hold !== null);
    expect(held).toMatchObject({ status: 'blocked', hold: { kind: 'shell', operator: 'Ada' } });
    expect(codeOf(await station.handlers['bay.flash']({ bay: 1 }))).toBe('bay-held');
    expect(codeOf(await openAnother())).toBe('bay-held');

    expect(await shell.run('stty size')).toBe('30 100');
    expect(
      await shell.run('echo $magicNumber; ls -d /workspace/widgetOS; test -c /dev/ttyACM0 && echo device'),
    ).toBe('8974c408d831\n/workspace/widgetOS\ndevice');
    expect(await shell.run(`stty -F /dev/ttyACM0 raw -echo && echo opened`)).toBe('opened');
    const [container] = await shellContainers();
    expect(container).toBeDefined();
    await shell.send('exit 5\n');
    expect(await shell.ended()).toMatchObject({ exitCode: 5, fault: null });
    await isReady();
    expect(await shellContainers()).toEqual([]);
    expect(valueOf(await station.handlers['shells.list']({ bay: 1, limit: 5 })).shells).toMatchObject([
      { place: 'throw-away', runId: null, containerId: container, ended: { exitCode: 5 } },
    ]);
  });

  const openAnother = () =>
    station.handlers['shells.open']({ bay: 1, place: 'throw-away', columns: 80, rows: 24 });

  it('is bash where the image has it, as in the articles', async () => {
    rmSync(join(bench.home, 'recipes/workbench.yaml'));
    writeFileSync(join(bench.home, 'recipes/articles.yaml'), recipe('widget-deployer', 'articles'));
    await untilBay(station, 1, (bay) => bay.status === 'ready' && bay.recipe?.name === 'articles');
    const shell = await openShell(station, 1, 'throw-away');
    expect(await shell.run('echo $BASH; locale charmap; cat /proc/1/comm')).toBe(
      '/usr/bin/bash\nUTF-8\nbash',
    );
    await shell.close();
    await isReady();
    expect(await shellContainers()).toEqual([]);
  });

  it('ends when the unit is unplugged', async () => {
    const shell = await openShell(station, 1, 'throw-away');
    await shell.until(/[#$] /);
    widgets.unplug(0);
    expect(await shell.ended()).toMatchObject({ exitCode: null, fault: { code: 'unplugged' } });
    await untilBay(station, 1, ({ hold, status }) => hold === null && status === 'empty');
    expect(await shellContainers()).toEqual([]);
  });

  it('is not opened while a run goes on, nor where nothing is plugged in', async () => {
    await flashing();
    expect(codeOf(await openAnother())).toBe('bay-busy');
    valueOf(await station.handlers['bay.abort']({ bay: 1 }));
    await untilBay(station, 1, ({ status }) => status === 'ended');
    widgets.unplug(0);
    await untilBay(station, 1, ({ status }) => status === 'empty');
    expect(codeOf(await openAnother())).toBe('bay-empty');
    expect(await untilBay(station, 1, () => true)).toMatchObject({ hold: null });
  });

  it('is removed by the next start where the station was killed, and nobody else’s is', async () => {
    const [label = ''] = await stationLabel();
    await station.stop('leave-running');
    const id = '7b5c2b54-0000-4000-8000-000000000001';
    const make = async (stationOf: string): Promise<string> => {
      const container = await docker.createContainer({
        Image: tinyImage,
        Cmd: ['sleep', '600'],
        Labels: { 'io.slipway.station': stationOf, 'io.slipway.role': 'shell', 'io.slipway.shell': id },
      });
      bench.defer(() => container.remove({ force: true }).catch(() => undefined));
      await container.start();
      return container.id;
    };
    const left = await make(label.split('=')[1] ?? '');
    const foreign = await make('somebody-else');
    leaveOpen(id, left);

    const next = await startStation(bench);
    await untilBay(next, 1, ({ status }) => status === 'ready');
    expect(await shellContainers()).toEqual([]);
    expect((await docker.getContainer(foreign).inspect()).State.Running).toBe(true);
    expect(valueOf(await next.handlers['shells.list']({ bay: 1, limit: 5 })).shells).toMatchObject([
      { id, ended: { exitCode: null, fault: { code: 'shell-interrupted' } } },
    ]);
  });

  /** What a station that was killed had on record. */
  function leaveOpen(id: string, containerId: string): void {
    const records = valueOf(
      openRecords({ path: join(bench.home, 'records.db'), clock: createSystemClock(), host: 'line-1' }),
    );
    valueOf(
      records.shells.save({
        id,
        bay: 1,
        place: 'throw-away',
        recipe: 'workbench',
        runId: null,
        imageName: tinyImage,
        imageId: 'sha256:1',
        containerId,
        operator: 'Ada',
        host: 'line-1',
        openedAt: 1,
        ended: null,
      }),
    );
    records.close();
  }

  it('is gone when the station stops', async () => {
    const shell = await openShell(station, 1, 'throw-away');
    await shell.until(/[#$] /);
    await station.stop('leave-running');
    expect(await shellContainers()).toEqual([]);
  });
});
