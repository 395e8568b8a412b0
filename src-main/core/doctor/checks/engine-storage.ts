import { fine, warning, type Check } from '../check.js';
import { withEngine } from '../with-engine.js';

/** Drivers that later engines have given up. Source: https://docs.docker.com/engine/deprecated/ */
const outdated = new Set(['aufs', 'devicemapper', 'overlay']);

/** How the engine keeps layers. */
export const engineStorage: Check = {
  name: 'engine-storage',
  look: (machine) =>
    withEngine(machine, ({ info: { storageDriver: driver } }) => {
      if (driver === '') return warning('engine-storage.unnamed');
      // Every container copies its whole image: slow, and the disk fills.
      if (driver === 'vfs') return warning('engine-storage.copies', { driver });
      if (outdated.has(driver)) return warning('engine-storage.outdated', { driver });
      return fine('engine-storage.ready', { driver });
    }),
};
