import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { fail, fault, type Result } from '../../../src-shared/model/result.js';
import { serialSettingsSchema } from '../../../src-shared/model/serial.js';
import type { Clock } from '../clock.js';
import { isPseudoTerminal } from '../ports/node-stamp.js';
import { answerOrNothing, saysAbsent, saysForbidden } from '../ports/system-error.js';
import { findHolders, playsDevices, type Holder } from './holders.js';
import { createSerialPort } from './open-port.js';
import type { SerialOpener } from './serial-port.js';
import { openFault } from './wire-faults.js';
import { openWire } from './wire.js';

export interface SerialOpenerOptions {
  clock: Clock;
  /** A test hands this in. */
  findHoldersOf?: (device: BigIntStats) => Promise<Holder[]>;
  platform?: NodeJS.Platform;
}

/** Serial ports opened by way of the `serialport` package; who holds one is read from /proc on Linux. */
export function createSerialOpener(options: SerialOpenerOptions): SerialOpener {
  const { clock, findHoldersOf = findHolders, platform = process.platform } = options;

  async function othersOn(stats: BigIntStats): Promise<Holder[]> {
    if (platform !== 'linux' || !stats.isCharacterDevice()) return [];
    const holders = await findHoldersOf(stats);
    // Whoever plays the device at the other end of a pseudo-terminal keeps this end open, too, and may.
    return isPseudoTerminal(stats) ? holders.filter(({ pid }) => !playsDevices(pid)) : holders;
  }

  async function look(node: string): Promise<Result<{ node: string; isPseudo: boolean }>> {
    if (platform === 'win32') return { ok: true, value: { node, isPseudo: false } };
    try {
      const real = await realpath(node);
      const stats = await stat(real, { bigint: true });
      if (!stats.isCharacterDevice()) return fail('serial-no-port', { path: node });
      await access(real, constants.R_OK | constants.W_OK);
      const holders = await othersOn(stats);
      if (holders.length > 0) return fail('port-busy', { path: node }, describe(holders));
      return { ok: true, value: { node: real, isPseudo: isPseudoTerminal(stats) } };
    } catch (error) {
      if (saysForbidden(error)) return fail('port-permission', { path: node }, String(error));
      if (saysAbsent(error)) return fail('serial-gone', { path: node }, String(error));
      throw error;
    }
  }

  return {
    async holders(node) {
      const stats = await answerOrNothing(() => stat(node, { bigint: true }));
      return stats === undefined ? '' : describe(await othersOn(stats));
    },
    async open({ node, ...asked }) {
      const settings = serialSettingsSchema.safeParse(asked);
      if (!settings.success) return fail('serial-settings-refused', { path: node }, settings.error.message);
      const place = await look(node);
      if (!place.ok) return place;
      const opened = await openWire(place.value.node, settings.data, true).then(
        (wire) => ({ wire, error: null }),
        (error: unknown) => ({ wire: null, error: openFault(error, node) }),
      );
      if (opened.wire === null) return { ok: false, error: await withHolder(opened.error, place.value.node) };
      const port = createSerialPort({ ...place.value, wire: opened.wire, settings: settings.data, clock });
      return { ok: true, value: port };
    },
  };

  /** The lock was refused after all: perhaps by somebody whose name can be had. */
  async function withHolder(refused: ReturnType<typeof fault>, node: string): Promise<typeof refused> {
    if (refused.code !== 'port-busy' || platform !== 'linux') return refused;
    const holders = await stat(node, { bigint: true }).then(findHoldersOf, () => []);
    return holders.length === 0 ? refused : fault('port-busy', { path: node }, describe(holders));
  }
}

/** As text for a fault's detail: `picocom (4711), …`. */
function describe(holders: readonly Holder[]): string {
  return holders.map(({ pid, name }) => `${name} (${pid})`).join(', ');
}
