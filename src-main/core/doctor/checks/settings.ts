import { join } from 'node:path';
import { fine, problem, type Check } from '../check.js';

/** Whether `station.yaml` can be used. */
export const settings: Check = {
  name: 'settings',
  async look(machine) {
    const file = join(machine.home, 'station.yaml');
    const found = await machine.settings();
    switch (found.state) {
      case 'in-force':
        return fine('settings.ready', { file });
      case 'first-start':
        return fine('settings.not-made-yet', { file });
      case 'unreadable':
        return problem('settings.unreadable', { file, code: found.code });
      case 'unusable': {
        const { line, column, at } = found.problem;
        // A select cannot choose by an empty text.
        return problem('settings.unusable', { file, line, column, at: at === '' ? 'nowhere' : at });
      }
    }
  },
};
