import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small panel with a login that lives in a SameSite=Lax session cookie. */
export interface PanelServer {
  readonly port: number;
  readonly url: string;
  /** Every request it got, as `GET /path`. */
  readonly requests: string[];
  /** Answers nobody any more, as a flasher that has crashed. */
  silence(): Promise<void>;
  /** Answers again, on the same port. */
  answer(): Promise<void>;
  close(): Promise<void>;
}

const page = (body: string): string =>
  `<!doctype html><html><head><title>Flasher</title></head><body>${body}</body></html>`;

function respond(request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://panel');
  if (pathname === '/login' && request.method === 'POST') {
    response.writeHead(302, { location: '/', 'set-cookie': 'session=known; Path=/; HttpOnly; SameSite=Lax' });
    response.end();
    return;
  }
  const isKnown = request.headers.cookie?.includes('session=known') === true;
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(
    page(
      isKnown
        ? '<h1>Welcome, operator</h1><input id="note">'
        : '<h1>Please log in</h1><form method="post" action="/login"><button>Log in</button></form>',
    ),
  );
}

export async function startPanelServer(): Promise<PanelServer> {
  const requests: string[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    respond(request, response);
  };
  let server: Server | undefined;
  const listen = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const made = createServer(handle);
      server = made;
      made.once('error', reject);
      made.listen(port, '127.0.0.1', () => resolve((made.address() as AddressInfo).port));
    });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      const gone = server;
      server = undefined;
      if (gone === undefined) return resolve();
      gone.close(() => resolve());
      gone.closeAllConnections();
    });
  const port = await listen(0);
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    requests,
    silence: stop,
    async answer() {
      await listen(port);
    },
    close: stop,
  };
}
