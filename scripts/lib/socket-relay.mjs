// Passes connections to a Unix socket on to another one: node socket-relay.mjs FROM TO UID:GID
// Run by root for a person who has sudo but may not open TO yet; FROM then belongs to that person.
import { chmodSync, chownSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { isMain } from './main.mjs';

/**
 * Listens at `from` and passes each connection on to `to`, half-closes included: the engine's
 * attached streams end that way.
 * @param {string} from
 * @param {string} to
 * @param {() => void} [listening]
 * @returns {import('node:net').Server}
 */
export function relay(from, to, listening) {
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect({ path: to, allowHalfOpen: true });
    incoming.pipe(outgoing);
    outgoing.pipe(incoming);
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy());
    incoming.on('close', () => outgoing.destroy());
    outgoing.on('close', () => incoming.destroy());
  });
  server.listen(from, listening);
  return server;
}

if (isMain(import.meta.url)) {
  const [from = '', to = '', owner = '0:0'] = process.argv.slice(2);
  const [uid = 0, gid = 0] = owner.split(':').map(Number);
  // Nobody else may connect in the moment before the socket has its owner.
  process.umask(0o177);
  const server = relay(from, to, () => {
    chownSync(from, uid, gid);
    chmodSync(from, 0o600);
  });
  process.on('SIGTERM', () => {
    server.close();
    process.exit(0);
  });
}
