import { stat } from 'node:fs/promises';
import { fine, problem, warning, type Check, type Finding } from '../check.js';
import { shellWord } from '../../shell-words.js';
import { readGroups } from '../groups.js';
import type { Machine } from '../machine.js';
import { saysAbsent } from '../../ports/system-error.js';

/**
 * By which right this user reaches the engine. Whoever does has the power of root: the engine does as root
 * what it is told. Source: https://docs.docker.com/engine/security/#docker-daemon-attack-surface
 */
export const engineAccess: Check = {
  name: 'engine-access',
  async look(machine) {
    const endpoint = await machine.endpoint();
    if (endpoint === null) return warning('unknown.no-engine');
    const { connection } = endpoint;
    if (connection.kind === 'tcp') {
      return connection.tls === null
        ? warning('engine-access.unprotected', { endpoint: endpoint.uri })
        : fine('engine-access.certificate');
    }
    if (machine.platform === 'win32') return fine('engine-access.pipe');
    return bySocket(machine, connection.path);
  },
};

async function bySocket(machine: Machine, socket: string): Promise<Finding> {
  const { user, view } = machine;
  if (user.id === 0) return fine('engine-access.root');
  let owner: { uid: number; gid: number };
  try {
    owner = await stat(socket);
  } catch (error) {
    if (saysAbsent(error)) return warning('unknown.no-engine');
    throw error;
  }
  const groups = await readGroups(machine.roots.etc);
  const group = groups.find(({ id }) => id === owner.gid);
  const name = group?.name ?? String(owner.gid);
  if (view.fault?.code !== 'engine-refused') {
    if (owner.uid === user.id) return fine('engine-access.own');
    return user.groups.includes(owner.gid)
      ? fine('engine-access.member', { group: name })
      : fine('engine-access.other');
  }
  if (group?.members.includes(user.name) === true && !user.groups.includes(owner.gid)) {
    return problem('engine-access.log-in-again', { group: name });
  }
  // A socket of root's own group: the group was made after the engine had started, or never.
  if (name === 'root' || name === '0') {
    const make =
      'sudo groupadd --force docker && sudo usermod -aG docker "$USER" && sudo systemctl restart docker';
    return problem('engine-access.no-group', undefined, make);
  }
  return problem('engine-access.refused', { group: name }, `sudo usermod -aG ${shellWord(name)} "$USER"`);
}
