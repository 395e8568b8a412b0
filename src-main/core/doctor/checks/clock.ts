import { fine, problem, warning, type Check } from '../check.js';
import { runsSystemd } from '../systemd.js';

/** Slipway did not exist before: a clock that says so has lost its battery. */
const firstYear = 2024;
const setCommand = 'sudo timedatectl set-ntp true';

/** Whether records get the right time. */
export const clockCheck: Check = {
  name: 'clock',
  async look(machine, signal) {
    const now = new Date(machine.clock.now());
    const date = now.toISOString().slice(0, 10);
    const hasTimedatectl = machine.platform === 'linux' && (await runsSystemd(machine));
    if (now.getUTCFullYear() < firstYear) {
      return problem('clock.wrong', { date }, hasTimedatectl ? setCommand : undefined);
    }
    if (!hasTimedatectl) return warning('clock.not-known', { date });
    const args = ['show', '--property=NTPSynchronized', '--value'];
    const answer = (await machine.programs.ask('timedatectl', args, signal))?.output.trim();
    if (answer === 'yes') return fine('clock.synchronised', { date });
    return answer === 'no'
      ? warning('clock.not-synchronised', { date }, setCommand)
      : warning('clock.not-known', { date });
  },
};
