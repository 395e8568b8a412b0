import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../test/fakes/eventually.js';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { shellWord } from '../shell-words.js';
import type { Endpoint } from '../docker/endpoint.js';
import { engineInfoSchema, readEngineFacts } from './engine-facts.js';
import { parseGroups } from './groups.js';
import { createPrograms } from './programs.js';
import { readSpace } from './space.js';

const going = new AbortController().signal;

describe('what an engine says of itself', () => {
  it('is taken as far as it goes', () => {
    expect(engineInfoSchema.parse({})).toMatchObject({
      storageDriver: '',
      cgroupVersion: '1',
      limits: { memory: true, processes: true, processors: true },
      rootless: false,
    });
  });

  it('tells a rootless engine by its security options', () => {
    const SecurityOptions = ['name=seccomp,profile=default', 'name=rootless', 'name=cgroupns'];
    expect(engineInfoSchema.parse({ SecurityOptions }).rootless).toBe(true);
    expect(engineInfoSchema.parse({ SecurityOptions: null }).rootless).toBe(false);
  });
});

describe('an engine that takes the question and never answers', () => {
  it('is given up, and its connections are closed', async () => {
    const folder = createTemporaryFolder();
    const path = join(folder.path, 'docker.sock');
    let open = 0;
    const server = createServer((socket) => {
      open += 1;
      socket.on('error', () => undefined).on('close', () => (open -= 1));
      socket.resume();
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const clock = createFakeClock();
    const endpoint: Endpoint = {
      uri: `unix://${path}`,
      source: 'DOCKER_HOST',
      connection: { kind: 'socket', path },
    };
    const facts = readEngineFacts(endpoint, { clock, signal: going });
    await eventually(() => expect(open).toBe(2));
    clock.advance(4000);
    expect(await facts).toMatchObject({ ok: false, error: { code: 'engine-lost' } });
    await eventually(() => expect(open).toBe(0));
    server.close();
    folder.dispose();
  });
});

describe('programs of the system', () => {
  const programs = createPrograms(process.env);

  it('are found in the PATH and where the administrator’s are', async () => {
    expect(await programs.find('sh')).toMatch(/\/sh$/);
    expect(await programs.find('no-such-program')).toBeNull();
    expect(await createPrograms({ PATH: '/bin' }).find('ls')).toBe('/bin/ls');
  });

  it('answer with what they print and how they end', async () => {
    expect(await programs.ask('sh', ['-c', 'echo yes; exit 3'], going)).toEqual({
      exitCode: 3,
      output: 'yes\n',
    });
    expect(await programs.ask('no-such-program', [], going)).toBeNull();
  });

  it('are asked in English', async () => {
    expect((await programs.ask('sh', ['-c', 'echo $LC_ALL'], going))?.output).toBe('C\n');
  });

  it('are ended when the examination is', async () => {
    const controller = new AbortController();
    const answer = programs.ask('sleep', ['60'], controller.signal);
    setTimeout(() => controller.abort(), 50);
    expect((await answer)?.exitCode).toBeNull();
  });
});

describe('groups', () => {
  it('are read with their members; broken lines are passed over', () => {
    expect(parseGroups('root:x:0:\ndialout:x:20:ana,eva\n\n# no\nhalf:x\nodd:x:y:\n')).toEqual([
      { name: 'root', id: 0, members: [] },
      { name: 'dialout', id: 20, members: ['ana', 'eva'] },
    ]);
  });
});

describe('space', () => {
  it('of a path that is not there yet is that of the folder above', async () => {
    const folder = createTemporaryFolder();
    const path = join(folder.path, 'not/there/yet');
    expect((await readSpace(path)).freeBytes).toBeGreaterThan(0);
    expect(existsSync(path)).toBe(false);
    folder.dispose();
  });
});

describe('a command', () => {
  it('is quoted where a shell would take it apart', () => {
    expect(shellWord('/srv/widget-1.0')).toBe('/srv/widget-1.0');
    expect(shellWord("/srv/Ana's $HOME")).toBe(`'/srv/Ana'\\''s $HOME'`);
    expect(shellWord('')).toBe("''");
  });
});
