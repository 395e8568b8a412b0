import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../../test/fakes/clock.js';
import { createMadeUpMachine, ownUser, type MadeUpMachine } from '../../../../test/fakes/machine.js';
import { leastRecipe, replacedInLeast } from '../../../../test/fakes/recipes.js';
import { openRecords } from '../../records/open-records.js';
import type { Records } from '../../records/records.js';
import { homeFolder } from './home.js';
import { recipes } from './recipes.js';
import { recordsFile } from './records.js';
import { secretsFile } from './secrets.js';
import { settings } from './settings.js';
import { engineSpace, homeSpace, workspaceSpace } from './space.js';
import { workspace } from './workspace.js';

let machine: MadeUpMachine;
beforeEach(() => (machine = createMadeUpMachine()));
afterEach(() => machine.dispose());

describe('the home folder', () => {
  it('is well when it can be written', async () => {
    expect(await machine.look(homeFolder)).toMatchObject({ state: 'ok', reason: 'home.ready' });
  });

  it('need not be there yet, and is not made by looking', async () => {
    rmSync(machine.home, { recursive: true });
    expect(await machine.look(homeFolder)).toMatchObject({ state: 'ok', reason: 'home.not-made-yet' });
    expect(readdirSync(machine.root('.'))).not.toContain('home');
  });

  it('is a problem when it cannot be written, and is given back to its user', async () => {
    expect(await machine.look(homeFolder, { refused: { [machine.home]: 'EACCES' } })).toEqual({
      state: 'problem',
      reason: 'home.unwritable',
      params: { path: machine.home, code: 'EACCES' },
      command: `sudo chown -R "$USER": ${machine.home}`,
    });
  });

  it('never proposes to take over the folder above, nor to write what is read-only', async () => {
    expect(await machine.look(homeFolder, { refused: { [machine.home]: 'EROFS' } })).not.toHaveProperty(
      'command',
    );
    rmSync(machine.home, { recursive: true });
    const found = await machine.look(homeFolder, { refused: { [machine.root('.')]: 'EACCES' } });
    expect(found).toMatchObject({ state: 'problem' });
    expect(found).not.toHaveProperty('command');
  });

  it('must be one that this user can reach', async () => {
    const found = await machine.look(homeFolder, { closed: machine.root('.') });
    expect(found).toEqual({ state: 'problem', reason: 'home.closed', params: { path: machine.home } });
  });

  it('may not be a file', async () => {
    rmSync(machine.home, { recursive: true });
    machine.write('home');
    expect(await machine.look(homeFolder)).toMatchObject({ state: 'problem', reason: 'home.no-folder' });
  });
});

describe('the settings', () => {
  it('have defaults until the first start', async () => {
    expect(await machine.look(settings)).toMatchObject({ state: 'ok', reason: 'settings.not-made-yet' });
  });

  it('are read from station.yaml', async () => {
    machine.write('home/station.yaml', 'name: line-1\nports: { base: 2080 }\n');
    expect(await machine.look(settings)).toMatchObject({ state: 'ok', reason: 'settings.ready' });
  });

  it('say in which line a mistake is', async () => {
    machine.write('home/station.yaml', 'name: line-1\nports: { base: many }\n');
    expect(await machine.look(settings)).toMatchObject({
      state: 'problem',
      reason: 'settings.unusable',
      params: { line: 2, at: 'ports.base' },
    });
  });

  it('say when the file is none', async () => {
    machine.folder('home/station.yaml');
    expect(await machine.look(settings)).toMatchObject({
      state: 'problem',
      reason: 'settings.unreadable',
      params: { code: 'not-a-file' },
    });
  });
});

describe('the secrets', () => {
  const user = { id: ownUser };

  it('need not be there', async () => {
    expect(await machine.look(secretsFile)).toMatchObject({ state: 'ok', reason: 'secrets.none' });
  });

  it('are closed to others', async () => {
    machine.write('home/secrets', 'magicNumber: 8974c408d831\n', 0o600);
    expect(await machine.look(secretsFile, { user })).toMatchObject({ state: 'ok', reason: 'secrets.ready' });
    machine.write('home/secrets', 'magicNumber: 8974c408d831\n', 0o640);
    const found = await machine.look(secretsFile, { user });
    expect(found).toMatchObject({
      state: 'problem',
      reason: 'secrets.open',
      params: { mode: '640' },
      command: `chmod 600 ${machine.root('home/secrets')}`,
    });
    expect(JSON.stringify(found)).not.toContain('8974c408d831');
  });

  it('belong to this user', async () => {
    machine.write('home/secrets', '', 0o600);
    expect(await machine.look(secretsFile, { user: { id: 54_322 } })).toMatchObject({
      state: 'problem',
      reason: 'secrets.of-another',
    });
  });

  it('are a file', async () => {
    machine.folder('home/secrets');
    expect(await machine.look(secretsFile, { user })).toMatchObject({
      state: 'problem',
      reason: 'secrets.no-file',
    });
  });
});

describe('the records', () => {
  const path = (): string => machine.root('home/records.db');
  const opened = (): Records => {
    const records = openRecords({ path: path(), clock: createFakeClock(), host: 'bench', reserve: 0 });
    if (!records.ok) throw new Error(records.error.detail);
    return records.value;
  };
  const filesOfHome = (): Map<string, string> =>
    new Map(
      readdirSync(machine.home).map((name) => [name, readFileSync(machine.root(`home/${name}`), 'latin1')]),
    );

  /**
   * What a connection that is closed may still take away, whenever its statements are collected as garbage
   * (see `readValues`): the index, and the commits once they are all in the database.
   */
  const isLeftover = (name: string, content: string): boolean =>
    name.endsWith('-shm') || (name.endsWith('-wal') && content === '');

  /** Looks, and sees that not a byte of the home has changed and that no file was made. */
  const lookAtRecords: typeof machine.look = async (...args) => {
    const before = filesOfHome();
    const found = await machine.look(...args);
    const after = filesOfHome();
    for (const [name, content] of before) {
      if (!after.has(name) && isLeftover(name, content)) before.delete(name);
    }
    expect(after).toEqual(before);
    return found;
  };

  it('need not be there yet', async () => {
    expect(await lookAtRecords(recordsFile)).toMatchObject({ state: 'ok', reason: 'records.not-made-yet' });
  });

  it('are read through when nobody has them open', async () => {
    opened().close();
    expect(await lookAtRecords(recordsFile)).toMatchObject({ state: 'ok', reason: 'records.ready' });
  });

  it('are left alone while a station has them open', async () => {
    const records = opened();
    expect(await lookAtRecords(recordsFile)).toMatchObject({ state: 'ok', reason: 'records.open' });
    records.close();
  });

  it('are a problem when they are no database, or damaged inside', async () => {
    machine.write('home/records.db', 'not a database at all');
    expect(await lookAtRecords(recordsFile)).toMatchObject({ state: 'problem', reason: 'records.corrupt' });
    rmSync(path());
    opened().close();
    const bytes = readFileSync(path());
    writeFileSync(path(), bytes.fill(0xff, 4096, 8192));
    expect(await lookAtRecords(recordsFile)).toMatchObject({ state: 'problem', reason: 'records.corrupt' });
    truncateSync(path(), 0);
    expect(await lookAtRecords(recordsFile)).toMatchObject({ state: 'problem', reason: 'records.corrupt' });
  });

  it('are a problem when another program or a newer Slipway wrote them', async () => {
    opened().close();
    const bytes = readFileSync(path());
    const newer = Buffer.from(bytes);
    newer.writeUInt32BE(99, 60);
    writeFileSync(path(), newer);
    expect(await lookAtRecords(recordsFile)).toMatchObject({
      state: 'problem',
      reason: 'records.newer',
      params: { found: 99 },
    });
    const foreign = Buffer.from(bytes);
    foreign.writeUInt32BE(7, 68);
    writeFileSync(path(), foreign);
    expect(await lookAtRecords(recordsFile)).toMatchObject({ state: 'problem', reason: 'records.foreign' });
  });

  it('are a problem when only what was last written to them is there', async () => {
    const records = opened();
    cpSync(`${path()}-wal`, machine.root('wal'));
    records.close();
    rmSync(path());
    cpSync(machine.root('wal'), `${path()}-wal`);
    writeFileSync(`${path()}-wal`, 'commits');
    expect(await lookAtRecords(recordsFile)).toMatchObject({ state: 'problem', reason: 'records.gone' });
  });

  it('are a problem when they cannot be written', async () => {
    opened().close();
    expect(await lookAtRecords(recordsFile, { refused: { [path()]: 'EROFS' } })).toMatchObject({
      state: 'problem',
      reason: 'records.unwritable',
      params: { code: 'EROFS' },
    });
    // The database makes files beside itself.
    expect(await lookAtRecords(recordsFile, { refused: { [machine.home]: 'EACCES' } })).toMatchObject({
      reason: 'records.unwritable',
      command: `sudo chown -R "$USER": ${machine.home}`,
    });
  });
});

describe('the recipes', () => {
  it('are wanted', async () => {
    expect(await machine.look(recipes)).toMatchObject({ state: 'warning', reason: 'recipes.none' });
  });

  it('are well when all of them are', async () => {
    machine.write('home/recipes/a.yaml', leastRecipe);
    expect(await machine.look(recipes)).toMatchObject({ state: 'ok', params: { count: 1 } });
  });

  it('say when their folder cannot be read', async () => {
    machine.write('home/recipes');
    expect(await machine.look(recipes)).toMatchObject({
      state: 'problem',
      reason: 'recipes.unreadable',
      params: { code: 'ENOTDIR' },
    });
  });

  it('say where the first mistake is, and how to see all', async () => {
    machine.write('home/recipes/a.yaml', leastRecipe);
    machine.write('home/recipes/b.yaml', replacedInLeast('model: plain', 'model: ""'));
    const file = machine.root('home/recipes/b.yaml');
    expect(await machine.look(recipes)).toMatchObject({
      state: 'problem',
      reason: 'recipes.broken',
      params: { problems: 1, files: 1, file, line: 5 },
      command: `slipway recipes check ${file}`,
    });
  });
});

describe('the workspace', () => {
  const config = (): { workspace: string; portsBase: number } => ({
    workspace: machine.root('widget OS'),
    portsBase: 1080,
  });

  it('is well when it is there', async () => {
    machine.folder('widget OS');
    expect(await machine.look(workspace, { config: config() })).toMatchObject({ state: 'ok' });
  });

  it('can be made with a command that a shell takes as it is meant', async () => {
    expect(await machine.look(workspace, { config: config() })).toMatchObject({
      state: 'problem',
      reason: 'workspace.missing',
      command: `mkdir -p '${machine.root('widget OS')}'`,
    });
  });

  it('must be a folder that this user may read', async () => {
    machine.write('widget OS');
    expect(await machine.look(workspace, { config: config() })).toMatchObject({
      reason: 'workspace.no-folder',
    });
    rmSync(machine.root('widget OS'));
    const path = machine.folder('widget OS');
    expect(await machine.look(workspace, { config: config(), refused: { [path]: 'EACCES' } })).toMatchObject({
      state: 'problem',
      reason: 'workspace.unreadable',
    });
  });

  it('cannot be told when station.yaml does not say it', async () => {
    machine.write('home/station.yaml', 'workspace: [');
    expect(await machine.look(workspace)).toMatchObject({ state: 'warning', reason: 'unknown.no-settings' });
    expect(await machine.look(workspaceSpace)).toMatchObject({ reason: 'unknown.no-settings' });
  });
});

describe('space', () => {
  const megabyte = 1024 ** 2;

  it.each([
    [200 * 1024, 'ok', 'space.enough'],
    [500, 'warning', 'space.little'],
    [50, 'problem', 'space.too-little'],
  ] as const)('in the home: %i MB', async (free, state, reason) => {
    const space = { freeBytes: free * megabyte };
    expect(await machine.look(homeSpace, { space })).toMatchObject({ state, reason });
  });

  it('in Docker’s folder is wanted more', async () => {
    const space = { freeBytes: 2048 * megabyte };
    expect(await machine.look(engineSpace, { space })).toMatchObject({
      state: 'warning',
      params: { path: '/var/lib/docker', freeGb: 2, neededGb: 5 },
    });
  });

  it('in Docker’s folder cannot be told where that is another machine’s', async () => {
    const info = { operatingSystem: 'Docker Desktop' };
    expect(await machine.look(engineSpace, { info })).toMatchObject({
      state: 'warning',
      reason: 'engine-space.elsewhere',
    });
  });

  it('in the workspace never stops a flash', async () => {
    expect(await machine.look(workspaceSpace, { space: { freeBytes: 0 } })).toMatchObject({
      state: 'warning',
    });
  });

  it('is also room for files, where the file system counts them', async () => {
    const few = { freeFiles: 5000, freeFilesPercent: 1 };
    expect(await machine.look(homeSpace, { space: few })).toMatchObject({
      state: 'warning',
      reason: 'space.few-files',
      params: { freeFiles: 5000 },
    });
    const none = { freeFiles: 3, freeFilesPercent: 0 };
    expect(await machine.look(homeSpace, { space: none })).toMatchObject({
      state: 'problem',
      reason: 'space.no-files',
    });
    const uncounted = { freeFiles: null, freeFilesPercent: null };
    expect(await machine.look(homeSpace, { space: uncounted })).toMatchObject({ state: 'ok' });
  });
});
