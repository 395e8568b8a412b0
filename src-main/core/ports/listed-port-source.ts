import { stat } from 'node:fs/promises';
import type { Port } from '../../../src-shared/model/port.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import { createEmitter } from '../emitter.js';
import type { ListedPort, SerialPorts } from '../serial/serial-ports.js';
import { createBackOff } from './back-off.js';
import { identityOf, identityWithoutNode, stampOf } from './node-stamp.js';
import { createPortRoster } from './port-roster.js';
import type { PortEvent, PortSource } from './port-source.js';
import { answerOrNothing } from './system-error.js';

export interface ListedPortSourceOptions {
  serialPorts: SerialPorts;
  clock: Clock;
  /** How long to wait between two lists, in ms. */
  every?: number;
  /** What tells one making of a node from the next; `null` where the system has no nodes (Windows). */
  identify?: (path: string) => Promise<string | null>;
}

/**
 * Ports by asking for the list of them again and again, for systems without sysfs (macOS, Windows). A
 * replug between two lists is seen only where nodes are files. A list that fails is asked for again with
 * back-off, the ports stay as they were. Faults carry the source name `listed`.
 */
export function createListedPortSource(options: ListedPortSourceOptions): PortSource {
  const { serialPorts, clock, every = 1000, identify = identifyNode } = options;
  const events = createEmitter<PortEvent>();
  const roster = createPortRoster('listed', events, clock);
  let nextList: SyncDisposable | null = null;
  let disposed = false;
  const isDisposed = (): boolean => disposed;

  const listOnce = async (): Promise<void> => {
    const listed = await serialPorts.list();
    if (isDisposed()) return;
    if (!listed.ok) {
      roster.report(listed.error);
      backOff.schedule();
      return;
    }
    const ports = await Promise.all(
      toPorts(listed.value).map(async (port) => ({
        ...port,
        identity: (await identify(port.path)) ?? identityWithoutNode(port),
      })),
    );
    if (isDisposed()) return;
    const isStill = (known: Port): boolean =>
      ports.some(({ path, identity }) => path === known.path && identity === known.identity);
    for (const known of roster.list()) if (!isStill(known)) roster.detach(known.path);
    for (const port of ports) if (roster.get(port.path) === undefined) roster.attach(port);
    roster.report(null);
    backOff.reset();
    nextList = clock.after(every, () => void listOnce());
  };

  const backOff = createBackOff(clock, () => void listOnce());

  return {
    events,
    start: listOnce,
    list: () => roster.list(),
    dispose() {
      disposed = true;
      nextList?.dispose();
      backOff.dispose();
    },
  };
}

/** Facts of listed ports in the station's words, in the order of their paths. */
function toPorts(listed: readonly ListedPort[]): Omit<Port, 'identity'>[] {
  const sorted = [...listed].sort((one, other) =>
    one.path.localeCompare(other.path, 'en', { numeric: true }),
  );
  return sorted.map((port) => {
    const interfaceNumber = interfaceNumberOf(port);
    return {
      path: port.path,
      node: port.path,
      kind: 'device',
      physicalPath: physicalPathOf(port, interfaceNumber, sorted),
      ...(port.vendorId === undefined ? {} : { vendorId: port.vendorId.toLowerCase() }),
      ...(port.productId === undefined ? {} : { productId: port.productId.toLowerCase() }),
      ...(port.serialNumber === undefined ? {} : { serialNumber: port.serialNumber }),
      ...(port.manufacturer === undefined ? {} : { manufacturer: port.manufacturer }),
      ...(interfaceNumber === undefined ? {} : { interfaceNumber }),
    };
  });
}

/** Windows names a composite device's interface in its id: `USB\VID_0403&PID_6011&MI_02\…`, in hexadecimal. */
function interfaceNumberOf({ pnpId }: ListedPort): number | undefined {
  const digits = /&MI_([0-9a-f]{2})/i.exec(pnpId ?? '')?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

/**
 * The system's location id, which is where the device is plugged in, and the interface; where that is not
 * told, the place among the ports of the same location. Without a location the path is all there is.
 */
function physicalPathOf(
  port: ListedPort,
  interfaceNumber: number | undefined,
  sorted: readonly ListedPort[],
): string {
  if (port.locationId === undefined || port.locationId === '') return `virtual:${port.path}`;
  const together = sorted.filter(({ locationId }) => locationId === port.locationId);
  return `usb:${port.locationId}:1.${interfaceNumber ?? together.indexOf(port)}`;
}

/** Where ports are no files (`COM3`) there is nothing to tell. */
async function identifyNode(path: string): Promise<string | null> {
  const stats = await answerOrNothing(() => stat(path, { bigint: true }));
  return stats === undefined ? null : identityOf(stampOf(stats));
}
