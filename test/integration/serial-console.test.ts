import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startQemuBoard } from '../../demo/boards/uboot-qemu.mjs';
import { openSerialDevice } from '../fakes/serial-device.js';
import type { Station } from '../../src-main/core/station-api.js';
import type { ConsoleView } from '../../src-shared/model/console.js';
import { hasVerdict, makeBench, startStation, untilBay, type Bench } from './station-harness.js';

const size = { columns: 100, rows: 30 };

let bench: Bench;
let station: Station;

beforeEach(async () => {
  bench = await makeBench({ autoFlash: false });
  station = await startStation(bench);
}, 60_000);

afterEach(() => bench.dispose(), 60_000);

const codeOf = (result: { ok: true } | { ok: false; error: { code: string } }): string =>
  result.ok ? 'ok' : result.error.code;

/** Resolves with the console once it is as asked. */
function untilConsole(is: (view: ConsoleView) => boolean, bay = 1, limitMs = 30_000): Promise<ConsoleView> {
  return new Promise((resolve, reject) => {
    let last: ConsoleView | undefined;
    const limit = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`the console was last ${JSON.stringify(last, null, 1)}`));
    }, limitMs);
    const subscription = station.subscribe('console', { bay }, ({ console: view }) => {
      last = view;
      if (!is(view)) return;
      clearTimeout(limit);
      queueMicrotask(() => subscription.dispose());
      resolve(view);
    });
  });
}

/** A console that has been opened, with all that its terminal shows. */
async function openConsole(bay = 1) {
  expect(await station.handlers['console.open']({ bay, ...size })).toEqual({ ok: true, value: undefined });
  const { terminalId } = await untilConsole(({ isOpen }) => isOpen, bay);
  const id = terminalId ?? '';
  const shown: Buffer[] = [];
  const listeners = new Set<() => void>();
  let ended: unknown = null;
  const subscription = station.subscribe('terminal', { id }, (message) => {
    if (message.kind === 'output') {
      shown.push(Buffer.from(message.bytes));
      void station.handlers['terminal.ack']({ id, viewer: 1, position: message.from + message.bytes.length });
    } else if (message.kind === 'state') ended = message.terminal.ended;
    for (const listener of [...listeners]) listener();
  });
  bench.defer(() => subscription.dispose());
  const all = (): Buffer => Buffer.concat(shown);
  const until = (is: () => boolean, what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!is()) return;
        clearTimeout(limit);
        listeners.delete(look);
        resolve();
      };
      const limit = setTimeout(() => {
        listeners.delete(look);
        reject(
          new Error(`${what} was not shown; the last of it: ${all().subarray(-600).toString('latin1')}`),
        );
      }, 30_000);
      listeners.add(look);
      look();
    });
  return {
    all,
    text: () => all().toString('latin1'),
    type: (data: string) => station.handlers['terminal.write']({ id, data, encoding: 'text' }),
    says: (text: string, from = 0) =>
      until(() => all().subarray(from).toString('latin1').includes(text), text),
    hasEnded: async () => {
      await until(() => ended !== null, 'the end');
      return ended;
    },
  };
}

const plugged = async () => {
  const widgets = bench.plug();
  await untilBay(station, 1, ({ status }) => status === 'ready');
  return widgets;
};

describe('the serial console of a bay', () => {
  it('answers at a widget’s prompt, and says who has the port', async () => {
    await plugged();
    expect((await untilConsole(({ holder }) => holder.by === 'nobody')).isOpen).toBe(false);
    const screen = await openConsole();
    await untilConsole(({ holder }) => holder.by === 'console');
    await screen.type('\r');
    await screen.says('=> ');
    await screen.type('printenv board\r');
    await screen.says('board=widgy');
    expect((await untilBay(station, 1, ({ hold }) => hold !== null)).hold?.kind).toBe('serial-console');
  });

  it('opens with what was set for its place, and follows while it is open', async () => {
    await plugged();
    await station.handlers['console.change']({
      bay: 1,
      options: { baudRate: 9600, lineEnding: 'lf', localEcho: true },
    });
    const screen = await openConsole();
    const change = await station.handlers['console.change']({
      bay: 1,
      options: { baudRate: 921_600, stopBits: 2 },
    });
    expect(codeOf(change)).toBe('ok');
    await screen.type('\r');
    await screen.says('=> ');
    expect(JSON.parse(readFileSync(join(bench.home, 'consoles.json'), 'utf8'))).toMatchObject({
      [`virtual:${join(bench.devices, 'ttyWIDGET0')}`]: {
        baudRate: 921_600,
        lineEnding: 'lf',
        localEcho: true,
      },
    });
  });

  it('shows what has come in hexadecimal with the time, from the beginning, as soon as that is chosen', async () => {
    await plugged();
    const screen = await openConsole();
    await screen.type('\r');
    await screen.says('=> ');
    await station.handlers['console.change']({ bay: 1, options: { view: 'hex', timestamps: true } });
    await screen.says('00000000  ');
    // eslint-disable-next-line no-control-regex
    expect(screen.text().replace(/\x1b\[\d*m/g, '')).toMatch(
      /\r\d\d:\d\d:\d\d\.\d{3} 00000000 {2}([0-9a-f]{2} {1,2}){4}/,
    );
  });

  it('says that a pseudo-terminal has no DTR, RTS and break, and goes on', async () => {
    await plugged();
    const screen = await openConsole();
    expect(codeOf(await station.handlers['console.setSignals']({ bay: 1, dtr: false, rts: false }))).toBe(
      'serial-not-supported',
    );
    expect(codeOf(await station.handlers['console.sendBreak']({ bay: 1 }))).toBe('serial-not-supported');
    await screen.type('\rversion\r');
    await screen.says('U-Boot 2012.04.01');
  });

  it('loses and swaps no byte of a flood at 921600 baud, on screen and in the log file', async () => {
    const device = await openSerialDevice(() => undefined);
    bench.defer(() => device.hangUp());
    mkdirSync(bench.devices, { recursive: true });
    symlinkSync(device.path, join(bench.devices, 'ttyFLOOD0'));
    await untilBay(station, 1, ({ port }) => port !== null);
    await untilConsole(({ holder }) => holder.by === 'nobody');
    const screen = await openConsole();
    const log = join(bench.home, 'flood.log');
    writeFileSync(log, 'before\n');
    expect(codeOf(await station.handlers['console.startLog']({ bay: 1, path: log }))).toBe('ok');
    const lines = Array.from({ length: 20_000 }, (_, at) => `${at} ${'#'.repeat(at % 60)}\r\n`);
    const flood = Buffer.from(lines.join(''));
    // What the line carries in 20 ms, every 20 ms.
    const piece = Math.round((921_600 / 10 / 1000) * 20);
    for (let from = 0; from < flood.length; from += piece) {
      device.write(flood.subarray(from, from + piece));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await screen.says('19999 ');
    await untilConsole((view) => view.log.bytes === flood.length);
    await station.handlers['console.stopLog']({ bay: 1 });
    expect(readFileSync(log).equals(Buffer.concat([Buffer.from('before\n'), flood]))).toBe(true);
    expect(createHash('sha256').update(screen.all()).digest('hex')).toBe(
      createHash('sha256').update(flood).digest('hex'),
    );
  });

  it('closes with words when the unit is unplugged, and can be opened at the next one', async () => {
    const widgets = await plugged();
    const screen = await openConsole();
    await screen.type('\r');
    await screen.says('=> ');
    widgets.unplug(0);
    await screen.hasEnded();
    const view = await untilConsole(({ isOpen, holder }) => !isOpen && holder.by === 'no-port');
    expect(view.fault?.code).toBe('serial-gone');
    expect((await untilBay(station, 1, ({ status }) => status === 'empty')).hold).toBeNull();
    expect(codeOf(await station.handlers['console.open']({ bay: 1, ...size }))).toBe('bay-empty');
    widgets.plug(0);
    await untilConsole(({ fault, holder }) => fault === null && holder.by === 'nobody');
    const again = await openConsole();
    await again.type('\r');
    await again.says('=> ');
  });
});

describe('a file sent from the console', () => {
  async function send(path: string, protocol: 'ymodem' | 'xmodem' = 'ymodem'): Promise<ConsoleView> {
    expect(codeOf(await station.handlers['console.sendFile']({ bay: 1, protocol, path }))).toBe('ok');
    return untilConsole(({ transfer }) => (transfer?.endedAt ?? null) !== null, 1, 90_000);
  }

  function makeFile(bytes: number): { path: string; content: Buffer } {
    const content = Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 131 + (at >> 9)) & 0xff));
    const path = join(bench.home, 'widget.bin');
    writeFileSync(path, content);
    return { path, content };
  }

  it('arrives in a widget by Y-modem: its CRC-32 says so', async () => {
    await plugged();
    const { path, content } = makeFile(150_000);
    const screen = await openConsole();
    await screen.type('\r');
    await screen.says('=> ');
    await screen.type('loady\r');
    await screen.says('Ready for binary');
    const { transfer } = await send(path);
    expect(transfer).toMatchObject({ fault: null, sent: 150_000, total: 150_000, name: 'widget.bin' });
    await screen.says(`= ${content.length} Bytes`);
    await screen.type(`crc32 42000000 ${content.length.toString(16)}\r`);
    await screen.says(`==> ${crc32(content).toString(16).padStart(8, '0')}`);
  });

  it('can be cancelled: the prompt is back at once', async () => {
    await plugged();
    const { path } = makeFile(900_000);
    const screen = await openConsole();
    await screen.type('\r');
    await screen.says('=> ');
    await screen.type('loady\r');
    await screen.says('Ready for binary');
    expect(codeOf(await station.handlers['console.sendFile']({ bay: 1, protocol: 'ymodem', path }))).toBe(
      'ok',
    );
    await untilConsole(({ transfer }) => (transfer?.sent ?? 0) > 0);
    expect(codeOf(await station.handlers['console.sendFile']({ bay: 1, protocol: 'ymodem', path }))).toBe(
      'transfer-busy',
    );
    await station.handlers['console.cancelFile']({ bay: 1 });
    const { transfer } = await untilConsole((view) => (view.transfer?.endedAt ?? null) !== null);
    expect(transfer?.fault?.code).toBe('transfer-cancelled');
    const before = screen.all().length;
    await screen.type('\rversion\r');
    await screen.says('WidgetMaker', before);
  });

  it('arrives in a real U-Boot, by Y-modem and by X-modem', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-console-'));
    bench.defer(() => rmSync(folder, { recursive: true, force: true }));
    const board = await startQemuBoard({ emmcFile: join(folder, 'emmc.img') });
    bench.defer(() => board.stop());
    mkdirSync(bench.devices, { recursive: true });
    symlinkSync(board.path, join(bench.devices, 'ttyQEMU0'));
    await untilBay(station, 1, ({ port }) => port !== null);
    await untilConsole(({ holder }) => holder.by === 'nobody');
    const screen = await openConsole();
    await screen.says('Hit any key');
    await screen.type('\r');
    await screen.says('=> ');
    const { path, content } = makeFile(100_352);
    const crc = crc32(content).toString(16).padStart(8, '0');
    for (const [command, protocol] of [
      ['loady', 'ymodem'],
      ['loadx', 'xmodem'],
    ] as const) {
      let from = screen.all().length;
      await screen.type(`mw.b 42000000 0 20000; ${command} 42000000\r`);
      await screen.says('Ready for binary', from);
      const { transfer } = await send(path, protocol);
      expect(transfer).toMatchObject({ fault: null, sent: content.length });
      await screen.says('Total Size', from);
      from = screen.all().length;
      await screen.type(`crc32 42000000 ${content.length.toString(16)}\r`);
      await screen.says(`==> ${crc}`, from);
    }
  }, 180_000);
});

describe('the port between console and container', () => {
  it('goes from the console to a flash that passes, and back', async () => {
    await plugged();
    const screen = await openConsole();
    await screen.type('\r');
    await screen.says('=> ');
    expect(codeOf(await station.handlers['bay.flash']({ bay: 1 }))).toBe('bay-held');
    await station.handlers['console.close']({ bay: 1 });
    expect(codeOf(await station.handlers['bay.flash']({ bay: 1 }))).toBe('ok');
    expect((await untilConsole(({ holder }) => holder.by === 'run')).isOpen).toBe(false);
    expect(codeOf(await station.handlers['console.open']({ bay: 1, ...size }))).toBe('bay-busy');
    const bay = await untilBay(station, 1, hasVerdict, 120_000);
    expect(bay.run?.verdict).toBe('PASS');
    await untilConsole(({ holder }) => holder.by === 'nobody');
    const again = await openConsole();
    await again.type('\r');
    await again.says('login:');
    expect(existsSync(join(bench.home, 'consoles.json'))).toBe(false);
  }, 180_000);

  it('is free when the station has stopped, console open or not', async () => {
    const widgets = await plugged();
    await openConsole();
    await station.stop('abort-runs');
    const { createSerialOpener } = await import('../../src-main/core/serial/create-serial-opener.js');
    const { createSystemClock } = await import('../../src-main/core/clock.js');
    const { defaultSerialSettings } = await import('../../src-shared/model/serial.js');
    const opener = createSerialOpener({ clock: createSystemClock() });
    const port = await opener.open({ node: widgets.widgets[0]?.path ?? '', ...defaultSerialSettings });
    expect(codeOf(port)).toBe('ok');
    if (port.ok) await port.value.close();
  });
});
