import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { saysAbsent } from '../../ports/system-error.js';
import { fine, mendable, problem, type Check } from '../check.js';
import { shellWord } from '../../shell-words.js';

/** Whether the secrets are readable by this user alone. What is in the file is not looked at. */
export const secretsFile: Check = {
  name: 'secrets',
  platforms: ['linux', 'darwin'],
  async look({ home, user }) {
    const path = join(home, 'secrets');
    let found;
    try {
      found = await stat(path);
    } catch (error) {
      if (saysAbsent(error)) return fine('secrets.none');
      throw error;
    }
    if (!found.isFile()) return problem('secrets.no-file', { path });
    // One of root's own would be accepted, but has to be closed to everyone else: this user could not read it.
    if (found.uid !== user.id) {
      return problem('secrets.of-another', { path }, `sudo chown "$USER" ${shellWord(path)}`);
    }
    const mode = found.mode & 0o777;
    if ((mode & 0o077) !== 0) {
      const command = `chmod 600 ${shellWord(path)}`;
      return mendable(problem('secrets.open', { path, mode: mode.toString(8) }, command), 'close-secrets');
    }
    return fine('secrets.ready', { path });
  },
};
