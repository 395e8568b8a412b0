import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findEndpoints, type EndpointSearch } from './endpoint.js';

const home = '/home/ana';

function search(disk: Record<string, string>, options: Partial<EndpointSearch> = {}): EndpointSearch {
  return {
    environment: {},
    home,
    platform: 'linux',
    files: {
      read: (path) => disk[path] ?? null,
      exists: (path) => Object.keys(disk).some((file) => file === path || file.startsWith(`${path}/`)),
    },
    ...options,
  };
}

function uris(options: EndpointSearch): string[] | string {
  const found = findEndpoints(options);
  return found.ok ? found.value.map((endpoint) => endpoint.uri) : found.error.code;
}

function contextFiles(name: string, host: string, folder = `${home}/.docker`): Record<string, string> {
  const key = createHash('sha256').update(name).digest('hex');
  return {
    [`${folder}/config.json`]: JSON.stringify({ auths: {}, currentContext: name }),
    [`${folder}/contexts/meta/${key}/meta.json`]: JSON.stringify({
      Name: name,
      Metadata: {},
      Endpoints: { docker: { Host: host, SkipTLSVerify: false } },
    }),
  };
}

describe('the search for the engine', () => {
  it.each([
    ['/run/my.sock', 'unix:///run/my.sock'],
    ['~/.docker/run/docker.sock', 'unix:///home/ana/.docker/run/docker.sock'],
    ['unix:///run/my.sock', 'unix:///run/my.sock'],
    ['unix://', 'unix:///var/run/docker.sock'],
    ['tcp://10.0.0.5:2375', 'tcp://10.0.0.5:2375'],
    ['tcp://10.0.0.5', 'tcp://10.0.0.5:2375'],
    ['station:2375', 'tcp://station:2375'],
    ['tcp://[::1]:2375', 'tcp://[::1]:2375'],
    ['https://10.0.0.5', 'tcp://10.0.0.5:2376'],
    ['npipe:////./pipe/docker_engine', 'npipe:////./pipe/docker_engine'],
    ['\\\\.\\pipe\\docker_engine', 'npipe:////./pipe/docker_engine'],
  ])('understands %s in station.yaml', (configured, uri) => {
    expect(uris(search({}, { configured }))).toEqual([uri]);
  });

  it.each(['ssh://root@station', 'fd://', 'nonsense', 'tcp://', 'tcp://a:b:c'])(
    'says that %s cannot be used',
    (configured) => {
      expect(uris(search({}, { configured }))).toBe('engine-endpoint-unusable');
    },
  );

  it('goes from station.yaml to DOCKER_HOST to the context to the usual sockets', () => {
    const disk = { ...contextFiles('line', 'tcp://10.0.0.9:2375'), '/var/run/docker.sock': '' };
    const environment = { DOCKER_HOST: 'tcp://10.0.0.8:2375' };
    expect(uris(search(disk, { configured: '/run/a.sock', environment }))).toEqual(['unix:///run/a.sock']);
    expect(uris(search(disk, { environment }))).toEqual(['tcp://10.0.0.8:2375']);
    expect(uris(search(disk))).toEqual(['tcp://10.0.0.9:2375']);
    expect(uris(search({ '/var/run/docker.sock': '' }))).toEqual(['unix:///var/run/docker.sock']);
  });

  it('lets DOCKER_CONTEXT choose, and takes the built-in context for the usual sockets', () => {
    const disk = {
      ...contextFiles('line', 'tcp://10.0.0.9:2375'),
      ...contextFiles('desk', 'unix:///d.sock'),
    };
    expect(uris(search(disk, { environment: { DOCKER_CONTEXT: 'line' } }))).toEqual(['tcp://10.0.0.9:2375']);
    expect(uris(search(disk, { environment: { DOCKER_CONTEXT: 'default' } }))).toEqual([
      'unix:///var/run/docker.sock',
    ]);
    expect(uris(search(disk))).toEqual(['unix:///d.sock']);
  });

  it('says so when the current context is not there, rather than using another engine', () => {
    const disk = { '/var/run/docker.sock': '', [`${home}/.docker/config.json`]: '{"currentContext":"gone"}' };
    expect(findEndpoints(search(disk))).toEqual({
      ok: false,
      error: { code: 'engine-endpoint-unusable', params: { endpoint: 'context:gone' } },
    });
  });

  it('does not stumble over a broken config.json', () => {
    expect(uris(search({ [`${home}/.docker/config.json`]: '{"currentContext": 3' }))).toEqual([
      'unix:///var/run/docker.sock',
    ]);
  });

  it('reads contexts from DOCKER_CONFIG when that is set', () => {
    const disk = contextFiles('line', 'tcp://10.0.0.9:2375', '/etc/docker-cli');
    expect(uris(search(disk, { environment: { DOCKER_CONFIG: '/etc/docker-cli' } }))).toEqual([
      'tcp://10.0.0.9:2375',
    ]);
  });

  it('offers every usual socket that exists, and the system’s own when none does', () => {
    const environment = { XDG_RUNTIME_DIR: '/run/user/1000' };
    const disk = {
      '/run/user/1000/docker.sock': '',
      [`${home}/.docker/run/docker.sock`]: '',
      [`${home}/.docker/desktop/docker.sock`]: '',
    };
    expect(uris(search(disk, { environment }))).toEqual([
      'unix:///run/user/1000/docker.sock',
      'unix:///home/ana/.docker/run/docker.sock',
      'unix:///home/ana/.docker/desktop/docker.sock',
    ]);
    expect(uris(search({}, { environment }))).toEqual(['unix:///var/run/docker.sock']);
    expect(uris(search({}, { platform: 'win32' }))).toEqual(['npipe:////./pipe/docker_engine']);
  });

  it('takes the certificates of DOCKER_CERT_PATH when DOCKER_TLS_VERIFY asks for them', () => {
    const disk = { '/certs/ca.pem': 'CA', '/certs/cert.pem': 'CERT', '/certs/key.pem': 'KEY' };
    const environment = {
      DOCKER_HOST: 'tcp://10.0.0.5',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: '/certs',
    };
    expect(findEndpoints(search(disk, { environment }))).toEqual({
      ok: true,
      value: [
        {
          uri: 'tcp://10.0.0.5:2376',
          source: 'DOCKER_HOST',
          connection: {
            kind: 'tcp',
            host: '10.0.0.5',
            port: 2376,
            tls: { ca: 'CA', cert: 'CERT', key: 'KEY' },
          },
        },
      ],
    });
  });

  it('takes the certificates that a context brings along', () => {
    const key = createHash('sha256').update('line').digest('hex');
    const disk = {
      ...contextFiles('line', 'tcp://10.0.0.9:2376'),
      [`${home}/.docker/contexts/tls/${key}/docker/ca.pem`]: 'CA',
    };
    const found = findEndpoints(search(disk));
    expect(found.ok && found.value[0]?.connection).toMatchObject({
      tls: { ca: 'CA', cert: null, key: null },
    });
  });
});
