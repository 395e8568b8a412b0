import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startQemuBoard } from '../../demo/boards/uboot-qemu.mjs';
import { ensureDemoImages } from '../../demo/images.mjs';
import { createEngineGate } from './engine-gate.js';
import {
  containersOf,
  hasVerdict,
  isFlashing,
  makeBench,
  readLog,
  startStation,
  untilBay,
  type Bench,
} from './station-harness.js';

let bench: Bench;

beforeAll(async () => {
  await ensureDemoImages({ log: () => undefined });
}, 600_000);

afterEach(async () => {
  await bench.dispose();
});

describe('a station with four units plugged in', () => {
  it('flashes them at once, each by its own container, to verdicts that are on disk', async () => {
    bench = await makeBench();
    const station = await startStation(bench);
    const widgets = bench.plug({ count: 4 });
    await Promise.all([1, 2, 3, 4].map((bay) => untilBay(station, bay, isFlashing)));
    expect(new Set(station.bays().map(({ run }) => run?.containerId)).size).toBe(4);
    expect(new Set(station.bays().map(({ run }) => run?.panelPort)).size).toBe(4);
    expect(await containersOf(bench.home)).toHaveLength(4);

    const bays = await Promise.all([1, 2, 3, 4].map((bay) => untilBay(station, bay, hasVerdict)));
    expect(bays.map(({ run }) => run?.verdict)).toEqual(['PASS', 'PASS', 'PASS', 'PASS']);
    for (const index of [0, 1, 2, 3]) {
      expect(widgets.storage(index).subarray(0, bench.image.length).equals(bench.image)).toBe(true);
    }
    const runs = await station.handlers['runs.list']({ limit: 10 });
    expect(runs.ok && runs.value.runs.map(({ unitSerial }) => unitSerial).sort()).toEqual([
      'W-0001',
      'W-0002',
      'W-0003',
      'W-0004',
    ]);
    expect(runs.ok && runs.value.runs.every((run) => /^[0-9a-f]{64}$/.test(run.contentHash ?? ''))).toBe(
      true,
    );
    expect(station.view().counters).toMatchObject({ runs: 4, units: 4, pass: 4, fail: 0 });
    expect(await containersOf(bench.home)).toEqual([]);
  });
});

describe('a unit that is unplugged in mid-flash', () => {
  it('ends as ABORTED within a second, and flashes in the same bay when it is plugged in again', async () => {
    bench = await makeBench();
    const station = await startStation(bench);
    const widgets = bench.plug({ baud: 115_200 });
    const flashing = await untilBay(station, 1, isFlashing);
    const unplugged = Date.now();
    widgets.unplug(0);
    const ended = await untilBay(station, 1, hasVerdict);
    expect(Date.now() - unplugged).toBeLessThan(1000);
    expect(ended).toMatchObject({
      status: 'ended',
      port: null,
      run: { verdict: 'ABORTED', fault: { code: 'unplugged' } },
    });
    expect(await containersOf(bench.home)).toEqual([]);
    expect(await readLog(station, flashing.run?.id ?? '')).toEqual(
      expect.arrayContaining([expect.stringContaining('[flasher]')]),
    );

    widgets.plug(0);
    const again = await untilBay(station, 1, (bay) => bay.status === 'running');
    expect(again.run?.id).not.toBe(flashing.run?.id);
    expect(station.bays()).toHaveLength(1);
  });
});

describe('a bad unit', () => {
  it.each([
    ['crc', 'FAIL'],
    ['refuse-write', 'FAIL'],
    ['wrong-model', 'FAIL'],
    ['bad-storage', 'FAIL'],
  ])('with the fault %s ends as %s with the flasher’s words', async (fault, verdict) => {
    bench = await makeBench();
    const station = await startStation(bench);
    bench.plug({ faults: { 0: fault } });
    const ended = await untilBay(station, 1, hasVerdict);
    expect(ended.run).toMatchObject({ verdict, fault: { code: 'flash-failed' } });
    expect(ended.run?.fault?.params?.['reason']).not.toBe('');
    expect(await containersOf(bench.home)).toEqual([]);
  });

  it('that stops talking is never passed', async () => {
    bench = await makeBench();
    const station = await startStation(bench);
    bench.plug({ faults: { 0: 'disconnect@40' } });
    const ended = await untilBay(station, 1, hasVerdict);
    expect(ended.run).toMatchObject({ verdict: 'ABORTED', fault: { code: 'unplugged' } });
  });
});

describe('the operator', () => {
  it('starts a flash that waits, aborts it, and tries again', async () => {
    bench = await makeBench({ autoFlash: false });
    const station = await startStation(bench);
    bench.plug();
    await untilBay(station, 1, (bay) => bay.status === 'ready');
    expect((await station.handlers['bay.flash']({ bay: 1 })).ok).toBe(true);
    await untilBay(station, 1, isFlashing);
    expect(await station.handlers['bay.flash']({ bay: 1 })).toMatchObject({
      ok: false,
      error: { code: 'bay-busy' },
    });
    expect((await station.handlers['bay.abort']({ bay: 1 })).ok).toBe(true);
    const aborted = await untilBay(station, 1, hasVerdict);
    expect(aborted.run).toMatchObject({ verdict: 'ABORTED', attempt: 1 });
    expect((await station.handlers['bay.flash']({ bay: 1 })).ok).toBe(true);
    const passed = await untilBay(station, 1, (bay) => bay.run?.verdict === 'PASS');
    expect(passed.run?.attempt).toBe(2);
  });

  it('sees why a port is left alone: no recipe, and a bay that is switched off', async () => {
    bench = await makeBench();
    const station = await startStation(bench);
    bench.plug();
    await untilBay(station, 1, hasVerdict);
    await station.handlers['bay.configure']({ bay: 1, enabled: false });
    await untilBay(station, 1, (bay) => !bay.enabled);
    expect(await station.handlers['bay.flash']({ bay: 1 })).toMatchObject({
      ok: false,
      error: { code: 'bay-disabled' },
    });
  });
});

describe('the engine', () => {
  it('that is away for a moment in mid-flash ends no run; the banner says what to do meanwhile', async () => {
    const gate = await createEngineGate(process.env['DOCKER_HOST'] ?? '');
    bench = await makeBench({ docker: gate.uri });
    bench.defer(() => gate.dispose());
    const station = await startStation(bench);
    bench.plug({ baud: 230_400 });
    await untilBay(station, 1, isFlashing);
    await gate.shut();
    await expect.poll(() => station.view().faults.map(({ fault }) => fault.code)).toContain('engine-lost');
    await gate.open();
    const ended = await untilBay(station, 1, hasVerdict);
    expect(ended.run?.verdict).toBe('PASS');
    await expect.poll(() => station.view().faults).toEqual([]);
    expect(await containersOf(bench.home)).toEqual([]);
  });

  it('that stays away ends the run as ERROR, and its container is cleaned up when it is back', async () => {
    const gate = await createEngineGate(process.env['DOCKER_HOST'] ?? '');
    bench = await makeBench({ docker: gate.uri });
    bench.defer(() => gate.dispose());
    const station = await startStation(bench);
    bench.plug({ baud: 57_600 });
    await untilBay(station, 1, isFlashing);
    await gate.shut();
    const ended = await untilBay(station, 1, hasVerdict);
    expect(ended.run).toMatchObject({ verdict: 'ERROR', fault: { code: 'engine-lost' } });
    expect(await containersOf(bench.home)).toHaveLength(1);
    await gate.open();
    await expect.poll(() => containersOf(bench.home), { timeout: 20_000 }).toEqual([]);
  });
});

describe('Debian’s own U-Boot in QEMU', () => {
  it('is flashed by the same flasher through the station, byte for byte', async () => {
    bench = await makeBench();
    const station = await startStation(bench);
    const emmcFile = join(bench.home, 'emmc.img');
    const board = await startQemuBoard({ emmcFile, serial: 'QEMU-0042' });
    bench.defer(() => board.stop());
    symlinkSync(board.path, join(bench.devices, 'ttyQEMU0'));
    const ended = await untilBay(station, 1, hasVerdict, 170_000);
    expect(ended.run).toMatchObject({ verdict: 'PASS', unitSerial: 'QEMU-0042' });
    const image = readFileSync(join(bench.home, 'workspace/widgetOS/deployment-image/qemu.img'));
    expect(image.length).toBeGreaterThanOrEqual(256 * 1024);
    expect(readFileSync(emmcFile).subarray(0, image.length).equals(image)).toBe(true);
  });
});

describe('the neighbours of a station', () => {
  it('are not touched by its start, its runs or its stop', async () => {
    bench = await makeBench();
    const docker = new Docker();
    const neighbour = await docker.createContainer({
      Image: 'widget-deployer',
      Cmd: ['sleep', '600'],
      name: `neighbour-${process.pid}`,
    });
    bench.defer(() => neighbour.remove({ force: true }));
    await neighbour.start();
    const station = await startStation(bench);
    bench.plug();
    await untilBay(station, 1, hasVerdict);
    await station.stop('abort-runs');
    expect((await neighbour.inspect()).State.Running).toBe(true);
  });
});
