import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  answering,
  createMadeUpMachine,
  engineGone,
  engineReady,
  ownGroup,
  ownUser,
  type MadeUpMachine,
} from '../../../../test/fakes/machine.js';
import { engine } from './engine.js';
import { engineAccess } from './engine-access.js';
import { engineBoot } from './engine-boot.js';
import { engineKind } from './engine-kind.js';
import { engineLimits } from './engine-limits.js';
import { engineStorage } from './engine-storage.js';
import { engineVersion } from './engine-version.js';

let machine: MadeUpMachine;
beforeEach(() => (machine = createMadeUpMachine()));
afterEach(() => machine.dispose());

describe('whether Docker answers', () => {
  it('is well when it does, and says where', async () => {
    expect(await machine.look(engine)).toEqual({
      state: 'ok',
      reason: 'engine.ready',
      params: { endpoint: 'unix:///var/run/docker.sock' },
    });
  });

  it('is only a warning while nobody has looked yet', async () => {
    const view = { ...engineGone('engine-absent'), state: 'connecting' as const, fault: null };
    expect(await machine.look(engine, { view })).toMatchObject({
      state: 'warning',
      reason: 'engine.connecting',
    });
  });

  it('starts one that is installed, by whatever starts services here', async () => {
    const view = engineGone('engine-absent');
    const programs = { dockerd: null };
    expect(await machine.look(engine, { view, programs })).toMatchObject({
      state: 'problem',
      reason: 'engine.absent',
      command: 'sudo service docker start',
    });
    machine.folder('run/systemd/system');
    expect(await machine.look(engine, { view, programs })).toMatchObject({
      command: 'sudo systemctl start docker',
    });
  });

  it('installs one that is not, where there is apt', async () => {
    const view = engineGone('engine-lost');
    expect(await machine.look(engine, { view, programs: { 'apt-get': null } })).toMatchObject({
      reason: 'engine.not-installed',
      command: 'sudo apt-get install docker.io',
    });
    expect(await machine.look(engine, { view })).not.toHaveProperty('command');
  });

  it('proposes to start nothing on this machine when the engine is elsewhere', async () => {
    const view = engineGone('engine-absent', {}, 'tcp://station:2375');
    const found = await machine.look(engine, { view, programs: { dockerd: null } });
    expect(found).toMatchObject({ state: 'problem', reason: 'engine.absent' });
    expect(found).not.toHaveProperty('command');
  });

  it.each([
    ['engine-refused', 'problem', 'engine.refused'],
    ['engine-endpoint-unusable', 'problem', 'engine.endpoint-unusable'],
    ['engine-error', 'problem', 'engine.error'],
    ['engine-too-old', 'ok', 'engine.ready'],
  ] as const)('tells %s from an engine that is not there', async (code, state, reason) => {
    expect(await machine.look(engine, { view: engineGone(code) })).toMatchObject({ state, reason });
  });
});

describe('the right to use Docker', () => {
  /** A socket of the tests’ own user and group; the machine calls that group as said. */
  const socketOf = (
    group: string,
    members = '',
  ): { endpoint: string; environment: { DOCKER_HOST: string } } => {
    const endpoint = `unix://${machine.write('docker.sock')}`;
    machine.write('etc/group', `root:x:99999:\n${group}:x:${ownGroup}:${members}\n`);
    return { endpoint, environment: { DOCKER_HOST: endpoint } };
  };

  it('is never missing to root', async () => {
    expect(await machine.look(engineAccess, { user: { id: 0 } })).toMatchObject({
      reason: 'engine-access.root',
    });
  });

  it('comes from the group, and then with the words that it equals root', async () => {
    const { endpoint, environment } = socketOf('docker');
    const view = { ...engineReady, endpoint };
    const found = await machine.look(engineAccess, { view, environment, user: { groups: [ownGroup] } });
    expect(found).toEqual({ state: 'ok', reason: 'engine-access.member', params: { group: 'docker' } });
  });

  it('comes from owning the socket, or by a way that is not seen', async () => {
    const { endpoint, environment } = socketOf('docker');
    const view = { ...engineReady, endpoint };
    expect(await machine.look(engineAccess, { view, environment })).toMatchObject({
      reason: 'engine-access.other',
    });
    // Root’s own files are nobody else’s.
    const user = { id: ownUser === 0 ? 0 : ownUser };
    expect(await machine.look(engineAccess, { view, environment, user })).toMatchObject({
      reason: ownUser === 0 ? 'engine-access.root' : 'engine-access.own',
    });
  });

  it('is got by joining the socket’s group, whatever it is called', async () => {
    const { endpoint, environment } = socketOf('containers');
    const view = engineGone('engine-refused', { endpoint }, endpoint);
    expect(await machine.look(engineAccess, { view, environment })).toEqual({
      state: 'problem',
      reason: 'engine-access.refused',
      params: { group: 'containers' },
      command: 'sudo usermod -aG containers "$USER"',
    });
  });

  it('comes with the next login for somebody who joined the group in this one', async () => {
    const { endpoint, environment } = socketOf('docker', 'eva,ana');
    const view = engineGone('engine-refused', { endpoint }, endpoint);
    const found = await machine.look(engineAccess, { view, environment });
    expect(found).toMatchObject({ state: 'problem', reason: 'engine-access.log-in-again' });
    expect(found).not.toHaveProperty('command');
  });

  it('needs the group docker to be made where the socket is root’s alone', async () => {
    const { endpoint, environment } = socketOf('root');
    machine.write('etc/group', `root:x:${ownGroup}:\n`);
    const view = engineGone('engine-refused', { endpoint }, endpoint);
    expect(await machine.look(engineAccess, { view, environment })).toMatchObject({
      reason: 'engine-access.no-group',
      command: expect.stringContaining('groupadd --force docker') as string,
    });
  });

  it('is everybody’s on a network without certificates', async () => {
    const endpoint = 'tcp://10.0.0.5:2375';
    const found = await machine.look(engineAccess, {
      view: { ...engineReady, endpoint },
      environment: { DOCKER_HOST: endpoint },
    });
    expect(found).toMatchObject({ state: 'warning', reason: 'engine-access.unprotected' });
  });

  it('cannot be told where there is no socket', async () => {
    const endpoint = `unix://${machine.root('none.sock')}`;
    const view = engineGone('engine-absent', {}, endpoint);
    expect(await machine.look(engineAccess, { view, environment: { DOCKER_HOST: endpoint } })).toEqual({
      state: 'warning',
      reason: 'unknown.no-engine',
    });
  });
});

describe('Docker’s version', () => {
  it('is shown with the API, and what is needed', async () => {
    expect(await machine.look(engineVersion)).toMatchObject({
      state: 'ok',
      params: { version: '27.1.0', api: '1.46', needed: '1.40' },
    });
  });

  it('is a problem when it is too old', async () => {
    const view = engineGone('engine-too-old', { version: '18.09.1', offered: '1.39', needed: '1.40' });
    expect(await machine.look(engineVersion, { view })).toMatchObject({
      state: 'problem',
      params: { version: '18.09.1', api: '1.39', needed: '1.40' },
    });
  });

  it('is not known of an engine that does not answer', async () => {
    expect(await machine.look(engineVersion, { view: engineGone('engine-absent') })).toMatchObject({
      state: 'warning',
      reason: 'unknown.no-engine',
    });
  });
});

describe('whether serial ports reach containers', () => {
  it('they do with an engine of this machine’s own', async () => {
    expect(await machine.look(engineKind)).toMatchObject({ state: 'ok', reason: 'engine-kind.native' });
  });

  it.each([
    ['Docker Desktop', { operatingSystem: 'Docker Desktop' }, 'engine-kind.desktop'],
    ['a rootless engine', { rootless: true }, 'engine-kind.rootless'],
    ['Windows containers', { osType: 'windows' }, 'engine-kind.windows'],
  ] as const)('they do not with %s', async (_, info, reason) => {
    expect(await machine.look(engineKind, { info })).toMatchObject({ state: 'problem', reason });
  });

  it('they do not when the engine is on another machine', async () => {
    const differing = (endpoint: string) => ({
      view: { ...engineReady, endpoint },
      environment: { DOCKER_HOST: endpoint },
    });
    expect(await machine.look(engineKind, differing('tcp://10.0.0.5:2375'))).toMatchObject({
      state: 'problem',
      reason: 'engine-kind.remote',
      params: { host: '10.0.0.5' },
    });
    expect(await machine.look(engineKind, differing('tcp://127.0.0.1:2375'))).toMatchObject({ state: 'ok' });
  });

  it('is not known of an engine that does not answer, or answers with nonsense', async () => {
    expect(await machine.look(engineKind, { view: engineGone('engine-lost') })).toMatchObject({
      reason: 'unknown.no-engine',
    });
    const engineFault = { code: 'engine-error', detail: 'Driver: expected string' } as const;
    expect(await machine.look(engineKind, { engineFault })).toEqual({
      state: 'warning',
      reason: 'unknown.no-engine-facts',
      params: { reason: 'Driver: expected string' },
    });
  });
});

describe('Docker’s storage', () => {
  it.each([
    ['overlay2', 'ok', 'engine-storage.ready'],
    ['overlayfs', 'ok', 'engine-storage.ready'],
    ['vfs', 'warning', 'engine-storage.copies'],
    ['devicemapper', 'warning', 'engine-storage.outdated'],
    ['', 'warning', 'engine-storage.unnamed'],
  ] as const)('judges %s', async (storageDriver, state, reason) => {
    expect(await machine.look(engineStorage, { info: { storageDriver } })).toMatchObject({ state, reason });
  });
});

describe('limits on containers', () => {
  const all = { memory: true, processes: true, processors: true };
  it.each([
    [{}, 'ok', 'engine-limits.ready'],
    [{ memory: false }, 'warning', 'engine-limits.no-memory'],
    [{ processes: false }, 'warning', 'engine-limits.no-processes'],
    [{ processors: false, memory: false }, 'problem', 'engine-limits.no-processors'],
  ] as const)('are judged by what the kernel can do: %j', async (missing, state, reason) => {
    const found = await machine.look(engineLimits, { info: { limits: { ...all, ...missing } } });
    expect(found).toMatchObject({ state, reason, params: { version: '2' } });
  });
});

describe('Docker after a restart', () => {
  const systemctl = (service: string, socket = 'disabled') => ({
    systemctl: (args: readonly string[]) => answering(args[1] === 'docker.socket' ? socket : service, 1),
  });

  it.each([
    ['enabled', 'disabled', 'ok', 'engine-boot.enabled'],
    ['disabled', 'enabled', 'ok', 'engine-boot.on-demand'],
    ['disabled', 'disabled', 'warning', 'engine-boot.disabled'],
    ['masked', 'disabled', 'warning', 'engine-boot.disabled'],
    ['not-found', 'not-found', 'warning', 'engine-boot.unknown-unit'],
  ] as const)('with the service %s and its socket %s', async (service, socket, state, reason) => {
    machine.folder('run/systemd/system');
    expect(await machine.look(engineBoot, { programs: systemctl(service, socket) })).toMatchObject({
      state,
      reason,
    });
  });

  it('is mended by enabling the service', async () => {
    machine.folder('run/systemd/system');
    expect(await machine.look(engineBoot, { programs: systemctl('disabled') })).toMatchObject({
      command: 'sudo systemctl enable docker',
    });
  });

  it('cannot be told without systemd', async () => {
    expect(await machine.look(engineBoot, { programs: systemctl('enabled') })).toMatchObject({
      state: 'warning',
      reason: 'engine-boot.no-systemd',
    });
  });

  it('is nobody’s business but a person’s for an engine that the system does not start', async () => {
    const endpoint = 'unix:///home/ana/docker.sock';
    const view = { ...engineReady, endpoint };
    expect(await machine.look(engineBoot, { view, environment: { DOCKER_HOST: endpoint } })).toMatchObject({
      state: 'warning',
      reason: 'engine-boot.not-the-systems',
    });
  });
});
