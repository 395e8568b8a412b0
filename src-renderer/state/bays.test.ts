import { describe, expect, it } from 'vitest';
import type { BayView } from '../../src-shared/model/bay.js';
import { createFakeBridge } from '../../test/fakes/bridge.js';
import { createClient } from '../client/client.js';
import { BaysMirror } from './bays.svelte.js';
import type { Frames } from './frame.js';

function bay(number: number, part: Partial<BayView> = {}): BayView {
  return {
    number,
    label: '',
    enabled: true,
    physicalPath: `usb:1-${number}:1.0`,
    status: 'empty',
    reason: null,
    port: null,
    recipe: null,
    run: null,
    hold: null,
    ...part,
  };
}

/** Frames that come when they are told to. */
function handFrames(): Frames & { paint: () => void; waiting: number } {
  let callbacks: (() => void)[] = [];
  return {
    requestAnimationFrame: (callback) => callbacks.push(callback),
    cancelAnimationFrame: () => (callbacks = []),
    paint() {
      const now = callbacks;
      callbacks = [];
      for (const callback of now) callback();
    },
    get waiting() {
      return callbacks.length;
    },
  };
}

function setUp() {
  const bridge = createFakeBridge({});
  const frames = handFrames();
  const client = createClient(bridge);
  const bays = new BaysMirror(client, frames);
  return { bridge, frames, bays };
}

describe('the mirror of the bays', () => {
  it('knows nothing until the station has spoken, then shows its bays in their order', () => {
    const { bridge, bays } = setUp();
    expect(bays.loaded).toBe(false);
    bridge.send('bays', { kind: 'bays', revision: 1, bays: [bay(2), bay(1)] });
    expect(bays.loaded).toBe(true);
    expect(bays.list.map(({ number }) => number)).toEqual([1, 2]);
  });

  it('changes a bay once a frame, to what came last', () => {
    const { bridge, bays, frames } = setUp();
    bridge.send('bays', { kind: 'bays', revision: 1, bays: [bay(1), bay(2)] });
    const [first, second] = bays.list;
    bridge.send('bays', { kind: 'bay', revision: 2, bay: bay(1, { status: 'settling' }) });
    bridge.send('bays', { kind: 'bay', revision: 3, bay: bay(1, { status: 'ready' }) });
    expect(first?.view.status).toBe('empty');
    expect(frames.waiting).toBe(1);

    const untouched = second?.view;
    frames.paint();
    expect(first?.view.status).toBe('ready');
    expect(second?.view).toBe(untouched);
    expect(bays.list).toEqual([first, second]);
  });

  it('takes in a bay that is new', () => {
    const { bridge, bays, frames } = setUp();
    bridge.send('bays', { kind: 'bays', revision: 1, bays: [bay(1), bay(3)] });
    bridge.send('bays', { kind: 'bay', revision: 2, bay: bay(2) });
    frames.paint();
    expect(bays.list.map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it('forgets what waited when the whole state comes again', () => {
    const { bridge, bays, frames } = setUp();
    bridge.send('bays', { kind: 'bays', revision: 1, bays: [bay(1)] });
    bridge.send('bays', { kind: 'bay', revision: 2, bay: bay(1, { status: 'ready' }) });
    bridge.send('bays', { kind: 'bays', revision: 1, bays: [bay(1, { status: 'disabled' })] });
    frames.paint();
    expect(bays.find(1)?.view.status).toBe('disabled');
  });

  it('listens no more once it is disposed of', () => {
    const { bridge, bays, frames } = setUp();
    bridge.send('bays', { kind: 'bays', revision: 1, bays: [bay(1)] });
    bridge.send('bays', { kind: 'bay', revision: 2, bay: bay(1, { status: 'ready' }) });
    bays.dispose();
    expect(bridge.listeners('bays')).toBe(0);
    expect(frames.waiting).toBe(0);
  });
});
