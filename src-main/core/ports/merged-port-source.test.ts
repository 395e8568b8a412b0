import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fault } from '../../../src-shared/model/result.js';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { recordPortEvents } from '../../../test/fakes/port-events.js';
import { createFakePortSource, type FakePortSource } from '../../../test/fakes/port-source.js';
import { createMergedPortSource } from './merged-port-source.js';
import type { PortSource } from './port-source.js';

describe('the merged source', () => {
  let clock: FakeClock;
  let devices: FakePortSource;
  let virtual: FakePortSource;
  let merged: PortSource;
  let heard: ReturnType<typeof recordPortEvents>;

  beforeEach(async () => {
    clock = createFakeClock();
    devices = createFakePortSource('devices');
    virtual = createFakePortSource('virtual');
    merged = createMergedPortSource([devices, virtual], clock);
    heard = recordPortEvents(merged);
    await merged.start();
  });

  afterEach(() => {
    merged.dispose();
    expect(clock.timers).toBe(0);
  });

  it('passes on what each source sees', () => {
    devices.plug({ path: '/dev/ttyUSB0' });
    virtual.plug({ path: '/run/ttyW0', node: '/dev/pts/3' });
    devices.unplug('/dev/ttyUSB0');
    expect(heard.words()).toEqual(['+/dev/ttyUSB0', '+/run/ttyW0', '-/dev/ttyUSB0']);
    expect(merged.list().map(({ path }) => path)).toEqual(['/run/ttyW0']);
  });

  it('shows a port that two sources see under the same path once', () => {
    devices.plug({ path: '/dev/ttyUSB0', physicalPath: 'usb:1-2:1.0' });
    virtual.plug({ path: '/dev/ttyUSB0' });
    expect(merged.list().map(({ physicalPath }) => physicalPath)).toEqual(['usb:1-2:1.0']);
    virtual.unplug('/dev/ttyUSB0');
    devices.unplug('/dev/ttyUSB0');
    expect(heard.words()).toEqual(['+/dev/ttyUSB0', '-/dev/ttyUSB0']);
  });

  it('shows a node that has two names once', () => {
    virtual.plug({ path: '/run/a', node: '/dev/pts/3' });
    virtual.plug({ path: '/run/b', node: '/dev/pts/3' });
    expect(heard.words()).toEqual(['+/run/a']);
  });

  it('lets the other name take over when the first stays gone', () => {
    virtual.plug({ path: '/run/a', node: '/dev/pts/3' });
    virtual.plug({ path: '/run/b', node: '/dev/pts/3' });
    virtual.unplug('/run/a');
    clock.advance(250);
    expect(heard.words()).toEqual(['+/run/a', '-/run/a', '+/run/b']);
  });

  it('does not show the other name while a node with two names is replaced', () => {
    for (let plug = 0; plug < 2; plug++) {
      virtual.unplug('/run/a');
      virtual.unplug('/run/b');
      virtual.plug({ path: '/run/a', node: '/dev/pts/3' });
      virtual.plug({ path: '/run/b', node: '/dev/pts/3' });
    }
    clock.advance(1000);
    expect(heard.words()).toEqual(['+/run/a', '-/run/a', '+/run/a']);
  });

  it('passes faults on under the name of their source', () => {
    const broken = fault('port-watch-failed', { path: '/dev', reason: 'ENOSPC' });
    devices.report(broken);
    devices.report(null);
    expect(heard.events).toEqual([
      { type: 'fault', source: 'devices', fault: broken },
      { type: 'fault', source: 'devices', fault: null },
    ]);
  });

  it('disposes its sources and listens to them no more', () => {
    virtual.plug({ path: '/run/a', node: '/dev/pts/3' });
    virtual.plug({ path: '/run/b', node: '/dev/pts/3' });
    virtual.unplug('/run/a');
    merged.dispose();
    expect([devices.listeners, virtual.listeners]).toEqual([0, 0]);
    expect([devices.disposed, virtual.disposed]).toEqual([true, true]);
  });
});
