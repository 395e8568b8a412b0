import { fine, problem, type Check } from '../check.js';
import { withEngine } from '../with-engine.js';

const local = new Set(['localhost', '127.0.0.1', '::1']);

/**
 * Whether this engine can hand the serial ports of this machine to a container. Docker Desktop runs it in a
 * virtual machine that has none of them; a rootless engine may not open what belongs to root; an engine on
 * another machine has its own. Sources: https://docs.docker.com/desktop/troubleshoot-and-support/faqs/general/
 * (USB), https://docs.docker.com/engine/security/rootless/
 */
export const engineKind: Check = {
  name: 'engine-kind',
  look: (machine) =>
    withEngine(machine, async ({ info }) => {
      const connection = (await machine.endpoint())?.connection;
      if (connection?.kind === 'tcp' && !local.has(connection.host)) {
        return problem('engine-kind.remote', { host: connection.host });
      }
      if (info.osType === 'windows') return problem('engine-kind.windows');
      if (info.operatingSystem.includes('Docker Desktop')) {
        return machine.platform === 'linux'
          ? problem('engine-kind.desktop', undefined, 'docker context use default')
          : problem('engine-kind.desktop');
      }
      if (info.rootless) {
        const command = 'sudo systemctl enable --now docker && docker context use default';
        return problem('engine-kind.rootless', undefined, command);
      }
      return fine('engine-kind.native', { system: info.operatingSystem });
    }),
};
