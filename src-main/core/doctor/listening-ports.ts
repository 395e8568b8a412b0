import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { saysAbsent } from '../ports/system-error.js';

/** A socket that listens, `TCP_LISTEN` of the kernel's include/net/tcp_states.h. */
const listening = '0A';

/**
 * TCP ports on which something of this machine listens where 127.0.0.1 would reach it, read from procfs: unlike
 * a try to listen there, that disturbs nobody.
 */
export async function readListeningPorts(procRoot: string): Promise<Set<number>> {
  const [four, six] = await Promise.all([
    readFile(join(procRoot, 'net/tcp'), 'utf8'),
    readFile(join(procRoot, 'net/tcp6'), 'utf8').catch((error: unknown) => {
      // A kernel without IPv6.
      if (saysAbsent(error)) return '';
      throw error;
    }),
  ]);
  return new Set([...parseSockets(four), ...parseSockets(six)]);
}

/** Any address, any IPv6 address, and 127.0.0.1 in the forms of both families; in network order, a word at a time. */
const reaching = /^(?:0{8}|0100007F|0{32}|0{16}FFFF00000100007F)$/;

/** Lines of `/proc/net/tcp` and `tcp6`; source: Documentation/networking/proc_net_tcp.rst of the kernel. */
export function parseSockets(text: string): number[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', , state] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    return state === listening && reaching.test(address) ? [Number.parseInt(port, 16)] : [];
  });
}
