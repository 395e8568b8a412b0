import { execFileSync } from 'node:child_process';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { labels } from '../../src-main/core/docker/engine.js';
import { inputsLabel } from '../../src-main/core/making/inputs.js';
import { logRecipe } from '../fakes/bay.js';
import { parsedRecipe } from '../fakes/recipes.js';
import { valueOf } from './engine-bench.js';
import { useMakingBench } from './making-bench.js';
import { tinyImage } from './tiny-image.js';

const bench = useMakingBench('making');

describe('a build', () => {
  it('shows its steps with what they print, marks what was cached, and labels what it made', async () => {
    bench.context({
      Dockerfile: `FROM ${tinyImage}\nARG WHO=nobody\nCOPY . /app\nRUN echo hello $WHO && ls /app && echo ${bench.mine}\n`,
      '.dockerignore': '*.log\nsecret\n!secret/shown\n',
      'kept.txt': 'kept',
      'noise.log': 'noise',
      'secret/hidden': 'hidden',
      'secret/shown': 'shown',
    });
    const job = await bench.ended(bench.build({ buildArgs: { WHO: 'widget' } }));
    expect(job).toMatchObject({ state: 'done', fault: null });
    expect(job.steps.map(({ phase, text, state }) => [phase ?? text.split(' ')[0], state])).toEqual([
      ['context', 'done'],
      ['FROM', 'done'],
      ['ARG', 'done'],
      ['COPY', 'done'],
      ['RUN', 'done'],
      ['LABEL', 'done'],
      ['LABEL', 'done'],
    ]);
    expect(job.steps[4]?.place).toEqual({ at: 4, of: 6 });
    const lines = await bench.linesOf(job);
    expect(lines).toContain('hello widget');
    expect(lines).toContain('kept.txt');
    expect(lines).toContain('secret');
    expect(lines).not.toContain('noise.log');
    const { Id, Config } = await bench.docker.getImage(`${bench.mine}:built`).inspect();
    expect(job.outcome?.['image']).toBe(Id);
    expect(Config.Labels).toMatchObject({
      [labels.madeBy]: bench.stationId,
      [inputsLabel]: job.outcome?.['inputs'],
    });
    const again = await bench.ended(bench.build({ buildArgs: { WHO: 'widget' } }));
    expect(again.steps.map(({ state }) => state)).toEqual([
      'done',
      'done',
      'cached',
      'cached',
      'cached',
      'cached',
      'cached',
    ]);
    expect(again.outcome?.['inputs']).toBe(job.outcome?.['inputs']);
  });

  it('of a recipe says which of its inputs changed since, until it is built anew', async () => {
    const { recipe, hash } = parsedRecipe(
      logRecipe.replace(
        "{ name: 'flasher:latest' }",
        `{ name: '${bench.mine}:recipe', build: { context: '${bench.folder}' } }`,
      ),
    );
    bench.recipes = [{ recipe, hash, file: 'recipe.yaml' }];
    const look = async () => valueOf(await bench.making.handlers['images.builds'](undefined))[0];
    const make = () => bench.ended(bench.build({ recipe: 'plain', context: undefined, name: undefined }));
    bench.context({ Dockerfile: `FROM ${tinyImage}\nCOPY . /app\n`, 'a.txt': '1', 'b.txt': '1' });
    expect(await look()).toMatchObject({ state: 'missing' });
    expect(await make()).toMatchObject({ state: 'done' });
    expect(await look()).toMatchObject({ state: 'current', changes: null });
    // With the label of the recipe on top it is known for its own all the same: nothing asks to take the name.
    bench.context({ 'a.txt': '2', 'sub/c.txt': '1' });
    bench.context({ Dockerfile: `FROM ${tinyImage}\nCOPY . /app\nRUN true\n` });
    rmSync(join(bench.folder, 'b.txt'));
    expect(await look()).toMatchObject({
      state: 'outdated',
      more: 0,
      changes: [
        { what: 'dockerfile', name: 'Dockerfile', how: 'changed' },
        { what: 'file', name: 'a.txt', how: 'changed' },
        { what: 'file', name: 'b.txt', how: 'removed' },
        { what: 'file', name: 'sub', how: 'added' },
        { what: 'file', name: 'sub/c.txt', how: 'added' },
      ],
    });
    expect(await make()).toMatchObject({ state: 'done' });
    expect(await look()).toMatchObject({ state: 'current' });
  });

  it('takes no image for its own that somebody built on one of its own', async () => {
    bench.context({ Dockerfile: `FROM ${tinyImage}\nRUN echo ${bench.mine}\n` });
    expect(await bench.ended(bench.build())).toMatchObject({ state: 'done' });
    const context = pack();
    context.entry({ name: 'Dockerfile' }, `FROM ${bench.mine}:built\nLABEL theirs=1\n`);
    context.finalize();
    const stream = await bench.docker.buildImage(Readable.from(context as AsyncIterable<Buffer>), {
      t: `${bench.mine}:built`,
    });
    await new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject).resume());
    const { Id } = await bench.docker.getImage(`${bench.mine}:built`).inspect();
    expect((await bench.ended(bench.build())).fault?.code).toBe('image-name-foreign');
    expect(await bench.ended(bench.build({ replace: true }))).toMatchObject({ state: 'done' });
    await bench.docker.getImage(Id).remove();
  });

  it('that fails says which step, with its last words and its exit code', async () => {
    bench.context({
      Dockerfile: `FROM ${tinyImage}\nRUN echo ${bench.mine} about to fail; echo worse; exit 42\nRUN echo never\n`,
    });
    const job = await bench.ended(bench.build({}));
    expect(job).toMatchObject({
      state: 'failed',
      fault: { code: 'build-step-failed', params: { exitCode: 42, last: 'worse' } },
    });
    expect(job.steps.at(-1)).toMatchObject({ state: 'failed', exitCode: 42, place: { at: 2, of: 5 } });
    expect(await bench.linesOf(job)).toContain('worse');
    expect(await bench.images()).toEqual([]);
  });

  it.each([
    ['a typo', `FROM ${tinyImage}\nRUNN echo\n`, 'build-dockerfile-wrong'],
    ['a base that is not here', 'FROM no-such-base:1\n', 'build-base-missing'],
  ])('with %s in its Dockerfile fails clearly, and asks no registry', async (_, Dockerfile, code) => {
    bench.context({ Dockerfile });
    const job = await bench.ended(bench.build({}));
    expect(job.fault?.code).toBe(code);
    if (code === 'build-dockerfile-wrong') expect(job.fault?.params?.['line']).toBe(2);
  });

  it('without its Dockerfile, of no folder, or with no image name fails clearly', async () => {
    expect((await bench.ended(bench.build({}))).fault?.code).toBe('build-dockerfile-missing');
    expect((await bench.ended(bench.build({ context: join(bench.folder, 'none') }))).fault?.code).toBe(
      'build-context-missing',
    );
    expect(await bench.build({ name: 'No Name!' })).toMatchObject({ error: { code: 'image-name-invalid' } });
  });

  it('takes no name from an image that Slipway did not make, unless told to', async () => {
    bench.context({ Dockerfile: `FROM ${tinyImage}\nLABEL a=b\n` });
    await bench.docker.getImage(tinyImage).tag({ repo: bench.mine, tag: 'theirs' });
    expect((await bench.ended(bench.build({ name: `${bench.mine}:theirs` }))).fault?.code).toBe(
      'image-name-foreign',
    );
    expect((await bench.ended(bench.build({ name: `${bench.mine}:theirs`, replace: true }))).state).toBe(
      'done',
    );
    expect((await bench.docker.getImage(tinyImage).inspect()).RepoTags).toContain(tinyImage);
  });

  it('that is cancelled ends at once and leaves nothing: no container, no layer, no image', async () => {
    bench.context({
      Dockerfile: `FROM ${tinyImage}\nRUN echo ${bench.mine} > /made\nRUN echo ${bench.mine}; sleep 600\n`,
    });
    const before = await bench.everything();
    const { jobId } = valueOf(await bench.build({}));
    await bench.until(jobId, ({ steps }) =>
      steps.some(({ place, lines }) => place?.at === 3 && lines.count > 0),
    );
    bench.jobs.cancel(jobId);
    const began = Date.now();
    const job = await bench.until(jobId, () => false);
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(job).toMatchObject({ state: 'cancelled', fault: null });
    for (;;) {
      const after = await bench.everything();
      if (after.containers.length === 0) {
        expect(after.images.filter((id) => !before.images.includes(id))).toEqual([]);
        break;
      }
    }
    expect(await bench.images()).toEqual([]);
  });

  it('that is cancelled leaves the image that it is built on, whoever made it and whatever else needs it', async () => {
    const base = `${bench.mine}-base:1`;
    const [repo, tag] = base.split(':');
    // Nothing else is built on it: that alone would protect it.
    const source = await bench.docker.createContainer({ Image: tinyImage, Cmd: ['true'] });
    const stream = await bench.docker.importImage(await source.export(), {
      repo,
      tag,
      changes: ['ENV PATH=/bin'],
    });
    await new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject).resume());
    await source.remove();
    const { Id } = await bench.docker.getImage(base).inspect();
    bench.context({
      Dockerfile: `FROM ${base}\nENV made=${bench.mine}\nRUN echo ${bench.mine}; sleep 600\n`,
    });
    const { jobId } = valueOf(await bench.build({}));
    await bench.until(jobId, ({ steps }) =>
      steps.some(({ place, lines }) => place?.at === 3 && lines.count > 0),
    );
    bench.jobs.cancel(jobId);
    expect(await bench.until(jobId, () => false)).toMatchObject({ state: 'cancelled', fault: null });
    expect((await bench.docker.getImage(base).inspect()).Id).toBe(Id);
    expect((await bench.images()).map(({ RepoTags }) => RepoTags)).toEqual([[base]]);
  });
});

describe('an import', () => {
  function rootFs(): string {
    bench.context({ 'root/etc/hostname': 'imported\n', 'root/bin/tool': '#!/bin/sh\n' });
    const tar = join(bench.folder, 'root.tar');
    execFileSync('tar', ['-C', join(bench.folder, 'root'), '-c', '-f', tar, '.']);
    return tar;
  }

  it.each([
    ['none', []],
    ['gzip', ['gzip', '-k']],
    ['xz', ['xz', '-k']],
    ['zstd', ['zstd', '-q', '-k']],
    ['bzip2', ['bzip2', '-k']],
  ])('takes a root file system compressed with %s', async (kind, [program, ...words]) => {
    const tar = rootFs();
    if (program !== undefined) execFileSync(program, [...words, tar]);
    const suffix = { none: '', gzip: '.gz', xz: '.xz', zstd: '.zst', bzip2: '.bz2' }[kind] ?? '';
    const job = await bench.ended(
      bench.importFile(`${tar}${suffix}`, ['ENV PATH=/bin', 'CMD ["/bin/tool"]']),
    );
    expect(job).toMatchObject({ state: 'done', fault: null });
    expect(job.progress?.done).toBe(job.progress?.total);
    const { Config, RootFS } = await bench.docker.getImage(`${bench.mine}:imported`).inspect();
    expect(Config).toMatchObject({
      Env: ['PATH=/bin'],
      Cmd: ['/bin/tool'],
      Labels: { [labels.madeBy]: bench.stationId },
    });
    expect(RootFS.Layers).toHaveLength(1);
  });

  it('refuses what is no tar, is cut off or damaged, or would leave its root, and leaves nothing', async () => {
    const tar = rootFs();
    writeFileSync(join(bench.folder, 'text.tar'), 'this is a text\n'.repeat(100));
    execFileSync('cp', [tar, join(bench.folder, 'cut.tar')]);
    truncateSync(join(bench.folder, 'cut.tar'), 2048);
    writeFileSync(
      join(bench.folder, 'big.bin'),
      Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * at * 7) % 251)),
    );
    execFileSync('tar', [
      '-C',
      bench.folder,
      '-c',
      '-z',
      '-f',
      join(bench.folder, 'cut.tar.gz'),
      'big.bin',
      'root',
    ]);
    truncateSync(join(bench.folder, 'cut.tar.gz'), 300);
    execFileSync('xz', ['-k', tar]);
    truncateSync(`${tar}.xz`, 100);
    execFileSync('tar', [
      '-C',
      join(bench.folder, 'root'),
      '-c',
      '-P',
      '-f',
      join(bench.folder, 'up.tar'),
      '../big.bin',
    ]);
    execFileSync('tar', ['-c', '-P', '-f', join(bench.folder, 'absolute.tar'), '/etc/hostname']);
    const codes: Record<string, string | undefined> = {};
    for (const name of [
      'text.tar',
      'cut.tar',
      'cut.tar.gz',
      'root.tar.xz',
      'up.tar',
      'absolute.tar',
      'none.tar',
    ]) {
      codes[name] = (await bench.ended(bench.importFile(join(bench.folder, name)))).fault?.code;
    }
    expect(codes).toEqual({
      'text.tar': 'archive-not-a-tar',
      'cut.tar': 'archive-truncated',
      'cut.tar.gz': 'archive-truncated',
      'root.tar.xz': 'archive-truncated',
      'up.tar': 'archive-unsafe',
      'absolute.tar': 'archive-unsafe',
      'none.tar': 'archive-missing',
    });
    expect(await bench.images()).toEqual([]);
    expect(await bench.importFile(tar, ['RUN rm -rf /'])).toMatchObject({
      error: { code: 'image-change-invalid' },
    });
  });

  it('that is cancelled half-way leaves no image', async () => {
    const big = join(bench.folder, 'big.tar');
    execFileSync('sh', [
      '-c',
      `truncate -s 600M "${bench.folder}/zeros" && tar -C "${bench.folder}" -c -f "${big}" zeros`,
    ]);
    const before = await bench.everything();
    const { jobId } = valueOf(await bench.importFile(big));
    await bench.until(jobId, ({ progress }) => (progress?.done ?? 0) > 1_000_000);
    bench.jobs.cancel(jobId);
    expect((await bench.until(jobId, () => false)).state).toBe('cancelled');
    expect(await bench.images()).toEqual([]);
    expect((await bench.everything()).images.filter((id) => !before.images.includes(id))).toEqual([]);
  });
});
