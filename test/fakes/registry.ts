import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/**
 * A registry of images on 127.0.0.1, as much of it as an engine needs to pull: versions, manifests and blobs. Engines
 * take one there without TLS. Protocol: https://distribution.github.io/distribution/spec/api/
 */
export interface FakeRegistry {
  /** `127.0.0.1:41234` */
  readonly host: string;
  /** `GET /v2/…`, in the order in which they came. */
  readonly requests: string[];
  /** Puts an image of one small file there; `digest` is that of its manifest, `id` what engines call the image. */
  add(repository: string, content: string): Promise<{ digest: string; id: string }>;
  /** Serves, under a digest, what was put there under another: what a registry does that was broken into. */
  lie(repository: string, digest: string, served: string): void;
  /** Sends the first bytes of every layer and then nothing more, until the connection ends. */
  stall(): void;
  close(): Promise<void>;
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json';
const sha256 = (bytes: Buffer | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export async function startFakeRegistry(): Promise<FakeRegistry> {
  const blobs = new Map<string, Buffer>();
  const layers = new Set<string>();
  const manifests = new Map<string, Buffer>();
  const requests: string[] = [];
  let isStalled = false;

  function missing(response: ServerResponse, code: string): void {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code, message: 'not here' }] }));
  }

  const server = createServer(({ method = 'GET', url = '/' }, response) => {
    requests.push(`${method} ${url}`);
    const [, repository = '', kind = '', reference = ''] =
      /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
    if (url === '/v2/') return void response.writeHead(200, { 'content-length': 2 }).end('{}');
    const found = kind === 'manifests' ? manifests.get(`${repository}@${reference}`) : blobs.get(reference);
    if (found === undefined) {
      return missing(response, kind === 'blobs' ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN');
    }
    response.writeHead(200, {
      'content-type': kind === 'manifests' ? manifestType : 'application/octet-stream',
      'content-length': found.length,
      'docker-content-digest': reference,
    });
    if (method === 'HEAD') response.end();
    else if (isStalled && layers.has(reference)) response.write(found.subarray(0, 64));
    else response.end(found);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    host: `127.0.0.1:${port}`,
    requests,
    async add(repository, content) {
      const tar = pack();
      tar.entry({ name: 'flasher', mode: 0o755 }, content);
      tar.finalize();
      const chunks: Buffer[] = [];
      for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk);
      const plain = Buffer.concat(chunks);
      const layer = gzipSync(plain);
      const config = Buffer.from(
        JSON.stringify({
          architecture: 'amd64',
          os: 'linux',
          created: '2026-01-02T03:04:05Z',
          config: { Cmd: ['/flasher'], Labels: { 'deviceSupportStatus.widgy': 'Candidato a estable 3' } },
          rootfs: { type: 'layers', diff_ids: [sha256(plain)] },
          history: [{ created: '2026-01-02T03:04:05Z', created_by: 'COPY flasher /' }],
        }),
      );
      const describe = (mediaType: string, bytes: Buffer) => ({
        mediaType,
        size: bytes.length,
        digest: sha256(bytes),
      });
      const manifest = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: manifestType,
          config: describe('application/vnd.docker.container.image.v1+json', config),
          layers: [describe('application/vnd.docker.image.rootfs.diff.tar.gzip', layer)],
        }),
      );
      for (const bytes of [config, layer]) blobs.set(sha256(bytes), bytes);
      layers.add(sha256(layer));
      manifests.set(`${repository}@${sha256(manifest)}`, manifest);
      manifests.set(`${repository}@latest`, manifest);
      return { digest: sha256(manifest), id: sha256(config) };
    },
    lie(repository, digest, served) {
      const manifest = manifests.get(`${repository}@${served}`);
      if (manifest === undefined) throw new Error(`${served} is not in ${repository}`);
      manifests.set(`${repository}@${digest}`, manifest);
    },
    stall: () => void (isStalled = true),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
