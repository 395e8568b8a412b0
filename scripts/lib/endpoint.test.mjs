import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askEngine, connectionOptions, engineCandidates } from './endpoint.mjs';

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-endpoint-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** @param {string} host */
function makeContext(host) {
  const key = createHash('sha256').update('bench').digest('hex');
  mkdirSync(join(folder, '.docker', 'contexts', 'meta', key), { recursive: true });
  writeFileSync(join(folder, '.docker', 'config.json'), JSON.stringify({ currentContext: 'bench' }));
  writeFileSync(
    join(folder, '.docker', 'contexts', 'meta', key, 'meta.json'),
    JSON.stringify({ Name: 'bench', Endpoints: { docker: { Host: host } } }),
  );
}

/** @param {NodeJS.ProcessEnv} env */
const hosts = (env) =>
  engineCandidates({ env, home: folder, ownSocket: '/cache/docker.sock' }).map((item) => item.host);

describe('where an engine is looked for', () => {
  it('is DOCKER_HOST, then the current context, then the system, then our own', () => {
    makeContext('tcp://bench:2375');
    expect(hosts({ DOCKER_HOST: 'tcp://named:2375' })).toEqual([
      'tcp://named:2375',
      'tcp://bench:2375',
      'unix:///var/run/docker.sock',
      'unix:///cache/docker.sock',
    ]);
  });

  it('leaves the built-in context out', () => {
    makeContext('tcp://bench:2375');
    expect(hosts({ DOCKER_CONTEXT: 'default' })).toEqual([
      'unix:///var/run/docker.sock',
      'unix:///cache/docker.sock',
    ]);
  });

  it('names no place twice', () => {
    expect(hosts({ DOCKER_HOST: 'unix:///var/run/docker.sock' })).toHaveLength(2);
  });
});

describe('a DOCKER_HOST value', () => {
  it('of TCP has the usual port when it names none', () => {
    expect(connectionOptions('tcp://[::1]', {})).toMatchObject({ host: '::1', port: 2375, secure: false });
    expect(
      connectionOptions('tcp://far', { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder }),
    ).toMatchObject({
      port: 2376,
      secure: true,
    });
  });

  it('of SSH cannot be reached by plain HTTP', async () => {
    expect(connectionOptions('ssh://user@far', {})).toBeUndefined();
    expect(await askEngine('ssh://user@far')).toMatchObject({ ok: false, reason: 'unsupported' });
  });
});

describe('asking an engine', () => {
  it('tells a missing socket from one that nobody listens at', async () => {
    expect(await askEngine(`unix://${join(folder, 'none.sock')}`)).toMatchObject({ reason: 'absent' });
  });

  it('gives up on one that says nothing', async () => {
    const socket = join(folder, 'silent.sock');
    const server = createServer(() => undefined);
    await new Promise((resolve) => server.listen(socket, () => resolve(undefined)));
    try {
      expect(await askEngine(`unix://${socket}`, { timeoutMs: 50 })).toMatchObject({ reason: 'silent' });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('returns the version of one that answers', async () => {
    const socket = join(folder, 'engine.sock');
    const server = createServer((_request, response) => {
      response.end(JSON.stringify({ Version: '20.10.24', ApiVersion: '1.41' }));
    });
    await new Promise((resolve) => server.listen(socket, () => resolve(undefined)));
    try {
      expect(await askEngine(`unix://${socket}`)).toEqual({
        ok: true,
        version: '20.10.24',
        apiVersion: '1.41',
      });
    } finally {
      server.close();
    }
  });
});
