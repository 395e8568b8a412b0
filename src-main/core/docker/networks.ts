import type Docker from 'dockerode';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { Connection } from './connection.js';
import { labels } from './engine.js';
import { readProblem } from './faults.js';
import { createdSchema, networkListSchema, networkSchema } from './schemas.js';
import type { z } from 'zod';

/** How a network of ours is laid out; one laid out otherwise is made anew. */
const layoutLabel = 'io.slipway.network';
const layouts = { isolated: 'isolated-1', outbound: 'outbound-1' } as const;
type Layout = keyof typeof layouts;

/** How often an address range that another network took in the meantime is given up for another. */
const attempts = 5;

type Network = z.infer<typeof networkSchema>;

export interface Networks {
  ensure(options: { name: string; labels: Record<string, string>; outbound: boolean }): Promise<Result<void>>;
  remove(name: string): Promise<Result<void>>;
  /** Whether a network has a way out. One that is not there, or not ours, counts as having one. */
  isOutbound(name: string): Promise<Result<boolean>>;
}

/**
 * The bays' networks: a bridge each, so that no traffic goes from bay to bay (the engine's own firewall rules
 * drop it), without traffic between containers of one bay either.
 *
 * An isolated one has no way out. Leaving masquerading off alone would let packets out, with an address that
 * answers seldom find back to: an outbound network behind a router that does its own masquerading would work.
 * So its containers are also given a default gateway that does not exist: the last address of the range,
 * which the engine hands to nobody (`DefaultGatewayIPv4`, of the bridge driver's auxiliary addresses). Root in
 * the container cannot change that without NET_ADMIN. Published ports do not need a gateway: the engine's
 * proxy speaks from the bridge's own address.
 *
 * What stays within reach is that one address of the host, and with it what listens on all of the host's
 * addresses (an SSH server, say). The engine offers no way to close that and still publish a port; a firewall
 * on the host can (docs/decisions/0002-a-network-without-a-way-out.md).
 */
export function createNetworks(connection: Connection, stationId: string): Networks {
  const known = new Map<string, boolean>();
  // One at a time: two that are being made at once would take each other's address ranges.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = queue.then(work);
    queue = turn.catch(() => undefined);
    return turn;
  };

  const isOurs = (network: Network): boolean => network.Labels[labels.station] === stationId;

  const find = async (
    docker: Docker,
    name: string,
    abortSignal: AbortSignal,
  ): Promise<Network | undefined> => {
    const answer: unknown = await docker.listNetworks({
      filters: JSON.stringify({ name: [name] }),
      abortSignal,
    });
    // The filter finds names that contain it, too.
    const named = networkListSchema.parse(answer).filter((network) => network.Name === name);
    return named.find((network) => !isOurs(network)) ?? named[0];
  };

  const create = async (
    docker: Docker,
    options: { name: string; labels: Record<string, string>; layout: Layout | null },
    addresses: Addresses | null,
  ): Promise<string> => {
    const { name, layout } = options;
    const network = await docker.createNetwork({
      Name: name,
      Driver: 'bridge',
      // Engines before 25 would make a second network of that name.
      CheckDuplicate: true,
      EnableIPv6: false,
      Labels: { ...options.labels, ...(layout === null ? {} : { [layoutLabel]: layouts[layout] }) },
      Options: {
        'com.docker.network.bridge.enable_icc': 'false',
        'com.docker.network.bridge.enable_ip_masquerade': String(layout === 'outbound'),
      },
      ...(addresses === null
        ? {}
        : {
            IPAM: {
              Driver: 'default',
              Config: [
                {
                  Subnet: addresses.subnet,
                  Gateway: addresses.gateway,
                  AuxiliaryAddresses: { DefaultGatewayIPv4: addresses.deadEnd },
                },
              ],
            },
          }),
    });
    return createdSchema.parse({ Id: network.id }).Id;
  };

  /**
   * The engine chooses the range only for a network that names none, and only a network that names one can
   * have a gateway of its own. So one is made to see which range is free, removed, and made again with it.
   */
  const createIsolated = async (
    docker: Docker,
    options: { name: string; labels: Record<string, string> },
    abortSignal: AbortSignal,
  ): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      const draft = docker.getNetwork(await create(docker, { ...options, layout: null }, null));
      const answer: unknown = await draft.inspect();
      const addresses = chooseAddresses(networkSchema.parse(answer));
      await draft.remove({ abortSignal });
      try {
        await create(docker, { ...options, layout: 'isolated' }, addresses);
        return;
      } catch (thrown) {
        const { message } = readProblem(thrown);
        // Another network, of another station or of somebody else's, took the range in between.
        if (attempt === attempts || !/overlaps/i.test(message)) throw thrown;
      }
    }
  };

  return {
    ensure({ name, labels: given, outbound }) {
      const layout: Layout = outbound ? 'outbound' : 'isolated';
      return inTurn(async () => {
        known.delete(name);
        const made = await connection.call(async ({ docker }, abortSignal): Promise<Result<void>> => {
          const present = await find(docker, name, abortSignal);
          if (present !== undefined && !isOurs(present)) {
            return fail('container-network-foreign', { network: name });
          }
          if (present?.Labels[layoutLabel] === layouts[layout]) return ok();
          if (present !== undefined) await docker.getNetwork(present.Id).remove({ abortSignal });
          const options = { name, labels: { ...given, [labels.station]: stationId } };
          if (outbound) await create(docker, { ...options, layout }, null);
          else await createIsolated(docker, options, abortSignal);
          return ok();
        });
        if (!made.ok) return made;
        if (made.value.ok) known.set(name, outbound);
        return made.value;
      });
    },

    remove(name) {
      return inTurn(async () => {
        known.delete(name);
        return connection.call(async ({ docker }, abortSignal) => {
          const present = await find(docker, name, abortSignal);
          if (present === undefined || !isOurs(present)) return;
          try {
            await docker.getNetwork(present.Id).remove({ abortSignal });
          } catch (thrown) {
            // Someone else removed it in between.
            if (!/not found/i.test(readProblem(thrown).message)) throw thrown;
          }
        });
      });
    },

    async isOutbound(name) {
      const remembered = known.get(name);
      if (remembered !== undefined) return ok(remembered);
      const found = await connection.call(({ docker }, abortSignal) => find(docker, name, abortSignal));
      return found.ok ? ok(found.value?.Labels[layoutLabel] !== layouts.isolated) : found;
    },
  };
}

export interface Addresses {
  /** As the engine writes it, e.g. `10.213.0.0/24`. */
  subnet: string;
  gateway: string;
  /** An address of the range where nobody is. */
  deadEnd: string;
}

/** The addresses of an isolated network, or null where the engine does not say which range it chose. */
export function chooseAddresses(network: Pick<Network, 'IPAM'>): Addresses | null {
  for (const { Subnet, Gateway } of network.IPAM?.Config ?? []) {
    const deadEnd = lastAddress(Subnet ?? '');
    if (Subnet === undefined || deadEnd === null) continue;
    const gateway = Gateway?.split('/')[0] ?? firstAddress(Subnet);
    if (gateway !== null && gateway !== deadEnd) return { subnet: Subnet, gateway, deadEnd };
  }
  return null;
}

function parseSubnet(subnet: string): { first: number; size: number } | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(subnet);
  if (match === null) return null;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 32] = match.slice(1).map(Number);
  const size = 2 ** (32 - prefix);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  // Network, gateway, a container, the dead end and broadcast.
  return size < 8 ? null : { first: address - (address % size), size };
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

function firstAddress(subnet: string): string | null {
  const parsed = parseSubnet(subnet);
  return parsed === null ? null : formatAddress(parsed.first + 1);
}

/** The last address of an IPv4 range that a machine could have; null for what is none, or too small. */
export function lastAddress(subnet: string): string | null {
  const parsed = parseSubnet(subnet);
  return parsed === null ? null : formatAddress(parsed.first + parsed.size - 2);
}
