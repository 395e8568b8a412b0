import { fine, problem, warning, type Check } from '../check.js';
import { withEngine } from '../with-engine.js';

/** Whether a recipe's limits on memory, processors and processes hold: what cgroups this kernel has. */
export const engineLimits: Check = {
  name: 'engine-limits',
  look: (machine) =>
    withEngine(machine, ({ info: { limits, cgroupVersion: version, cgroupDriver: driver } }) => {
      // The engine refuses a container with a limit on processors; limits of memory it only forgets.
      if (!limits.processors) return problem('engine-limits.no-processors', { version });
      if (!limits.memory) return warning('engine-limits.no-memory', { version });
      if (!limits.processes) return warning('engine-limits.no-processes', { version });
      return fine('engine-limits.ready', { version, driver });
    }),
};
