import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { saysAbsent } from '../../ports/system-error.js';
import { fine, problem, quoted, warning, type Check } from '../check.js';

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
    if (found.uid !== user.id && found.uid !== 0) {
      return problem('secrets.of-another', { path }, `sudo chown "$USER" ${quoted(path)}`);
    }
    // Of root and for root alone: this user, who is not root, cannot read it.
    if (found.uid !== user.id)
      return warning('secrets.of-another', { path }, `sudo chown "$USER" ${quoted(path)}`);
    const mode = found.mode & 0o777;
    if ((mode & 0o077) !== 0) {
      return problem('secrets.open', { path, mode: mode.toString(8) }, `chmod 600 ${quoted(path)}`);
    }
    return fine('secrets.ready', { path });
  },
};
