import { fault, type Fault } from '../../../src-shared/model/result.js';

/** The system's words (strerror) in the serial library's error texts, and what they mean for a port. */
const meanings: readonly [RegExp, Fault['code']][] = [
  [/Cannot lock port|resource busy|Access denied/i, 'port-busy'],
  [/Permission denied|not permitted/i, 'port-permission'],
  [
    /custom baud rate|Invalid argument|Invalid (data|stop)|Invalid parity|not supported on your/i,
    'serial-settings-refused',
  ],
  [/No such (file|device)|Input\/output error|File not found|bad file descriptor/i, 'serial-gone'],
];

/** Why a port could not be opened. The library has no codes: its texts are read, and kept as `detail`. */
export function openFault(error: unknown, node: string): Fault {
  if (!(error instanceof Error)) throw error;
  const params = { path: node };
  // It is asked for its settings first; what is no terminal has none.
  if (/Inappropriate ioctl/i.test(error.message)) return fault('serial-no-port', params, error.message);
  const code = meanings.find(([words]) => words.test(error.message))?.[1] ?? 'serial-gone';
  return fault(code, params, error.message);
}

/** Why a line could not be set or read: this kind of port has none, or the port has gone. */
export function signalFault(error: unknown, node: string): Fault {
  if (!(error instanceof Error)) throw error;
  const isGone = /Input\/output error|No such device|bad file descriptor|not open/i.test(error.message);
  return fault(isGone ? 'serial-gone' : 'serial-not-supported', { path: node }, error.message);
}
