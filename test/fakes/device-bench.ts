import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import {
  createDevicePortSource,
  type DevicePortSourceOptions,
} from '../../src-main/core/ports/device-port-source.js';
import { createFakeClock, type FakeClock } from './clock.js';
import { createDeviceTree } from './device-tree.js';
import { recordPortEvents } from './port-events.js';
import { createTemporaryFolder } from './temporary-folder.js';

/** A tree of devices, a clock and sources over them, new for every test of the block that calls it; nothing is left. */
export function useDeviceBench() {
  const owned: { dispose(): void }[] = [];
  const made: { root?: string; tree?: ReturnType<typeof createDeviceTree>; clock?: FakeClock } = {};
  const given = <Part>(part: Part | undefined): Part => {
    if (part === undefined) throw new Error('the bench is there while a test runs');
    return part;
  };

  beforeEach(() => {
    const folder = createTemporaryFolder();
    owned.push(folder);
    made.root = folder.path;
    made.tree = createDeviceTree(folder.path);
    made.clock = createFakeClock();
  });

  afterEach(() => {
    for (const one of owned.splice(0).reverse()) one.dispose();
    expect(made.clock?.timers).toBe(0);
  });

  return {
    get root() {
      return given(made.root);
    },
    get tree() {
      return given(made.tree);
    },
    get clock() {
      return given(made.clock);
    },
    node: (name: string): string => join(given(made.tree).devRoot, name),
    /** A source over the tree, which has begun, with all that it says. */
    async watch(options: Partial<DevicePortSourceOptions> = {}) {
      const { devRoot, sysRoot } = given(made.tree);
      const source = createDevicePortSource({
        devRoot,
        sysRoot,
        clock: given(made.clock),
        isDeviceNode: (stats) => stats.isFile(),
        ...options,
      });
      const heard = recordPortEvents(source);
      owned.push(heard, source);
      await source.start();
      return { source, heard };
    },
    /** Lets looks that were begun go on to their end: they read real files. */
    settle: () => new Promise((resolve) => setTimeout(resolve, 30)),
  };
}
