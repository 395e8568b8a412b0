import { readFileSync } from 'node:fs';

/**
 * The second halves of the private networks that an engine of ours may use for its bridges, in the
 * order in which they are tried. Uncommon ones, so that they seldom meet a company's own.
 */
const preferred = ['10.213', '10.214', '10.215', '10.216', '172.29', '172.30', '192.168'];

/**
 * @typedef {object} Route a destination in the host's routing table
 * @property {string} device
 * @property {number} network the address as an unsigned number
 * @property {number} mask
 */

/**
 * Parses `/proc/net/route` (addresses there are hexadecimal, least significant byte first).
 * @param {string} text
 * @returns {Route[]}
 */
export function parseRoutes(text) {
  /** @param {string} hex */
  const number = (hex) => Buffer.from(hex, 'hex').readUInt32LE();
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length >= 8)
    .map((fields) => ({
      device: fields[0] ?? '',
      network: number(fields[1] ?? '00000000'),
      mask: number(fields[7] ?? '00000000'),
    }));
}

/**
 * The first two numbers of a /16 that no route of the host reaches, or undefined when all are taken.
 * Default routes count for nothing; neither do routes through interfaces that are ours.
 * @param {readonly Route[]} routes
 * @param {(device: string) => boolean} isOurs
 * @returns {string | undefined}
 */
export function freeSubnet(routes, isOurs = () => false) {
  return preferred.find((prefix) => {
    const [first = '0', second = '0'] = prefix.split('.');
    const network = ((Number(first) << 24) | (Number(second) << 16)) >>> 0;
    return !routes.some(
      (route) =>
        route.mask !== 0 &&
        !isOurs(route.device) &&
        // Two networks overlap when they agree in the bits that both masks cover.
        ((route.network ^ network) & route.mask & 0xffff0000) === 0,
    );
  });
}

/** The host's routes; none where /proc is missing. */
export function hostRoutes() {
  try {
    return parseRoutes(readFileSync('/proc/net/route', 'latin1'));
  } catch {
    return [];
  }
}
