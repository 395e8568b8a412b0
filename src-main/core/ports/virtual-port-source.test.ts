import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { recordPortEvents } from '../../../test/fakes/port-events.js';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { createFakeWatches, systemError } from '../../../test/fakes/watches.js';
import type { PortSource } from './port-source.js';
import { createVirtualPortSource, type VirtualPortSourceOptions } from './virtual-port-source.js';

describe('the source of virtual ports', () => {
  let root: string;
  let clock: FakeClock;
  const owned: { dispose(): void }[] = [];

  beforeEach(() => {
    const folder = createTemporaryFolder();
    owned.push(folder);
    root = folder.path;
    clock = createFakeClock();
    mkdirSync(join(root, 'pts'));
    mkdirSync(join(root, 'plugs'));
  });

  afterEach(() => {
    for (const one of owned.splice(0).reverse()) one.dispose();
    expect(clock.timers).toBe(0);
  });

  const at = (path: string): string => join(root, path);

  /** Plain files stand for nodes; the real ones are in test/integration/ports.test.ts. */
  const watch = async (globs: string[], options: Partial<VirtualPortSourceOptions> = {}) => {
    const source: PortSource = createVirtualPortSource({
      globs: globs.map(at),
      clock,
      isDeviceNode: (stats) => stats.isFile(),
      ...options,
    });
    const heard = recordPortEvents(source);
    owned.push(heard, source);
    await source.start();
    return { source, heard };
  };

  const makeNode = (path: string): void => writeFileSync(at(path), '');

  it('attaches what is there when it starts, with the node behind the link', async () => {
    makeNode('pts/3');
    symlinkSync(at('pts/3'), at('plugs/ttyW0'));
    const { source, heard } = await watch(['plugs/ttyW*']);
    expect(heard.words()).toEqual([`+${at('plugs/ttyW0')}`]);
    expect(source.list()).toMatchObject([
      {
        path: at('plugs/ttyW0'),
        node: at('pts/3'),
        kind: 'device',
        physicalPath: `virtual:${at('plugs/ttyW0')}`,
      },
    ]);
  });

  it('attaches and detaches as links come and go, and leaves other names alone', async () => {
    const { heard } = await watch(['plugs/ttyW*']);
    makeNode('pts/3');
    symlinkSync('../pts/3', at('plugs/other'));
    symlinkSync('../pts/3', at('plugs/ttyW0'));
    await heard.says(`+${at('plugs/ttyW0')}`);
    unlinkSync(at('plugs/ttyW0'));
    await heard.says(`+${at('plugs/ttyW0')}`, `-${at('plugs/ttyW0')}`);
  });

  it('takes a node that stands in the folder itself', async () => {
    const { source, heard } = await watch(['plugs/ttyW*']);
    makeNode('plugs/ttyW0');
    await heard.says(`+${at('plugs/ttyW0')}`);
    expect(source.list()[0]?.node).toBe(at('plugs/ttyW0'));
  });

  it('takes a path without wildcards', async () => {
    const { heard } = await watch(['plugs/board']);
    makeNode('plugs/board');
    await heard.says(`+${at('plugs/board')}`);
  });

  it('does not take a folder, nor a link to one', async () => {
    mkdirSync(at('plugs/ttyW0'));
    symlinkSync(at('pts'), at('plugs/ttyW1'));
    const { source } = await watch(['plugs/ttyW*']);
    expect(source.list()).toEqual([]);
  });

  it('does not take a dangling link until its node is there, nor after it is gone', async () => {
    symlinkSync(at('pts/5'), at('plugs/ttyW0'));
    const { source, heard } = await watch(['plugs/ttyW*']);
    expect(source.list()).toEqual([]);
    makeNode('pts/5');
    await heard.says(`+${at('plugs/ttyW0')}`);
    unlinkSync(at('pts/5'));
    await heard.says(`+${at('plugs/ttyW0')}`, `-${at('plugs/ttyW0')}`);
  });

  it('waits for the folder of a dangling link as well', async () => {
    symlinkSync(at('later/pts/5'), at('plugs/ttyW0'));
    const { heard } = await watch(['plugs/ttyW*']);
    mkdirSync(at('later/pts'), { recursive: true });
    makeNode('later/pts/5');
    await heard.says(`+${at('plugs/ttyW0')}`);
  });

  it('follows a chain of links and sees when a link in its middle goes', async () => {
    makeNode('pts/3');
    symlinkSync(at('pts/3'), at('middle'));
    symlinkSync(at('middle'), at('plugs/ttyW0'));
    const { source, heard } = await watch(['plugs/ttyW*']);
    expect(source.list()[0]?.node).toBe(at('pts/3'));
    unlinkSync(at('middle'));
    await heard.says(`+${at('plugs/ttyW0')}`, `-${at('plugs/ttyW0')}`);
  });

  it('does not fall for links that go in a circle', async () => {
    symlinkSync(at('plugs/ttyW1'), at('plugs/ttyW0'));
    symlinkSync(at('plugs/ttyW0'), at('plugs/ttyW1'));
    const { source, heard } = await watch(['plugs/ttyW*']);
    expect(source.list()).toEqual([]);
    expect(heard.words()).toEqual([]);
  });

  it('tells a link that is pointed elsewhere as a detach and an attach', async () => {
    makeNode('pts/3');
    makeNode('pts/4');
    symlinkSync(at('pts/3'), at('plugs/ttyW0'));
    const { source, heard } = await watch(['plugs/ttyW*']);
    symlinkSync(at('pts/4'), at('next'));
    renameSync(at('next'), at('plugs/ttyW0'));
    await heard.says(`+${at('plugs/ttyW0')}`, `-${at('plugs/ttyW0')}`, `+${at('plugs/ttyW0')}`);
    expect(source.list()[0]?.node).toBe(at('pts/4'));
  });

  it('tells a link or a node that was made anew between two looks as a detach and an attach', async () => {
    makeNode('pts/3');
    symlinkSync(at('pts/3'), at('plugs/ttyW0'));
    const { source, heard } = await watch(['plugs/ttyW*']);
    const first = source.list()[0]?.identity;
    unlinkSync(at('plugs/ttyW0'));
    symlinkSync(at('pts/3'), at('plugs/ttyW0'));
    const once = [`+${at('plugs/ttyW0')}`, `-${at('plugs/ttyW0')}`, `+${at('plugs/ttyW0')}`];
    await heard.says(...once);
    const second = source.list()[0]?.identity;
    expect(second).not.toBe(first);
    unlinkSync(at('pts/3'));
    makeNode('pts/3');
    await heard.says(...once, `-${at('plugs/ttyW0')}`, `+${at('plugs/ttyW0')}`);
    expect(source.list()[0]?.identity).not.toBe(second);
  });

  it('keeps a port and its identity while it is written to and its mode is changed', async () => {
    makeNode('pts/3');
    symlinkSync(at('pts/3'), at('plugs/ttyW0'));
    const { source, heard } = await watch(['plugs/ttyW*']);
    const before = source.list();
    writeFileSync(at('pts/3'), 'data');
    chmodSync(at('pts/3'), 0o600);
    utimesSync(at('pts/3'), 1, 1);
    clock.advance(5000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard.words()).toEqual([`+${at('plugs/ttyW0')}`]);
    expect(source.list()).toEqual(before);
  });

  it('waits for a folder that is not there yet, level by level', async () => {
    const { heard } = await watch(['run/station/plugs/ttyW*']);
    mkdirSync(at('run'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    mkdirSync(at('run/station/plugs'), { recursive: true });
    makeNode('run/station/plugs/ttyW0');
    await heard.says(`+${at('run/station/plugs/ttyW0')}`);
  });

  it('goes on with a folder that is removed and made again, without a fault', async () => {
    const { heard } = await watch(['plugs/ttyW*']);
    const port = at('plugs/ttyW0');
    const expected: string[] = [];
    for (let round = 0; round < 3; round++) {
      makeNode('plugs/ttyW0');
      await heard.says(...expected, `+${port}`);
      rmSync(at('plugs'), { recursive: true });
      await heard.says(...expected, `+${port}`, `-${port}`);
      mkdirSync(at('plugs'));
      expected.push(`+${port}`, `-${port}`);
    }
  });

  it('goes on with a folder that is moved away and replaced', async () => {
    const { heard } = await watch(['plugs/ttyW*']);
    renameSync(at('plugs'), at('old'));
    mkdirSync(at('plugs'));
    makeNode('plugs/ttyW0');
    await heard.says(`+${at('plugs/ttyW0')}`);
    writeFileSync(at('old/ttyW1'), '');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard.words()).toHaveLength(1);
  });

  it('understands wildcards in folders, alternatives and any depth', async () => {
    const { source, heard } = await watch(['farm/*/tty{A,B}[0-9]', 'deep/**/ttyD?']);
    mkdirSync(at('farm/one'), { recursive: true });
    makeNode('farm/one/ttyA0');
    await heard.says(`+${at('farm/one/ttyA0')}`);
    mkdirSync(at('farm/two'));
    makeNode('farm/two/ttyB1');
    makeNode('farm/two/ttyC1');
    await heard.says(`+${at('farm/one/ttyA0')}`, `+${at('farm/two/ttyB1')}`);
    mkdirSync(at('deep/a/b'), { recursive: true });
    makeNode('deep/ttyD0');
    makeNode('deep/a/b/ttyD1');
    await expect.poll(() => source.list().map(({ path }) => path)).toHaveLength(4);
  });

  it('leaves nodes alone that another source reports, whatever links lead to them', async () => {
    makeNode('pts/3');
    makeNode('pts/4');
    symlinkSync(at('pts/3'), at('plugs/ttyW0'));
    symlinkSync(at('pts/4'), at('plugs/ttyW1'));
    const { source } = await watch(['plugs/ttyW*'], {
      isReportedElsewhere: (node) => node === at('pts/3'),
    });
    expect(source.list().map(({ path }) => path)).toEqual([at('plugs/ttyW1')]);
  });

  it('opens a broken watch again with back-off and sees what happened meanwhile', async () => {
    makeNode('plugs/ttyW0');
    const watches = createFakeWatches();
    const { heard } = await watch(['plugs/ttyW*'], { openWatch: watches.openWatch });
    watches.breakAll(systemError('EMFILE', at('plugs')));
    await heard.says(`+${at('plugs/ttyW0')}`, '!port-watch-failed');
    expect(watches.folders()).toEqual([]);
    makeNode('plugs/ttyW1');
    clock.advance(249);
    expect(watches.folders()).toEqual([]);
    clock.advance(1);
    await heard.says(`+${at('plugs/ttyW0')}`, '!port-watch-failed', `+${at('plugs/ttyW1')}`, 'ok');
    expect(watches.folders()).toEqual([at('plugs')]);
  });

  it('finds ports by its safety look alone while the system has no watches left', async () => {
    const watches = createFakeWatches({ fail: (folder) => systemError('ENOSPC', folder) });
    const { heard } = await watch(['plugs/ttyW*'], { openWatch: watches.openWatch });
    await heard.says('!port-watch-failed');
    const [event] = heard.events;
    expect(event).toMatchObject({
      source: 'virtual',
      fault: { params: { path: at('plugs'), reason: 'ENOSPC' } },
    });
    makeNode('plugs/ttyW0');
    clock.advance(250);
    await heard.says('!port-watch-failed', `+${at('plugs/ttyW0')}`);
  });

  it('lets nothing go on after it is disposed', async () => {
    const watches = createFakeWatches();
    const { source, heard } = await watch(['plugs/ttyW*', 'later/ttyW*'], { openWatch: watches.openWatch });
    expect(watches.folders().sort()).toEqual([at('plugs'), root].sort());
    makeNode('plugs/ttyW0');
    watches.entry(at('plugs'), 'rename', 'ttyW0');
    source.dispose();
    source.dispose();
    expect(watches.folders()).toEqual([]);
    expect(clock.timers).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(heard.words()).toEqual([]);
    expect(watches.folders()).toEqual([]);
    expect(clock.timers).toBe(0);
  });
});
