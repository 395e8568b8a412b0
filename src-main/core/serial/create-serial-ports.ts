import { constants, type BigIntStats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { z } from 'zod';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { isPseudoTerminal } from '../ports/node-stamp.js';
import { saysAbsent, saysForbidden } from '../ports/system-error.js';
import { findHolders, type Holder } from './holders.js';
import type { ListedPort, SerialPorts } from './serial-ports.js';

const maybe = z.string().optional();

/** What the library says of a port; checked, as all that comes from outside. */
const listedPortsSchema = z.array(
  z.object({
    path: z.string(),
    vendorId: maybe,
    productId: maybe,
    serialNumber: maybe,
    manufacturer: maybe,
    pnpId: maybe,
    locationId: maybe,
  }),
);

export interface SerialPortsOptions {
  /** A test hands these in: the library's list, and who holds a device. */
  listPorts?: () => Promise<ListedPort[]>;
  findHoldersOf?: (device: BigIntStats) => Promise<Holder[]>;
  platform?: NodeJS.Platform;
}

/** The serial ports of this machine by way of the `serialport` package and, on Linux, of /proc. */
export function createSerialPorts(options: SerialPortsOptions = {}): SerialPorts {
  const { listPorts = listByLibrary, findHoldersOf = findHolders, platform = process.platform } = options;
  return {
    async list(): Promise<Result<ListedPort[]>> {
      try {
        return ok(await listPorts());
      } catch (error) {
        // The library gives no codes of its own: on Linux the failed start of udevadm, elsewhere texts of
        // the system's interfaces (IOKit, SetupAPI). None of them is for us to fix.
        if (!(error instanceof Error)) throw error;
        const reason = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
        return fail('port-watch-failed', { path: 'serialport', reason }, error.message);
      }
    },
    async probe(node): Promise<Result<void>> {
      try {
        const stats = await stat(node, { bigint: true });
        await access(node, constants.R_OK | constants.W_OK);
        // A pseudo-terminal is held by the program that plays the device, and may be: no lock is on it.
        if (platform !== 'linux' || !stats.isCharacterDevice() || isPseudoTerminal(stats)) return ok();
        const holders = await findHoldersOf(stats);
        if (holders.length === 0) return ok();
        const names = holders.map(({ pid, name }) => `${name} (${pid})`);
        return fail('port-busy', { path: node }, names.join(', '));
      } catch (error) {
        if (saysForbidden(error)) return fail('port-permission', { path: node }, String(error));
        if (saysAbsent(error)) return fail('container-device-gone', { path: node }, String(error));
        throw error;
      }
    },
  };
}

async function listByLibrary(): Promise<ListedPort[]> {
  // Here, not at the top: the library loads native code, which most stations never need.
  const { SerialPort } = await import('serialport');
  return listedPortsSchema.parse(await SerialPort.list());
}
