import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { labels } from '../../src-main/core/docker/engine.js';
import { hashOf, makeFilesBench, makeFolder, type FilesBench } from './files-bench.js';
import { tinyImage } from './tiny-image.js';

const lineSchema = z.looseObject({ type: z.string(), at: z.iso.datetime() });

/** The files of a bay's container, by the command line alone, without a station. The tests follow each other. */
describe('slipway files', () => {
  let bench: FilesBench;
  let folder: string;
  let dispose: () => void;
  let home: string;
  let id: string;
  let neighbour: string;

  beforeAll(async () => {
    bench = await makeFilesBench();
    ({ path: folder, dispose } = makeFolder());
    home = join(folder, 'home');
    mkdirSync(home);
    writeFileSync(join(home, 'station-id'), `${bench.stationId}\n`);
    id = await bench.sleeper(
      'mkdir -p /app/deep && echo licence > /app/licence.txt && chmod 640 /app/licence.txt && chown 1000:100 /app/licence.txt && echo deeper > /app/deep/file && ln -s deep/file /app/link',
      { mounts: [{ type: 'tmpfs', target: '/memory' }] },
    );
    // Another's, which says of itself that it stands in a bay.
    neighbour = (
      await bench.docker.createContainer({ Image: tinyImage, Cmd: ['true'], Labels: { [labels.bay]: '2' } })
    ).id;
  });
  afterAll(async () => {
    await bench.docker.getContainer(neighbour).remove({ force: true });
    await bench.dispose();
    dispose();
  });

  const slipway = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const words = ['bin/slipway.js', 'files', ...args, '--home', home];
      const env = { ...process.env, LANG: 'en_US.UTF-8' };
      const child = execFile(process.execPath, words, { env }, (_error, out, err) =>
        resolve({ code: child.exitCode ?? -1, out, err }),
      );
      child.stdin?.end();
    });

  it('lists a folder in a table and as an object a line, by bay or by run', async () => {
    const table = await slipway('list', '/app', '--bay', '1');
    expect(table.code).toBe(0);
    const row = table.out.split('\n').find((line) => line.startsWith('licence.txt'));
    expect(row).toMatch(/File +8 +1000:100 +0640 /);
    expect(table.out).toContain('link -> deep/file');
    const run = (await bench.docker.getContainer(id).inspect()).Config.Labels[labels.run] ?? '';
    const { code, out } = await slipway('list', '/', '--run', run, '--json');
    expect(code).toBe(0);
    const files = out
      .trim()
      .split('\n')
      .map((line) => lineSchema.parse(JSON.parse(line)));
    const memory = files.find((file) => file['name'] === 'memory');
    expect(memory).toMatchObject({ type: 'file', kind: 'folder', mount: { kind: 'tmpfs' } });
  });

  it('gets a file as it is, and never over another unasked', async () => {
    const target = join(folder, 'licence.txt');
    const got = await slipway('get', '/app/licence.txt', target, '--bay', '1');
    expect(got).toMatchObject({ code: 0 });
    expect(readFileSync(target, 'utf8')).toBe('licence\n');
    writeFileSync(target, 'mine');
    const refused = await slipway('get', '/app/licence.txt', target, '--bay', '1');
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(target);
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect((await slipway('get', '/app/licence.txt', target, '--bay', '1', '--replace')).code).toBe(0);
    expect(readFileSync(target, 'utf8')).toBe('licence\n');
  });

  it('gets a folder, as a folder or as a tar', async () => {
    const [into, tar] = [join(folder, 'app'), join(folder, 'app.tar')];
    expect((await slipway('get', '/app', into, '--folder', '--bay', '1')).code).toBe(0);
    expect(readFileSync(join(into, 'deep/file'), 'utf8')).toBe('deeper\n');
    expect((await slipway('get', '/app', tar, '--tar', '--bay', '1')).code).toBe(0);
    expect(statSync(tar).size).toBeGreaterThan(1024);
    // Neither is a file with a content of its own.
    expect((await slipway('get', '/app', join(folder, 'none'), '--bay', '1')).code).toBe(2);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('puts files and folders in, also into memory, and never over another unasked', async () => {
    const sent = join(folder, 'sent.bin');
    writeFileSync(sent, Buffer.alloc(300_000, 7));
    const both = await slipway('put', sent, join(folder, 'app'), '--to', '/memory', '--bay', '1', '--json');
    expect(both.code).toBe(0);
    expect(lineSchema.parse(JSON.parse(both.out.trim().split('\n').at(-1) ?? ''))).toMatchObject({
      type: 'done',
      what: 'put',
    });
    expect(await bench.inside(id, 'sha256sum /memory/sent.bin')).toContain(hashOf(sent));
    expect(await bench.inside(id, 'cat /memory/app/deep/file')).toBe('deeper\n');
    writeFileSync(sent, 'newer');
    expect((await slipway('put', sent, '--to', '/memory', '--bay', '1')).code).toBe(2);
    expect(await bench.inside(id, 'wc -c < /memory/sent.bin')).toContain('300000');
    expect((await slipway('put', sent, '--to', '/memory', '--bay', '1', '--replace')).code).toBe(0);
    expect(await bench.inside(id, 'cat /memory/sent.bin')).toBe('newer');
  });

  it('says what is not there, here and in the container, and who may not be asked for', async () => {
    const absent = await slipway('get', '/app/none', join(folder, 'none'), '--bay', '1');
    expect(absent.code).toBe(2);
    expect(absent.err).toContain('There is no /app/none in the container.');
    const source = join(folder, 'never-there');
    const missing = await slipway('put', source, '--to', '/app', '--bay', '1');
    expect(missing.code).toBe(2);
    expect(missing.err).toContain(source);
    // The neighbour's container is not there for Slipway.
    const foreign = await slipway('list', '/', '--bay', '2');
    expect(foreign.code).toBe(2);
    expect(foreign.out).toBe('');
    for (const words of [['list'], ['list', '/', '--bay', '1', '--run', 'x'], ['list', '/', '--bay', 'one']])
      expect((await slipway(...words)).code).toBe(64);
  });

  it('reaches a stopped container, too, and says what went with its memory', async () => {
    await bench.stop(id);
    const target = join(folder, 'after.txt');
    expect((await slipway('get', '/app/licence.txt', target, '--bay', '1')).code).toBe(0);
    expect(readFileSync(target, 'utf8')).toBe('licence\n');
    rmSync(target);
    const gone = await slipway('get', '/memory/sent.bin', target, '--bay', '1');
    expect(gone.code).toBe(2);
    expect(gone.err).toContain('/memory/sent.bin');
    expect(existsSync(target)).toBe(false);
  });
});
