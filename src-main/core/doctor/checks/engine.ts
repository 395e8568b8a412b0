import { fine, mendable, problem, warning, type Check, type Finding } from '../check.js';
import type { Machine } from '../machine.js';
import { runsSystemd } from '../systemd.js';

/** Whether an engine answers, and where. */
export const engine: Check = {
  name: 'engine',
  async look(machine) {
    const { view } = machine;
    const { endpoint } = view;
    if (view.state === 'ready') return fine('engine.ready', { endpoint });
    const fault = view.fault;
    if (fault === null) return warning('engine.connecting', { endpoint });
    const reason = String(fault.params?.['reason'] ?? fault.detail ?? fault.code);
    switch (fault.code) {
      case 'engine-refused':
        return problem('engine.refused', { endpoint });
      case 'engine-too-old':
        return fine('engine.ready', { endpoint });
      case 'engine-endpoint-unusable':
        return problem('engine.endpoint-unusable', {
          endpoint: String(fault.params?.['endpoint'] ?? endpoint),
        });
      case 'engine-absent':
      case 'engine-lost':
        return absent(machine);
      default:
        return problem('engine.error', { endpoint, reason });
    }
  },
};

async function absent(machine: Machine): Promise<Finding> {
  const { endpoint } = machine.view;
  if (machine.platform !== 'linux' || !endpoint.startsWith('unix://')) {
    return problem('engine.absent', { endpoint });
  }
  if ((await machine.programs.find('dockerd')) === null) {
    const isDebian = (await machine.programs.find('apt-get')) !== null;
    return problem(
      'engine.not-installed',
      { endpoint },
      isDebian ? 'sudo apt-get install docker.io' : undefined,
    );
  }
  if (!(await runsSystemd(machine)))
    return problem('engine.absent', { endpoint }, 'sudo service docker start');
  const found = problem('engine.absent', { endpoint }, 'sudo systemctl start docker');
  // Without root it would ask for a password that nobody can type here.
  return machine.user.id === 0 ? mendable(found, 'start-engine') : found;
}
