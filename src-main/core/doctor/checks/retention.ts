import { readRemovals } from '../../cleanup/removals.js';
import { fine, type Check } from '../check.js';

const megabyte = 1024 ** 2;
const day = 86_400_000;

/** What went by itself lately: nobody should have to wonder where a log is. */
export const retention: Check = {
  name: 'retention',
  async look({ home, clock }) {
    const lately = (await readRemovals(home, 5000)).filter(
      ({ at, by }) => by === 'policy' && clock.now() - at < day,
    );
    if (lately.length === 0) return fine('retention.nothing');
    const bytes = lately.reduce((sum, removal) => sum + (removal.bytes ?? 0), 0);
    return fine('retention.removed', { count: lately.length, megabytes: Math.ceil(bytes / megabyte) });
  },
};
