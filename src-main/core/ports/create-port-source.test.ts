import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../../src-shared/model/result.js';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import type { SerialPorts } from '../serial/serial-ports.js';
import { createPortSource } from './create-port-source.js';

describe('the port source of a platform', () => {
  let folder: ReturnType<typeof createTemporaryFolder>;
  let clock: FakeClock;
  let lists: number;

  const serialPorts: SerialPorts = {
    list: () => {
      lists++;
      return Promise.resolve(ok([{ path: 'COM3' }]));
    },
    probe: () => Promise.resolve(ok()),
  };

  beforeEach(() => {
    folder = createTemporaryFolder();
    clock = createFakeClock();
    lists = 0;
  });

  afterEach(() => {
    folder.dispose();
    expect(clock.timers).toBe(0);
  });

  const start = async (platform: NodeJS.Platform, virtualPorts: string[]) => {
    const devRoot = join(folder.path, 'dev');
    const sysRoot = join(folder.path, 'sys');
    mkdirSync(devRoot);
    const source = createPortSource({ virtualPorts, serialPorts, clock, devRoot, sysRoot, platform });
    await source.start();
    return source;
  };

  it('asks for the list where there is no sysfs', async () => {
    const source = await start('win32', []);
    expect(source.list()).toMatchObject([{ path: 'COM3' }]);
    source.dispose();
  });

  it('never asks for the list on Linux', async () => {
    const source = await start('linux', [join(folder.path, 'ttyW*')]);
    expect(source.list()).toEqual([]);
    expect(lists).toBe(0);
    source.dispose();
  });
});
