import type { MessageKey } from '../../../src-shared/messages/catalogue.js';
import type { Port } from '../../../src-shared/model/port.js';

interface PortFact {
  name: string;
  value: string | null;
  mono: boolean;
}

/** What tells a port from every other, as facts to show. */
export function describePort(port: Port, text: (key: MessageKey) => string): PortFact[] {
  const usb =
    port.vendorId === undefined || port.productId === undefined ? null : `${port.vendorId}:${port.productId}`;
  const optional: [MessageKey, string | null | undefined][] = [
    ['window.facts.usb', usb],
    ['window.facts.adapterSerial', port.serialNumber],
  ];
  const known: [MessageKey, string][] = [
    ['window.facts.path', port.path],
    ...optional.flatMap(([key, value]): [MessageKey, string][] =>
      value === null || value === undefined ? [] : [[key, value]],
    ),
    ['window.facts.physicalPath', port.physicalPath],
  ];
  return known.map(([key, value]) => ({ name: text(key), value, mono: true }));
}
