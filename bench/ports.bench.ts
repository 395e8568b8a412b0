import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { BayView } from '../src-shared/model/bay.js';
import { makeBench, startStation } from '../test/integration/station-harness.js';
import { figure, median, percentile, type Bench } from './figures.js';
import { createTerminals } from './terminals.js';

/** As many bays as the largest station of the design. */
const bays = 16;
/** A bay's updates are at most ten a second: each plug is measured against a quiet bay. */
const quietMs = 250;

export const bench: Bench = {
  title: 'From a device node that appears to its bay on the event stream',
  needs: ['engine'],
  async run({ say, quick }) {
    const place = await makeBench({ autoFlash: false });
    try {
      const station = await startStation(place);
      const terminals = createTerminals(place.devices, bays);
      place.defer(() => terminals.dispose());
      for (let index = 0; index < bays; index++) terminals.plug(index);
      const seen = createWatch();
      const subscription = station.subscribe('bays', undefined, (message) => {
        for (const bay of message.kind === 'bays' ? message.bays : [message.bay]) seen.look(bay);
      });
      for (let index = 0; index < bays; index++) await seen.until(index, true);

      const appeared: number[] = [];
      const vanished: number[] = [];
      const plugs = quick ? 20 : 200;
      say(`plugging ${plugs} times`);
      for (let nth = 0; nth < plugs; nth++) {
        const index = nth % bays;
        await wait(quietMs);
        const pulled = performance.now();
        terminals.unplug(index);
        vanished.push((await seen.until(index, false)) - pulled);
        await wait(quietMs);
        const plugged = performance.now();
        terminals.plug(index);
        appeared.push((await seen.until(index, true)) - plugged);
      }
      subscription.dispose();
      return [
        figure('device node appears → bay on the event stream, p95', {
          value: percentile(appeared, 0.95),
          unit: 'ms',
          limit: 50,
          runs: appeared,
          facts: { bays, plugs, median: median(appeared), worst: Math.max(...appeared) },
        }),
        figure('device node vanishes → bay on the event stream, p95', {
          value: percentile(vanished, 0.95),
          unit: 'ms',
          runs: vanished,
          facts: { median: median(vanished), worst: Math.max(...vanished) },
        }),
      ];
    } finally {
      await place.dispose();
    }
  },
};

/** Knows for each widget whether its bay has its port now, and tells when that changes. */
function createWatch(): {
  look(bay: BayView): void;
  until: (index: number, present: boolean) => Promise<number>;
} {
  const present = new Map<number, boolean>();
  const waiting = new Map<number, { wanted: boolean; resolve: (at: number) => void }>();
  return {
    look(bay) {
      const at = performance.now();
      const index = Number(/ttyWIDGET(\d+)$/.exec(bay.physicalPath)?.[1]);
      present.set(index, bay.port !== null);
      const one = waiting.get(index);
      if (one?.wanted !== (bay.port !== null)) return;
      waiting.delete(index);
      one.resolve(at);
    },
    until: (index, wanted) =>
      new Promise((resolve) => {
        if (present.get(index) === wanted) resolve(performance.now());
        else waiting.set(index, { wanted, resolve });
      }),
  };
}
