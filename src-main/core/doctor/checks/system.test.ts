import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../../test/fakes/clock.js';
import { answering, createMadeUpMachine, type MadeUpMachine } from '../../../../test/fakes/machine.js';
import { baseImageTools } from './base-image-tools.js';
import { clockCheck } from './clock.js';

let machine: MadeUpMachine;
beforeEach(() => (machine = createMadeUpMachine()));
afterEach(() => machine.dispose());

describe('the clock', () => {
  it.each([
    ['yes', 'ok', 'clock.synchronised', undefined],
    ['no', 'warning', 'clock.not-synchronised', 'sudo timedatectl set-ntp true'],
    ['', 'warning', 'clock.not-known', undefined],
  ] as const)('is as good as what keeps it: %s', async (answer, state, reason, command) => {
    machine.folder('run/systemd/system');
    const found = await machine.look(clockCheck, { programs: { timedatectl: answering(answer) } });
    expect(found).toMatchObject({ state, reason, params: { date: '2026-05-01' } });
    expect(found.command).toBe(command);
  });

  it('is a problem when it stands before Slipway was made', async () => {
    const clock = createFakeClock(Date.UTC(1970, 0, 2));
    expect(await machine.look(clockCheck, { clock })).toMatchObject({
      state: 'problem',
      reason: 'clock.wrong',
      params: { date: '1970-01-02' },
    });
  });

  it('cannot be told to be kept without systemd', async () => {
    expect(await machine.look(clockCheck)).toMatchObject({ state: 'warning', reason: 'clock.not-known' });
  });
});

describe('tools for base images', () => {
  const all = {
    debootstrap: null,
    tar: null,
    gpgv: null,
    gzip: null,
    xz: null,
    bzip2: null,
    zstd: null,
    'apt-get': null,
  };

  it('are all there, with keys to check signatures', async () => {
    machine.write('share/keyrings/debian-archive-keyring.gpg');
    machine.write('share/keyrings/ubuntu-archive-keyring.gpg');
    expect(await machine.look(baseImageTools, { programs: all })).toEqual({
      state: 'ok',
      reason: 'base-image-tools.ready',
      params: { systems: 'Debian, Ubuntu' },
    });
  });

  it('are installed by the names of their packages', async () => {
    const rest = { tar: null, gpgv: null, gzip: null, bzip2: null, zstd: null, 'apt-get': null };
    expect(await machine.look(baseImageTools, { programs: rest })).toMatchObject({
      state: 'warning',
      command: 'sudo apt-get install --no-install-recommends debootstrap xz-utils debian-archive-keyring',
    });
  });

  it('are only named where there is no apt', async () => {
    const found = await machine.look(baseImageTools, { programs: { tar: null } });
    expect(found).toMatchObject({ state: 'warning', reason: 'base-image-tools.missing' });
    expect(found).not.toHaveProperty('command');
  });
});
