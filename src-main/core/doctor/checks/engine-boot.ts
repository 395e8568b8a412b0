import { fine, mendable, warning, type Check } from '../check.js';
import { runsSystemd } from '../systemd.js';

const systemSockets = new Set(['/var/run/docker.sock', '/run/docker.sock']);
const started = new Set(['enabled', 'enabled-runtime', 'static', 'alias', 'indirect', 'generated']);

/** Whether the engine is there again after the machine was switched on. */
export const engineBoot: Check = {
  name: 'engine-boot',
  platforms: ['linux'],
  async look(machine, signal) {
    const endpoint = await machine.endpoint();
    if (endpoint === null) return warning('unknown.no-engine');
    const { connection } = endpoint;
    if (connection.kind !== 'socket' || !systemSockets.has(connection.path)) {
      return warning('engine-boot.not-the-systems', { endpoint: endpoint.uri });
    }
    if (!(await runsSystemd(machine))) return warning('engine-boot.no-systemd');
    const isEnabled = async (unit: string): Promise<string | null> =>
      (await machine.programs.ask('systemctl', ['is-enabled', unit], signal))?.output.trim() ?? null;
    const service = await isEnabled('docker.service');
    if (service === null) return warning('engine-boot.no-systemd');
    if (started.has(service)) return fine('engine-boot.enabled');
    // Enough as well: the station's first look at the socket starts the engine.
    if (started.has((await isEnabled('docker.socket')) ?? '')) return fine('engine-boot.on-demand');
    if (service === 'masked') {
      const command = 'sudo systemctl unmask docker && sudo systemctl enable docker';
      return warning('engine-boot.disabled', undefined, command);
    }
    if (service !== 'disabled') return warning('engine-boot.unknown-unit');
    const found = warning('engine-boot.disabled', undefined, 'sudo systemctl enable docker');
    return machine.user.id === 0 ? mendable(found, 'boot-engine') : found;
  },
};
