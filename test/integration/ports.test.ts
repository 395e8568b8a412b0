import {
  chmodSync,
  closeSync,
  constants,
  openSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src-main/core/clock.js';
import { createPortSource } from '../../src-main/core/ports/create-port-source.js';
import { createDevicePortSource } from '../../src-main/core/ports/device-port-source.js';
import type { PortSource } from '../../src-main/core/ports/port-source.js';
import { createSerialPorts } from '../../src-main/core/serial/create-serial-ports.js';
import { recordPortEvents } from '../fakes/port-events.js';
import { createTemporaryFolder } from '../fakes/temporary-folder.js';
import { openTerminal, openTerminalElsewhere } from '../fakes/terminals.js';

describe('detection on real pseudo-terminals', () => {
  let plugs: string;
  let source: PortSource;
  let heard: ReturnType<typeof recordPortEvents>;
  const owned: { dispose(): void | Promise<void> }[] = [];

  beforeEach(async () => {
    const folder = createTemporaryFolder();
    plugs = join(folder.path, 'plugs');
    source = createPortSource({
      virtualPorts: [join(plugs, 'ttyW*')],
      serialPorts: createSerialPorts(),
      clock: createSystemClock(),
      devRoot: folder.path,
    });
    heard = recordPortEvents(source);
    owned.push(folder, heard, source);
    await source.start();
    await mkdir(plugs);
  });

  afterEach(async () => {
    for (const one of owned.splice(0).reverse()) await one.dispose();
  });

  const terminal = () => {
    const opened = openTerminal();
    owned.push({ dispose: () => opened.hangUp() });
    return opened;
  };
  const terminalElsewhere = async () => {
    const opened = await openTerminalElsewhere();
    owned.push({ dispose: () => opened.hangUp() });
    return opened;
  };
  const plugPath = (number: number): string => join(plugs, `ttyW${number}`);

  it('sees a pseudo-terminal behind a link and what it is', async () => {
    const { path } = terminal();
    symlinkSync(path, plugPath(0));
    await heard.says(`+${plugPath(0)}`);
    expect(source.list()).toMatchObject([
      {
        path: plugPath(0),
        node: path,
        kind: 'pseudo-terminal',
        physicalPath: `virtual:${plugPath(0)}`,
      },
    ]);
  });

  it('sees the terminal hang up although its link stays', async () => {
    const { path, hangUp } = terminal();
    symlinkSync(path, plugPath(0));
    await heard.says(`+${plugPath(0)}`);
    hangUp();
    await heard.says(`+${plugPath(0)}`, `-${plugPath(0)}`);
  });

  it('tells a terminal that got the number of another from that one', async () => {
    const first = await terminalElsewhere();
    symlinkSync(first.path, plugPath(0));
    await heard.says(`+${plugPath(0)}`);
    const before = source.list()[0];
    await first.hangUp();
    const second = await terminalElsewhere();
    expect(second.path).toBe(first.path);
    await heard.says(`+${plugPath(0)}`, `-${plugPath(0)}`, `+${plugPath(0)}`);
    const after = source.list()[0];
    expect(after).toMatchObject({ node: before?.node, physicalPath: before?.physicalPath });
    expect(after?.identity).not.toBe(before?.identity);
  });

  it('keeps a port that is opened, written to, closed and given another mode', async () => {
    const { path } = terminal();
    symlinkSync(path, plugPath(0));
    await heard.says(`+${plugPath(0)}`);
    const before = source.list();
    const handle = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    writeSync(handle, 'printenv\n');
    closeSync(handle);
    chmodSync(path, 0o666);
    // Another port makes it look at all of them, and the look after the doubt comes in 100 ms.
    symlinkSync(terminal().path, plugPath(1));
    await heard.says(`+${plugPath(0)}`, `+${plugPath(1)}`);
    await wait(250);
    expect(heard.words()).toEqual([`+${plugPath(0)}`, `+${plugPath(1)}`]);
    expect(source.list()[0]).toEqual(before[0]);
  });

  it('gives another process that looks the same identity', async () => {
    symlinkSync(terminal().path, plugPath(0));
    await heard.says(`+${plugPath(0)}`);
    const other = createPortSource({
      virtualPorts: [join(plugs, '*')],
      serialPorts: createSerialPorts(),
      clock: createSystemClock(),
      devRoot: plugs,
    });
    owned.push(other);
    await other.start();
    expect(other.list()).toEqual(source.list());
  });

  it('ends up with what is there after the wildest plugging', async () => {
    const { path } = terminal();
    for (let bounce = 0; bounce < 50; bounce++) {
      symlinkSync(path, plugPath(0));
      if (bounce % 7 === 0) await wait(1);
      unlinkSync(plugPath(0));
    }
    symlinkSync(path, plugPath(0));
    await expect.poll(() => source.list()).toHaveLength(1);
    await wait(50);
    const words = heard.words();
    expect(words.at(-1)).toBe(`+${plugPath(0)}`);
    expect(words).toEqual(words.map((_, index) => `${index % 2 === 0 ? '+' : '-'}${plugPath(0)}`));
    rmSync(plugPath(0));
    await expect.poll(() => source.list()).toEqual([]);
  });

  it('goes on with a folder that is removed with all its links and made again', async () => {
    const { path } = terminal();
    symlinkSync(path, plugPath(0));
    await heard.says(`+${plugPath(0)}`);
    await rm(plugs, { recursive: true });
    await heard.says(`+${plugPath(0)}`, `-${plugPath(0)}`);
    await mkdir(plugs);
    symlinkSync(path, plugPath(0));
    await heard.says(`+${plugPath(0)}`, `-${plugPath(0)}`, `+${plugPath(0)}`);
  });

  it('tells of a link soon after it is made, with fifteen others there', async () => {
    const terminals = Array.from({ length: 16 }, terminal);
    terminals.slice(1).forEach(({ path }, index) => symlinkSync(path, plugPath(index + 1)));
    await expect.poll(() => source.list()).toHaveLength(15);
    const path = terminals[0]?.path ?? '';
    const took: number[] = [];
    for (let round = 0; round < 40; round++) {
      const attached = new Promise<number>((resolve) => {
        const subscription = source.events.subscribe((event) => {
          if (event.type !== 'attached') return;
          subscription.dispose();
          resolve(performance.now());
        });
      });
      const made = performance.now();
      symlinkSync(path, plugPath(0));
      took.push((await attached) - made);
      unlinkSync(plugPath(0));
      await expect.poll(() => source.list(), { interval: 2 }).toHaveLength(15);
    }
    took.sort((one, other) => one - other);
    const percentile = (part: number): string => (took[Math.ceil(took.length * part) - 1] ?? 0).toFixed(1);
    process.stdout.write(`link made -> attached: p50 ${percentile(0.5)} ms, p95 ${percentile(0.95)} ms\n`);
    expect(took).toHaveLength(40);
  });
});

describe('detection on this machine', () => {
  it('watches its own /dev and /sys without a fault', async () => {
    const source = createDevicePortSource({ clock: createSystemClock() });
    const heard = recordPortEvents(source);
    await source.start();
    expect(heard.words().filter((word) => word.startsWith('!'))).toEqual([]);
    source.dispose();
    heard.dispose();
  });
});
