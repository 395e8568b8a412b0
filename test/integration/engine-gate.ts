import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A socket in front of the engine's that a test can shut: the way to the engine breaks, its containers go on. */
export interface EngineGate {
  /** Where the gate is, as in DOCKER_HOST. */
  readonly uri: string;
  /** How many connections go through it now. */
  readonly connections: number;
  /** Breaks the connections that are open; new ones find no socket. */
  shut(): Promise<void>;
  open(): Promise<void>;
  /** Breaks the connections that are open; new ones are let through. */
  shake(): void;
  dispose(): Promise<void>;
}

export async function createEngineGate(dockerHost: string): Promise<EngineGate> {
  if (!dockerHost.startsWith('unix://')) throw new Error(`the gate needs a socket, not ${dockerHost}`);
  const target = dockerHost.slice('unix://'.length);
  const folder = mkdtempSync(join(tmpdir(), 'slipway-gate-'));
  const path = join(folder, 'docker.sock');
  const pairs = new Set<[Socket, Socket]>();
  let server: Server | null = null;

  const gate: EngineGate = {
    uri: `unix://${path}`,
    get connections() {
      return pairs.size;
    },
    shake() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
    async shut() {
      const closing = server;
      server = null;
      if (closing === null) return;
      const closed = new Promise((resolve) => closing.close(resolve));
      gate.shake();
      await closed;
    },
    async open() {
      const opening = createServer((near) => {
        const far = connect(target);
        const pair: [Socket, Socket] = [near, far];
        pairs.add(pair);
        for (const [socket, other] of [pair, [far, near] as const]) {
          socket.on('error', () => other.destroy());
          socket.on('close', () => {
            other.destroy();
            pairs.delete(pair);
          });
        }
        near.pipe(far).pipe(near);
      });
      await new Promise<void>((resolve) => opening.listen(path, resolve));
      server = opening;
    },
    async dispose() {
      await gate.shut();
      rmSync(folder, { recursive: true });
    },
  };
  await gate.open();
  return gate;
}
