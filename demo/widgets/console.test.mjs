import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeWidgetImage } from '../image-file.mjs';
import { createConsole } from './console.mjs';
import { parseFault } from './faults.mjs';
import { createManualClock } from './manual-clock.mjs';
import { openStorage } from './storage.mjs';
import { makeDataBlocks, makeEnd, makeHeader } from './ymodem-blocks.mjs';

const image = makeWidgetImage({ bytes: 4096 });
const sum = crc32(image).toString(16).padStart(8, '0');

/** @type {string} */
let folder;
/** @type {(() => void)[]} */
let releases;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-console-'));
  releases = [];
});
afterEach(() => {
  for (const release of releases) release();
  rmSync(folder, { recursive: true, force: true });
});

/** @param {string} [faultText] as `parseFault` reads it */
function powerOn(faultText) {
  const fault = faultText === undefined ? null : parseFault(faultText);
  const time = createManualClock();
  const storageFile = join(folder, 'storage.img');
  const storage = openStorage(storageFile, 64 * 1024);
  let said = '';
  const board = createConsole({
    serial: 'W-0042',
    model: 'widgy',
    storage,
    clock: time.clock,
    fault,
    send: (bytes) => (said += bytes.toString('latin1')),
  });
  releases.push(
    () => board.dispose(),
    () => storage.close(),
  );
  board.powerOn();
  const heard = () => {
    const text = said;
    said = '';
    return text;
  };
  /** @param {string} line */
  const type = (line) => {
    heard();
    board.push(Buffer.from(`${line}\r`));
    return heard();
  };
  const stopAutoboot = () => type('');
  const load = () => {
    type('loady 0x42000000');
    for (const part of [
      makeHeader('widgetos.img', image.length),
      ...makeDataBlocks(image),
      Buffer.from([4]),
      makeEnd(),
    ])
      board.push(part);
    return heard();
  };
  return { board, time, heard, type, stopAutoboot, load, storageFile };
}

describe("a widget's console", () => {
  it('counts down and lets any key stop it', () => {
    const { time, heard, type } = powerOn();
    expect(heard()).toContain('Hit any key to stop autoboot:  2 ');
    time.advance(1000);
    expect(heard()).toBe('\b\b\b 1 ');
    expect(type('')).toBe('\r\n=> ');
  });

  it('comes to its prompt by itself where there is nothing to boot', () => {
    const { time, heard } = powerOn();
    time.advance(2000);
    expect(heard()).toContain('Wrong Image Format');
    expect(heard()).toBe('');
  });

  it('echoes what is typed and answers on lines of its own', () => {
    const { stopAutoboot, type } = powerOn();
    stopAutoboot();
    expect(type('printenv serial#')).toBe('printenv serial#\r\nserial#=W-0042\r\n=> ');
    expect(type('printenv nothing')).toBe('printenv nothing\r\n## Error: "nothing" not defined\r\n=> ');
    expect(type('fly')).toBe("fly\r\nUnknown command 'fly' - try 'help'\r\n=> ");
  });

  it('keeps variables until it is reset, and its serial number always', () => {
    const { stopAutoboot, type, time, heard } = powerOn();
    stopAutoboot();
    type('setenv state calibrated');
    expect(type('printenv state')).toContain('state=calibrated');
    expect(type('setenv serial# X')).toContain('Can\'t overwrite "serial#"');
    type('reset');
    time.advance(200);
    expect(heard()).toContain('U-Boot');
    stopAutoboot();
    expect(type('printenv state')).toContain('not defined');
  });

  it('understands backspace, Ctrl-C and Ctrl-X', () => {
    const { board, stopAutoboot, type, heard } = powerOn();
    stopAutoboot();
    expect(type('versX\bion')).toContain('U-Boot 2012');
    board.push(Buffer.from('rubbish\x03'));
    expect(heard()).toContain('<INTERRUPT>\r\n=> ');
    expect(type('rubbish\x18version')).toContain('U-Boot 2012');
  });

  it('loads an image, sums it, stores it, reads it back and boots it', () => {
    const { stopAutoboot, type, load, time, heard, storageFile, board } = powerOn();
    stopAutoboot();
    expect(load()).toContain('## Total Size      = 0x00001000 = 4096 Bytes\r\n=> ');
    expect(type('crc32 0x42000000 0x1000')).toContain(`crc32 for 42000000 ... 42000fff ==> ${sum}\r\n`);
    expect(type('mmc write ${loadaddr} 0 0x8')).toContain('8 blocks written: OK');
    expect(readFileSync(storageFile).subarray(0, image.length).equals(image)).toBe(true);
    expect(type('mmc read 0x43000000 0 0x8')).toContain('8 blocks read: OK');
    expect(type('crc32 0x43000000 0x1000')).toContain(sum);
    type('boot');
    time.advance(2000);
    expect(heard()).toContain('widgetos login: ');
    expect(board.stage).toBe('login');
    expect(type('reboot')).toContain('resetting');
  });

  it('boots by itself what is in storage', () => {
    const first = powerOn();
    first.stopAutoboot();
    first.load();
    first.type('mmc write 0x42000000 0 0x8');
    const second = powerOn();
    second.time.advance(5000);
    expect(second.board.stage).toBe('login');
  });

  it('goes back to its prompt when a transfer is cancelled', () => {
    const { board, stopAutoboot, type, heard } = powerOn();
    stopAutoboot();
    type('loady');
    board.push(Buffer.from([0x18, 0x18, 0x18]));
    expect(heard()).toContain('aborted (cancelled)\r\n=> ');
  });

  it('refuses memory and storage that it does not have', () => {
    const { stopAutoboot, type } = powerOn();
    stopAutoboot();
    expect(type('crc32 0x10 0x100')).toContain('Usage');
    expect(type('mmc write 0x42000000 0 0x1000')).toContain('0 blocks written: ERROR');
  });

  it('breaks as it is told to', () => {
    const crc = powerOn('crc');
    crc.stopAutoboot();
    crc.load();
    expect(crc.type('crc32 0x42000000 0x1000')).not.toContain(sum);

    const refusing = powerOn('refuse-write');
    refusing.stopAutoboot();
    refusing.load();
    expect(refusing.type('mmc write 0x42000000 0 0x8')).toContain('0 blocks written: ERROR');

    const forgetful = powerOn('bad-storage');
    forgetful.stopAutoboot();
    forgetful.load();
    expect(forgetful.type('mmc write 0x42000000 0 0x8')).toContain('8 blocks written: OK');
    forgetful.type('mmc read 0x43000000 0 0x8');
    expect(forgetful.type('crc32 0x43000000 0x1000')).not.toContain(sum);

    const other = powerOn('wrong-model');
    other.stopAutoboot();
    expect(other.type('printenv board')).toContain('board=gadget');
  });

  it('says what its supply has', () => {
    const good = powerOn();
    good.stopAutoboot();
    expect(good.type('adc read vcc')).toContain('vcc = 3.30 V\r\n=> ');
    expect(good.type('adc read temperature')).toContain('Usage');
    const weak = powerOn('voltage@2.9');
    weak.stopAutoboot();
    expect(weak.type('adc read vcc')).toContain('vcc = 2.90 V\r\n=> ');
  });

  it('answers late, and panics instead of booting, as it is told to', () => {
    const late = powerOn('late@3');
    late.stopAutoboot();
    late.time.advance(3000);
    expect(late.type('version')).toBe('version\r\n');
    late.time.advance(2900);
    expect(late.heard()).toBe('');
    late.time.advance(100);
    expect(late.heard()).toContain('U-Boot 2012');

    const panicking = powerOn('panic');
    panicking.stopAutoboot();
    panicking.load();
    panicking.type('mmc write 0x42000000 0 0x8');
    panicking.type('boot');
    panicking.time.advance(5000);
    expect(panicking.heard()).toContain('Kernel panic');
    expect(panicking.board.stage).toBe('booting');
  });

  it('leaves no timer behind', () => {
    const { board, time } = powerOn();
    board.dispose();
    expect(time.timers).toBe(0);
  });
});
