import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { inspect } from 'node:util';
import type Docker from 'dockerode';
import type { Endpoint } from './endpoint.js';

export interface Client {
  readonly docker: Docker;
  /** Closes what is still connected. */
  dispose(): void;
}

/**
 * A client of the engine at one place.
 *
 * Every request has a connection of its own: one that is kept for the next request breaks it when the engine
 * was restarted in between, and would be left open at the end. The library is loaded with the first client:
 * the window should not wait for it.
 *
 * @param apiVersion e.g. `1.41`; the engine's newest when left out
 */
export async function createClient(endpoint: Endpoint, apiVersion?: string): Promise<Client> {
  const { default: Dockerode } = await import('dockerode');
  const { connection } = endpoint;
  const secure = connection.kind === 'tcp' && connection.tls !== null;
  const agent = secure ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false });
  // The library formats the options of every request for a debug line that nobody reads, agent and open
  // sockets to any depth: of an idle station that was two thirds of all its work.
  Object.defineProperty(agent, inspect.custom, { value: () => 'Agent' });
  // Named even where there is none: what is left out is taken from DOCKER_HOST and its companions.
  const options = {
    agent,
    socketPath: connection.kind === 'socket' ? connection.path : undefined,
    host: connection.kind === 'tcp' ? connection.host : undefined,
    port: connection.kind === 'tcp' ? connection.port : undefined,
    protocol: secure ? ('https' as const) : ('http' as const),
    ca: (secure ? connection.tls?.ca : null) ?? undefined,
    cert: (secure ? connection.tls?.cert : null) ?? undefined,
    key: (secure ? connection.tls?.key : null) ?? undefined,
    version: apiVersion === undefined ? undefined : `v${apiVersion}`,
  };
  const docker = new Dockerode(options);
  return { docker, dispose: () => agent.destroy() };
}
