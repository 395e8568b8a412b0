import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { bayOf, makeBench, runSlipway } from '../test/integration/station-harness.js';
import { figure, median, type Bench } from './figures.js';
import { createTerminals } from './terminals.js';

const bays = 16;

export const bench: Bench = {
  title: 'What a station with sixteen units plugged in, none of them flashing, takes of a core',
  needs: ['build', 'engine'],
  async run({ say, quick }) {
    const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
    const place = await makeBench({ autoFlash: false });
    try {
      const terminals = createTerminals(place.devices, bays);
      place.defer(() => terminals.dispose());
      for (let index = 0; index < bays; index++) terminals.plug(index);
      const station = runSlipway(place, ['station', '--home', place.home, '--json']);
      const { pid } = station.child;
      if (pid === undefined) throw new Error('the station did not start');
      for (let number = 1; number <= bays; number++) {
        await station.until((line) => {
          const bay = bayOf(line);
          return bay?.number === number && bay.status === 'ready';
        });
      }
      // Compiling and first looks are over.
      await wait(quick ? 3_000 : 15_000);

      const windows = quick ? 2 : 6;
      say(`watching for ${windows} times 10 s`);
      const shares: number[] = [];
      for (let nth = 0; nth < windows; nth++) {
        const [began, before] = [performance.now(), processorTicks(pid)];
        await wait(10_000);
        const seconds = (performance.now() - began) / 1000;
        shares.push((100 * (processorTicks(pid) - before)) / ticksPerSecond / seconds);
      }
      return [
        figure('idle station, 16 bays: CPU of one core', {
          value: median(shares),
          unit: '%',
          limit: 1,
          runs: shares,
          facts: { bays, residentBytes: residentBytes(pid), worst: Math.max(...shares) },
        }),
      ];
    } finally {
      await place.dispose();
    }
  },
};

/** User and system time of a process and of its children that have ended (proc(5): fields 14 to 17 of stat). */
function processorTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold anything; field 3 comes after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
}

function residentBytes(pid: number): number {
  return 1024 * Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
