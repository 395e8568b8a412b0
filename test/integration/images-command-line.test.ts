import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dockerHost } from './engine-bench.js';
import { ensureTinyImage, tinyImage } from './tiny-image.js';

const lineSchema = z.looseObject({ type: z.string(), at: z.iso.datetime() });

/** The images of a home, made, looked at and carried by the command line alone. The tests follow each other. */
describe('slipway images', () => {
  const prefix = `slipway-test-cli-${process.pid}`;
  const name = `${prefix}-built:1`;
  const docker = new Docker({ socketPath: dockerHost().replace('unix://', '') });
  let home: string;
  let folder: string;
  let id: string;

  beforeAll(async () => {
    await ensureTinyImage(docker);
    home = mkdtempSync(join(tmpdir(), 'slipway-cli-home-'));
    folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'));
    mkdirSync(join(home, 'recipes'));
    mkdirSync(join(folder, 'context'));
    writeFileSync(
      join(folder, 'context/Dockerfile'),
      `FROM ${tinyImage}\nLABEL deviceSupportStatus.gadget="Candidato a estable 3"\nRUN echo ${prefix} > /made\n`,
    );
  });
  afterAll(async () => {
    for (const { RepoTags } of await docker.listImages()) {
      for (const tag of (RepoTags ?? []).filter((each) => each.startsWith(prefix))) {
        await docker.getImage(tag).remove({ force: true });
      }
    }
    rmSync(home, { recursive: true });
    rmSync(folder, { recursive: true });
  });

  const slipway = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, LANG: 'en_US.UTF-8' };
      const words = ['bin/slipway.js', 'images', ...args, '--home', home];
      const child = execFile(process.execPath, words, { env }, (_error, out, err) =>
        resolve({ code: child.exitCode ?? -1, out, err }),
      );
      // It is no terminal, and nobody answers: a command that asked something would wait here for ever.
      child.stdin?.end();
    });
  const lines = (out: string) =>
    out
      .trim()
      .split('\n')
      .map((line) => lineSchema.parse(JSON.parse(line)));

  it('builds from a folder, with its steps as a person reads them', async () => {
    const { code, out, err } = await slipway('build', '--context', join(folder, 'context'), '--name', name);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`RUN echo ${prefix}`);
    expect(out).toContain(`${name} is ready: sha256:`);
  });

  it('builds what a recipe describes, and says every step as an object a line', async () => {
    writeFileSync(
      join(home, 'recipes/gadget.yaml'),
      [
        'name: gadget',
        'title: { en: Gadget, es: Aparato }',
        'model: gadget',
        'minimumSupport: release-candidate',
        "match: { path: '/dev/none*' }",
        `image: { name: '${name}', build: { context: '${join(folder, 'context')}' } }`,
        'flash: { success: [{ exitCode: 0 }], timeout: 60s }',
        '',
      ].join('\n'),
    );
    const { code, out } = await slipway('build', '--recipe', 'gadget', '--json');
    expect(code).toBe(0);
    const told = lines(out);
    expect(new Set(told.map(({ type }) => type))).toEqual(new Set(['step', 'line', 'job']));
    expect(told.at(-1)).toMatchObject({ type: 'job', job: { state: 'done' } });
    expect(await slipway('build', '--recipe', 'none')).toMatchObject({ code: 64 });
  });

  it('imports a root file system', async () => {
    mkdirSync(join(folder, 'root/etc'), { recursive: true });
    writeFileSync(join(folder, 'root/etc/mark'), prefix);
    const tar = join(folder, 'root.tar.gz');
    execFileSync('tar', ['-C', join(folder, 'root'), '-c', '-z', '-f', tar, '.']);
    const imported = `${prefix}-imported:1`;
    const args = ['import', tar, '--name', imported, '--change', 'ENV PATH=/bin'];
    expect(await slipway(...args)).toMatchObject({ code: 0, err: '' });
    expect((await docker.getImage(imported).inspect()).Config.Env).toEqual(['PATH=/bin']);
    expect(await slipway('import', join(folder, 'none.tar'), '--name', imported)).toMatchObject({ code: 2 });
    expect(await slipway('remove', imported)).toMatchObject({ code: 0 });
  });

  it('lists them in a table and as an object a line, with what recipes name in vain', async () => {
    const table = await slipway('list');
    expect(table.code).toBe(0);
    const row = table.out.split('\n').find((line) => line.startsWith(name));
    expect(row).toMatch(/gadget {2}.*gadget: Release Candidate 3/);
    const told = lines((await slipway('list', '--json')).out);
    const found = told.find(({ image }) => JSON.stringify(image).includes(name));
    expect(found).toMatchObject({
      type: 'image',
      image: { names: [name], reason: 'made', recipes: ['gadget'] },
    });
    id = z.object({ image: z.object({ id: z.string() }) }).parse(found).image.id;
  });

  it('inspects one, by its name or its short id', async () => {
    const text = await slipway('inspect', name);
    expect(text.code).toBe(0);
    expect(text.out).toContain(id);
    expect(text.out).toContain('gadget: Release Candidate 3 (written “Candidato a estable 3”)');
    const [told] = lines((await slipway('inspect', id.slice(7, 19), '--json')).out);
    expect(told).toMatchObject({
      image: { summary: { id }, inputs: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown },
    });
    const unknown = await slipway('inspect', 'slipway-none', '--json');
    expect(unknown.code).toBe(2);
    expect(lines(unknown.out)[0]).toMatchObject({ type: 'fault', code: 'image-foreign' });
  });

  it('saves to a file that appears whole, and never over another unasked', async () => {
    const file = join(folder, 'images.tar');
    expect(await slipway('save', name)).toMatchObject({ code: 64 });
    const saved = await slipway('save', name, '--file', file);
    expect(saved).toMatchObject({ code: 0, err: '' });
    expect(existsSync(file)).toBe(true);
    expect(await slipway('save', name, '--file', file)).toMatchObject({ code: 2 });
    expect(await slipway('save', name, '--file', file, '--replace')).toMatchObject({ code: 0 });
  });

  it('removes what no recipe needs, and says why it keeps what one does', async () => {
    const kept = await slipway('remove', name);
    expect(kept.code).toBe(2);
    expect(kept.err).toContain('A recipe needs the image');
    rmSync(join(home, 'recipes/gadget.yaml'));
    const removed = await slipway('remove', name, '--json');
    expect(removed.code).toBe(0);
    expect(lines(removed.out)).toMatchObject([{ type: 'removed', id, name, removesImage: true }]);
    expect(await slipway('remove', name)).toMatchObject({ code: 2 });
    expect(await slipway('remove', tinyImage)).toMatchObject({ code: 2 });
  });

  it('verifies an archive, loads it, and refuses one that is none', async () => {
    const file = join(folder, 'images.tar');
    const checked = await slipway('load', file, '--check', '--json');
    expect(checked.code).toBe(0);
    expect(lines(checked.out)).toMatchObject([{ type: 'archive', images: [{ id, isHere: false }] }]);
    const loaded = await slipway('load', file);
    expect(loaded).toMatchObject({ code: 0, err: '' });
    expect(loaded.out).toContain(`Here now: ${name}`);
    expect((await docker.getImage(name).inspect()).Id).toBe(id);
    writeFileSync(join(folder, 'text.tar'), 'Dear diary,\n'.repeat(200));
    expect(await slipway('load', join(folder, 'text.tar'))).toMatchObject({ code: 2 });
  });

  it('pulls nothing that a recipe does not pin', async () => {
    expect(await slipway('pull', 'none')).toMatchObject({ code: 64 });
    writeFileSync(
      join(home, 'recipes/plain.yaml'),
      "name: plain\ntitle: { en: P, es: P }\nmodel: plain\nminimumSupport: unknown\nmatch: { path: '/dev/none*' }\nimage: { name: 'flasher:1' }\nflash: { success: [{ exitCode: 0 }], timeout: 60s }\n",
    );
    const refused = await slipway('pull', 'plain');
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('does not say exactly which image');
    const listed = await slipway('list');
    expect(listed.err).toContain('Not on this station: flasher:1');
  });
});
