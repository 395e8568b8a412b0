import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';

/** Where an engine may be reached, and who said so. */
export interface Endpoint {
  /** As in DOCKER_HOST: `unix:///var/run/docker.sock`, `tcp://host:2375`, `npipe:////./pipe/docker_engine`. */
  uri: string;
  source: 'station.yaml' | 'DOCKER_HOST' | 'context' | 'usual-socket';
  connection: EndpointConnection;
}

export type EndpointConnection =
  { kind: 'socket'; path: string } | { kind: 'tcp'; host: string; port: number; tls: TlsFiles | null };

/** The certificates' text; one that is missing makes the connection itself fail, with words of its own. */
export interface TlsFiles {
  ca: string | null;
  cert: string | null;
  key: string | null;
}

/** What the search reads; a test hands in a made-up disk. */
export interface EndpointFiles {
  /** The text of a file, or null where it cannot be read. */
  read(path: string): string | null;
  exists(path: string): boolean;
}

export interface EndpointSearch {
  /** `docker` of station.yaml: a socket's path, or an address as in DOCKER_HOST. */
  configured?: string | undefined;
  environment: Readonly<Record<string, string | undefined>>;
  /** The user's home folder, not the station's. */
  home: string;
  platform?: NodeJS.Platform;
  files?: EndpointFiles;
}

const systemFiles: EndpointFiles = {
  read: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // Absent, a folder or unreadable: for this search it is not there.
      return null;
    }
  },
  exists: existsSync,
};

/**
 * Where to look for the engine, in the order in which to try. A place that was named (station.yaml,
 * DOCKER_HOST, the current Docker context) is the only one: falling back from it could flash with another
 * engine than the one that was meant. Only among the usual sockets is there a choice: those that exist, or
 * the system's own when none does. Never empty.
 *
 * Expected failure: `engine-endpoint-unusable`, an address of a kind that cannot be used (`ssh://`) or a
 * context that is not there.
 *
 * Source of the order: https://docs.docker.com/reference/cli/docker/#environment-variables
 */
export function findEndpoints(search: EndpointSearch): Result<Endpoint[]> {
  const { configured, environment } = search;
  const files = search.files ?? systemFiles;
  if (configured !== undefined && configured !== '') {
    return single(parseAddress(expandHome(configured, search.home), 'station.yaml', search, files));
  }
  const named = environment['DOCKER_HOST'];
  if (named !== undefined && named !== '') return single(parseAddress(named, 'DOCKER_HOST', search, files));
  const context = contextEndpoint(search, files);
  if (context !== null) return single(context);
  return ok(usualSockets(search, files));
}

function single(result: Result<Endpoint>): Result<Endpoint[]> {
  return result.ok ? ok([result.value]) : result;
}

function unusable(endpoint: string): Result<Endpoint> {
  return fail('engine-endpoint-unusable', { endpoint });
}

function expandHome(address: string, home: string): string {
  return address.startsWith('~/') ? join(home, address.slice(2)) : address;
}

const windowsPipe = '//./pipe/docker_engine';
const systemSocket = '/var/run/docker.sock';

function usualSockets(search: EndpointSearch, files: EndpointFiles): Endpoint[] {
  if ((search.platform ?? process.platform) === 'win32') return [pipe(windowsPipe, 'usual-socket')];
  const runtime = search.environment['XDG_RUNTIME_DIR'];
  const paths = [
    systemSocket,
    ...(runtime === undefined || runtime === '' ? [] : [join(runtime, 'docker.sock')]),
    join(search.home, '.docker/run/docker.sock'),
    join(search.home, '.docker/desktop/docker.sock'),
  ];
  const present = paths.filter((path) => files.exists(path));
  return (present.length > 0 ? present : [systemSocket]).map((path) => socket(path, 'usual-socket'));
}

function socket(path: string, source: Endpoint['source']): Endpoint {
  return { uri: `unix://${path}`, source, connection: { kind: 'socket', path } };
}

function pipe(path: string, source: Endpoint['source']): Endpoint {
  return { uri: `npipe://${path}`, source, connection: { kind: 'socket', path } };
}

function parseAddress(
  address: string,
  source: Endpoint['source'],
  search: EndpointSearch,
  files: EndpointFiles,
  contextTls: TlsFiles | null = null,
): Result<Endpoint> {
  if (address.startsWith('unix://')) {
    return ok(socket(address.slice('unix://'.length) || systemSocket, source));
  }
  if (address.startsWith('npipe://')) {
    return ok(pipe(address.slice('npipe://'.length).replaceAll('\\', '/') || windowsPipe, source));
  }
  if (address.startsWith('\\\\.\\pipe\\') || address.startsWith('//./pipe/')) {
    return ok(pipe(address.replaceAll('\\', '/'), source));
  }
  if (address.startsWith('/')) return ok(socket(address, source));
  const [, scheme = 'tcp', rest = ''] = /^(?:(\w+):\/\/)?(.+)$/.exec(address) ?? [];
  // Only a port tells `station:2375` from a word that means nothing here.
  const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@]+)(?::(\d{1,5}))?\/?$/.exec(rest) ?? [];
  if (!['tcp', 'http', 'https'].includes(scheme) || host === undefined) return unusable(address);
  if (!address.includes('://') && port === undefined) return unusable(address);
  const tls = contextTls ?? environmentTls(scheme, search, files);
  return ok({
    uri: `tcp://${host}:${port ?? (tls === null ? '2375' : '2376')}`,
    source,
    connection: {
      kind: 'tcp',
      host: host.replace(/^\[|\]$/g, ''),
      port: Number(port ?? (tls === null ? 2375 : 2376)),
      tls,
    },
  });
}

/** TLS as the docker command has it: asked for by DOCKER_TLS_VERIFY (or `https://`), files in DOCKER_CERT_PATH. */
function environmentTls(scheme: string, search: EndpointSearch, files: EndpointFiles): TlsFiles | null {
  const asked = search.environment['DOCKER_TLS_VERIFY'];
  if (scheme !== 'https' && (asked === undefined || asked === '')) return null;
  return tlsFiles(search.environment['DOCKER_CERT_PATH'] ?? configFolder(search), files);
}

function tlsFiles(folder: string, files: EndpointFiles): TlsFiles {
  const read = (name: string): string | null => files.read(join(folder, name));
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}

function configFolder({ environment, home }: EndpointSearch): string {
  const named = environment['DOCKER_CONFIG'];
  return named === undefined || named === '' ? join(home, '.docker') : named;
}

const configSchema = z.object({ currentContext: z.string().optional() });
const contextSchema = z.object({
  Endpoints: z.object({ docker: z.object({ Host: z.string().min(1) }) }),
});

function parseJson<Value>(schema: z.ZodType<Value>, text: string | null): Value | null {
  if (text === null) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    // Not JSON: a file that the docker command could not read either.
    return null;
  }
}

/**
 * The endpoint of the current Docker context; null for the built-in one, which means the usual sockets.
 * A context's files are in `contexts/meta/<SHA-256 of its name>/meta.json` and `contexts/tls/<same>/docker`.
 * Source: https://docs.docker.com/engine/manage-resources/contexts/
 */
function contextEndpoint(search: EndpointSearch, files: EndpointFiles): Result<Endpoint> | null {
  const folder = configFolder(search);
  const chosen = search.environment['DOCKER_CONTEXT'];
  const name =
    chosen === undefined || chosen === ''
      ? parseJson(configSchema, files.read(join(folder, 'config.json')))?.currentContext
      : chosen;
  if (name === undefined || name === '' || name === 'default') return null;
  const key = createHash('sha256').update(name).digest('hex');
  const meta = parseJson(contextSchema, files.read(join(folder, 'contexts/meta', key, 'meta.json')));
  if (meta === null) return unusable(`context:${name}`);
  const tlsFolder = join(folder, 'contexts/tls', key, 'docker');
  const tls = files.exists(tlsFolder) ? tlsFiles(tlsFolder, files) : null;
  return parseAddress(meta.Endpoints.docker.Host, 'context', search, files, tls);
}
