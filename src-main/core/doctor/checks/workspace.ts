import { constants } from 'node:fs';
import { stat } from 'node:fs/promises';
import { saysAbsent, saysForbidden } from '../../ports/system-error.js';
import { fine, mendable, problem, warning, type Check } from '../check.js';
import { shellWord } from '../../shell-words.js';

/** Whether the folder with what is flashed is there. */
export const workspace: Check = {
  name: 'workspace',
  async look(machine) {
    const { config } = await machine.settings();
    if (config === null) return warning('unknown.no-settings');
    const path = config.workspace;
    try {
      if (!(await stat(path)).isDirectory()) return problem('workspace.no-folder', { path });
    } catch (error) {
      const make = machine.platform === 'win32' ? undefined : `mkdir -p ${shellWord(path)}`;
      if (saysAbsent(error)) {
        return mendable(problem('workspace.missing', { path }, make), 'make-workspace');
      }
      if (saysForbidden(error)) return problem('workspace.unreadable', { path });
      throw error;
    }
    return (await machine.whyNot(path, constants.R_OK | constants.X_OK)) === null
      ? fine('workspace.ready', { path })
      : problem('workspace.unreadable', { path });
  },
};
