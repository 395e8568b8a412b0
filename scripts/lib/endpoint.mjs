import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {object} Answer what an engine said, or why none did
 * @property {boolean} ok
 * @property {string} [version] the engine's version
 * @property {string} [apiVersion]
 * @property {'absent' | 'refused' | 'denied' | 'silent' | 'unsupported' | 'other'} [reason]
 * @property {string} [detail]
 */

/**
 * @typedef {object} Candidate
 * @property {string} host as in DOCKER_HOST: `unix:///var/run/docker.sock`, `tcp://host:2375`
 * @property {string} source where it is named
 */

/**
 * The endpoint of a Docker context, as the docker command keeps it, or undefined for the built-in
 * `default` context and for one that cannot be read.
 * Format: https://docs.docker.com/engine/manage-resources/contexts/ (meta.json under the SHA-256 of
 * the context's name).
 * @param {NodeJS.ProcessEnv} env
 * @param {string} home
 * @returns {Candidate | undefined}
 */
export function contextEndpoint(env, home) {
  const folder = env['DOCKER_CONFIG'] ?? join(home, '.docker');
  try {
    const name =
      env['DOCKER_CONTEXT'] ?? JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')).currentContext;
    if (typeof name !== 'string' || name === '' || name === 'default') return undefined;
    const key = createHash('sha256').update(name).digest('hex');
    const meta = JSON.parse(readFileSync(join(folder, 'contexts', 'meta', key, 'meta.json'), 'utf8'));
    const host = meta?.Endpoints?.docker?.Host;
    return typeof host === 'string' && host !== ''
      ? { host, source: `the Docker context "${name}"` }
      : undefined;
  } catch {
    // No configuration of the docker command here, which is the usual case.
    return undefined;
  }
}

/**
 * Where an engine may be, in the order in which the docker command and this project look.
 * @param {{ env: NodeJS.ProcessEnv, home: string, ownSocket: string }} place
 * @returns {Candidate[]}
 */
export function engineCandidates({ env, home, ownSocket }) {
  const named = env['DOCKER_HOST'];
  const context = contextEndpoint(env, home);
  const list = [
    ...(named ? [{ host: named, source: 'DOCKER_HOST' }] : []),
    ...(context ? [context] : []),
    { host: 'unix:///var/run/docker.sock', source: "the system's engine" },
    { host: `unix://${ownSocket}`, source: 'the engine these scripts start' },
  ];
  return list.filter((item, at) => list.findIndex((other) => other.host === item.host) === at);
}

/** The home folder; the root folder where there is none. */
export function homeFolder() {
  try {
    return homedir();
  } catch {
    return '/';
  }
}

/**
 * The options of `http.request` that reach a DOCKER_HOST value, or undefined for a kind that plain
 * HTTP cannot reach (`ssh://`).
 * @param {string} host
 * @param {NodeJS.ProcessEnv} env
 * @returns {(import('node:https').RequestOptions & { secure: boolean }) | undefined}
 */
export function connectionOptions(host, env) {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length), secure: false };
  if (host.startsWith('npipe://')) {
    return { socketPath: host.slice('npipe://'.length).replaceAll('/', '\\'), secure: false };
  }
  const match = /^(?:tcp|http|https):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?/.exec(host);
  if (match?.[1] === undefined) return undefined;
  const secure = host.startsWith('https:') || Boolean(env['DOCKER_TLS_VERIFY']);
  const options = {
    host: match[1].replace(/^\[|\]$/g, ''),
    port: Number(match[2] ?? (secure ? 2376 : 2375)),
    secure,
  };
  if (!secure) return options;
  const folder = env['DOCKER_CERT_PATH'] ?? join(homeFolder(), '.docker');
  /** @param {string} name */
  const optional = (name) => {
    try {
      return readFileSync(join(folder, name));
    } catch {
      return undefined; // The connection then fails with words of its own.
    }
  };
  return { ...options, ca: optional('ca.pem'), cert: optional('cert.pem'), key: optional('key.pem') };
}

/** @type {Record<string, Answer['reason']>} */
const reasons = { ENOENT: 'absent', ECONNREFUSED: 'refused', EACCES: 'denied', EPERM: 'denied' };

/**
 * Asks an engine for its version.
 * @param {string} host
 * @param {{ timeoutMs?: number, env?: NodeJS.ProcessEnv }} [options] 3 seconds when left out
 * @returns {Promise<Answer>}
 */
export function askEngine(host, { timeoutMs = 3000, env = process.env } = {}) {
  const connection = connectionOptions(host, env);
  if (connection === undefined) {
    return Promise.resolve({ ok: false, reason: 'unsupported', detail: `cannot reach ${host}` });
  }
  const { secure, ...options } = connection;
  return new Promise((resolve) => {
    const request = (secure ? httpsRequest : httpRequest)(
      { ...options, path: '/version', agent: false, timeout: timeoutMs },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
          body += text;
        });
        response.on('end', () => {
          try {
            const value = JSON.parse(body);
            if (response.statusCode === 200 && typeof value.ApiVersion === 'string') {
              resolve({ ok: true, version: String(value.Version), apiVersion: value.ApiVersion });
              return;
            }
          } catch {
            // Not an engine, or one that is not itself: said below.
          }
          resolve({ ok: false, reason: 'other', detail: `status ${response.statusCode}` });
        });
        response.on('error', (error) => {
          resolve({ ok: false, reason: 'other', detail: error.message });
        });
      },
    );
    request.on('timeout', () => {
      request.destroy();
      resolve({ ok: false, reason: 'silent', detail: `no answer within ${timeoutMs} ms` });
    });
    request.on('error', (error) => {
      const code = 'code' in error ? String(error.code) : '';
      resolve({ ok: false, reason: reasons[code] ?? 'other', detail: error.message });
    });
    request.end();
  });
}
