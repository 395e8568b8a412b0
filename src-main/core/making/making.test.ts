import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Result } from '../../../src-shared/model/result.js';
import { hashInputs, packContext, readBuildContext, type BuildContext } from './build-context.js';
import { basesOf, isPinned } from './dockerfile-bases.js';
import { readDebootstrapLine } from './debootstrap-output.js';
import { parseIgnoreRules } from './ignore-rules.js';
import { fullImageName } from './image-name.js';

const { signal } = new AbortController();
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'slipway-context-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function put(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

const read = async (): Promise<BuildContext> => valueOf(await readBuildContext(folder, 'Dockerfile', signal));
const hash = async (args: Record<string, string> = {}): Promise<string> =>
  valueOf(await hashInputs(await read(), args, { signal })).inputs;

describe('the ignore rules', () => {
  it('leave out what they name, with exceptions below what is left out', async () => {
    put({
      Dockerfile: 'FROM x',
      '.dockerignore': '# comment\n*\n!src\nsrc/**/*.o\n!deep/in/kept\n',
      'README.md': '',
      'src/a.c': '',
      'src/x/a.o': '',
      'deep/in/kept': '',
      'deep/in/other': '',
    });
    const names = (await read()).entries.map(({ name }) => name);
    expect(names).toEqual(['.dockerignore', 'Dockerfile', 'deep/in/kept', 'src', 'src/a.c', 'src/x']);
  });

  it('never leave out the Dockerfile', () => {
    const rules = parseIgnoreRules('Dockerfile\n*\n', ['Dockerfile']);
    expect(rules.ignores('Dockerfile')).toBe(false);
    expect(rules.ignores('other')).toBe(true);
  });
});

describe('the hash of a build’s inputs', () => {
  it('changes with what a file holds, with its name and with an argument, and with nothing else', async () => {
    put({ Dockerfile: 'FROM x', a: '1', '.dockerignore': 'ignored' });
    const first = await hash();
    put({ ignored: 'new' });
    expect(await hash()).toBe(first);
    expect(await hash({ A: 'b' })).not.toBe(first);
    put({ a: '2' });
    const second = await hash();
    expect(second).not.toBe(first);
    put({ b: '' });
    expect(await hash()).not.toBe(second);
  });
});

it('a context that changes while it is sent is noticed', async () => {
  put({ Dockerfile: 'FROM x', a: 'one' });
  const context = await read();
  const { files } = valueOf(await hashInputs(context, {}, { signal }));
  put({ a: 'two' });
  const stream = packContext(context, files, () => undefined);
  const broken = await new Promise<Error>((resolve) => stream.on('error', resolve).resume());
  expect(broken.message).toBe(join(folder, 'a'));
});

describe('what a Dockerfile builds on', () => {
  it('is its FROM and COPY --from, without stages and scratch, with arguments filled in', () => {
    const dockerfile = [
      'ARG TAG=12.04',
      'FROM --platform=linux/amd64 precise:${TAG} AS build',
      'RUN a \\',
      '  # a comment between',
      '  FROM nothing',
      'FROM scratch',
      'COPY --chown=1 --from=build /a /a',
      'COPY --from=tools:1 /b /b',
      'FROM build',
    ].join('\n');
    expect(basesOf(dockerfile, {})).toEqual(['precise:12.04', 'tools:1']);
    expect(basesOf(dockerfile, { TAG: '14.04' })).toContain('precise:14.04');
  });

  it('may be pulled only where registry and digest are named', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(isPinned(`registry.example:5000/base@${digest}`)).toBe(true);
    expect(isPinned(`base@${digest}`)).toBe(false);
    expect(isPinned('registry.example/base:1')).toBe(false);
  });
});

it.each([
  ['widgy', 'widgy:latest'],
  ['registry.example:5000/flashers/widgy', 'registry.example:5000/flashers/widgy:latest'],
  ['flashers/widgy:2.4', 'flashers/widgy:2.4'],
  ['Widgy', null],
  ['a b', null],
  ['widgy@sha256:0', null],
  ['-x', null],
])('%s as an image’s name is %s', (name, expected) => {
  const full = fullImageName(name);
  expect(full.ok ? full.value : null).toBe(expected);
});

it.each([
  ['I: Retrieving InRelease ', 'release', null],
  ['I: Checking Release signature', 'release', null],
  ['I: Resolving dependencies of required packages...', 'find-packages', null],
  ['I: Retrieving libc6 2.36-9+deb12u10', 'download', 'libc6'],
  ['I: Extracting libc6...', 'extract', 'libc6'],
  ['I: Unpacking required packages...', 'install', null],
  ['I: Configuring libc6...', 'configure', 'libc6'],
  ['I: Base system installed successfully.', null, null],
  ['W: Failure trying to run: chroot', null, null],
])('debootstrap’s “%s” is of the phase %s', (line, phase, name) => {
  const read = readDebootstrapLine(line);
  expect(read.phase).toBe(phase);
  if (name !== null) expect(read.package).toBe(name);
});
