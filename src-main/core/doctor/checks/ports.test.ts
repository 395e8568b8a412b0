import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMadeUpMachine, ownGroup, type MadeUpMachine } from '../../../../test/fakes/machine.js';
import { hostPorts } from './host-ports.js';
import { portGrabbers } from './port-grabbers.js';
import { serialAccess } from './serial-access.js';
import { usbControllers } from './usb-controllers.js';

let machine: MadeUpMachine;
beforeEach(() => (machine = createMadeUpMachine()));
afterEach(() => machine.dispose());

describe('ports for the panels', () => {
  const config = { workspace: '/workspace', portsBase: 1080 };
  const header = '  sl  local_address rem_address   st tx_queue rx_queue\n';
  const line = (address: string, port: number, state = '0A'): string =>
    `   0: ${address}:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 ${state} 00000000:00000000\n`;
  const listening = (four: string, six = ''): void => {
    machine.write('proc/net/tcp', header + four);
    machine.write('proc/net/tcp6', header + six);
  };

  it('are well when nobody has them', async () => {
    // Another port, another address, and a connection that does not listen.
    listening(line('0100007F', 22) + line('0500000A', 1081) + line('0100007F', 1082, '01'));
    expect(await machine.look(hostPorts, { config })).toEqual({
      state: 'ok',
      reason: 'host-ports.free',
      params: { first: 1080, last: 1095 },
    });
  });

  it('are named when others listen there, in either family', async () => {
    listening(
      line('0100007F', 1080) + line('00000000', 1083),
      line('00000000000000000000000000000000', 1084) + line('0000000000000000FFFF00000100007F', 1085),
    );
    expect(await machine.look(hostPorts, { config })).toMatchObject({
      state: 'warning',
      reason: 'host-ports.taken',
      params: { count: 4, ports: '1080, 1083, 1084, 1085' },
    });
  });

  it('are not taken by Slipway’s own panels', async () => {
    listening(line('0100007F', 1080));
    expect(await machine.look(hostPorts, { config, ownPorts: [1080] })).toMatchObject({ state: 'ok' });
  });

  it('are a problem when none is left, and only then', async () => {
    listening(Array.from({ length: 216 }, (_, index) => line('0100007F', 1080 + index)).join(''));
    expect(await machine.look(hostPorts, { config })).toMatchObject({
      state: 'problem',
      reason: 'host-ports.none',
    });
  });

  it('are read without IPv6 too', async () => {
    listening(line('0100007F', 1080));
    rmSync(machine.root('proc/net/tcp6'));
    expect(await machine.look(hostPorts, { config })).toMatchObject({
      state: 'warning',
      params: { count: 1 },
    });
  });
});

describe('the right to use serial ports', () => {
  const groups = (members = ''): void => {
    machine.write('etc/group', `dialout:x:${ownGroup}:${members}\nana:x:54321:\n`);
  };

  it('is looked at on every port that is there', async () => {
    groups();
    machine.write('dev/ttyACM0');
    machine.write('dev/ttyUSB3');
    machine.write('dev/tty1');
    expect(await machine.look(serialAccess)).toMatchObject({
      state: 'ok',
      reason: 'serial-access.ready',
      params: { count: 2 },
    });
  });

  it('is got by joining the port’s group', async () => {
    groups();
    const path = machine.write('dev/ttyACM0');
    expect(await machine.look(serialAccess, { refused: { [path]: 'EACCES' } })).toEqual({
      state: 'problem',
      reason: 'serial-access.refused',
      params: { path, group: 'dialout' },
      command: 'sudo usermod -aG dialout "$USER"',
    });
  });

  it('comes with the next login for somebody who joined in this one', async () => {
    groups('ana');
    const path = machine.write('dev/ttyACM0');
    const found = await machine.look(serialAccess, { refused: { [path]: 'EACCES' } });
    expect(found).toMatchObject({ state: 'problem', reason: 'serial-access.log-in-again' });
    expect(found).not.toHaveProperty('command');
  });

  it('is no matter of rights when a port has just gone', async () => {
    const path = machine.write('dev/ttyACM0');
    expect(await machine.look(serialAccess, { refused: { [path]: 'ENOENT' } })).toMatchObject({
      state: 'ok',
    });
  });

  it('is foreseen by the group while nothing is plugged in', async () => {
    groups();
    expect(await machine.look(serialAccess, { user: { groups: [ownGroup] } })).toMatchObject({ state: 'ok' });
    expect(await machine.look(serialAccess, { user: { id: 0 } })).toMatchObject({ state: 'ok' });
    expect(await machine.look(serialAccess)).toMatchObject({
      state: 'warning',
      reason: 'serial-access.no-member',
      command: 'sudo usermod -aG dialout "$USER"',
    });
    groups('ana');
    expect(await machine.look(serialAccess)).toMatchObject({ reason: 'serial-access.log-in-again' });
    // Debian has both; its ports belong to the second.
    machine.write('etc/group', 'uucp:x:10:\ndialout:x:20:\n');
    expect(await machine.look(serialAccess)).toMatchObject({ params: { group: 'dialout' } });
    machine.write('etc/group', 'uucp:x:10:\n');
    expect(await machine.look(serialAccess)).toMatchObject({ params: { group: 'uucp' } });
    machine.write('etc/group', 'ana:x:54321:\n');
    expect(await machine.look(serialAccess)).toMatchObject({
      state: 'warning',
      reason: 'serial-access.no-group',
    });
  });
});

describe('programs that take ports', () => {
  const runs = (id: number, comm: string): void => void machine.write(`proc/${id}/comm`, `${comm}\n`);

  it('are well when there are none', async () => {
    runs(1, 'systemd');
    runs(200, 'bash');
    expect(await machine.look(portGrabbers)).toEqual({ state: 'ok', reason: 'port-grabbers.none' });
  });

  it('are warned of when they run', async () => {
    runs(1, 'systemd');
    runs(200, 'ModemManager');
    runs(201, 'brltty');
    expect(await machine.look(portGrabbers)).toMatchObject({
      state: 'warning',
      reason: 'port-grabbers.running',
      params: { programs: 'ModemManager, brltty' },
      command: expect.stringMatching(/disable --now ModemManager && .*brltty/) as string,
    });
  });

  it('are a problem when they hold a port now', async () => {
    runs(1, 'systemd');
    runs(200, 'brltty');
    machine.link('/dev/null', 'proc/200/fd/0');
    machine.link(machine.root('dev/ttyUSB0'), 'proc/200/fd/7');
    expect(await machine.look(portGrabbers)).toMatchObject({
      state: 'problem',
      reason: 'port-grabbers.holding',
      params: { program: 'brltty', path: machine.root('dev/ttyUSB0') },
    });
  });

  it('cannot be told where the system hides other users’ programs', async () => {
    runs(300, 'node');
    expect(await machine.look(portGrabbers)).toMatchObject({
      state: 'warning',
      reason: 'port-grabbers.hidden',
    });
  });

  it('may end while they are looked at', async () => {
    runs(1, 'systemd');
    machine.folder('proc/200');
    expect(await machine.look(portGrabbers)).toMatchObject({ state: 'ok' });
  });
});

describe('room on USB', () => {
  const controller = 'devices/pci0000:00/0000:00:14.0';

  /** Root hubs of one controller, and adapters like CDC ACM ones: two interfaces, three endpoints and control. */
  const plug = (bus: number, adapters: number): void => {
    machine.folder(`sys/${controller}/usb${bus}`);
    machine.link(machine.root(`sys/${controller}/usb${bus}`), `sys/bus/usb/devices/usb${bus}`);
    for (let port = 1; port <= adapters; port += 1) {
      machine.folder(`sys/bus/usb/devices/${bus}-${port}`);
      machine.write(`sys/bus/usb/devices/${bus}-${port}:1.0/bNumEndpoints`, '01\n');
      machine.write(`sys/bus/usb/devices/${bus}-${port}:1.1/bNumEndpoints`, '02\n');
    }
  };

  it('is well with a few adapters; the buses of one controller share it', async () => {
    plug(1, 4);
    plug(2, 1);
    expect(await machine.look(usbControllers)).toEqual({
      state: 'ok',
      reason: 'usb-controllers.room',
      params: { controller: '0000:00:14.0', devices: 5, endpoints: 20, controllers: 1 },
    });
  });

  it('is warned of before the endpoints end', async () => {
    plug(1, 21);
    expect(await machine.look(usbControllers)).toMatchObject({
      state: 'warning',
      reason: 'usb-controllers.nearly-full',
      params: { devices: 21, endpoints: 84, deviceLimit: 32, endpointLimit: 96 },
    });
  });

  it('is unknown on a machine without USB', async () => {
    expect(await machine.look(usbControllers)).toMatchObject({
      state: 'warning',
      reason: 'usb-controllers.none',
    });
  });
});
