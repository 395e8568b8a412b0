import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The way to a real engine that builds with BuildKit whatever it is asked for, as an engine without the classic builder does. */
export interface BuildKitGate {
  readonly uri: string;
  dispose(): Promise<void>;
}

/** @param host of the real engine, `unix://…` */
export async function createBuildKitGate(host: string): Promise<BuildKitGate> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-buildkit-'));
  const socket = join(folder, 'docker.sock');
  const server = createServer((asked, answer) => {
    const { method, headers, url = '' } = asked;
    const path = /^(?:\/v[\d.]+)?\/build\?/.test(url) ? `${url}&version=2` : url;
    const onward = request({ socketPath: host.replace('unix://', ''), method, path, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 500, given.headers);
      // What an event stream says is told at once.
      answer.flushHeaders();
      given.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    uri: `unix://${socket}`,
    async dispose() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}
