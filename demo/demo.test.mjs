import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chooseBaseSystem } from './base-system.mjs';
import { environmentBytes, makeEnvironment } from './boards/uboot-environment.mjs';
import { prepareDemoHome } from './home.mjs';
import { makeWidgetImage } from './image-file.mjs';

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-demo-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** @param {Partial<import('./home.mjs').DemoHomeOptions>} [options] */
const prepare = (options = {}) =>
  prepareDemoHome({ home: join(folder, 'home'), devices: join(folder, 'dev'), log: () => {}, ...options });

/** @param {string} name */
const read = (name) => readFileSync(join(folder, 'home', name), 'utf8');

describe('the demo home', () => {
  it('holds settings, recipes, the workspace with an image, and the licence for its owner alone', async () => {
    const { home, workspace, kept } = await prepare({ settings: { locale: 'es' } });
    expect(parse(read('station.yaml'))).toEqual({
      name: 'Demo',
      workspace,
      ports: { base: 1080 },
      virtualPorts: [join(folder, 'dev', 'tty*')],
      autoFlash: true,
      locale: 'es',
    });
    expect(parse(read('recipes/widgy.yaml')).model).toBe('widgy');
    expect(read('workspace/widgetOS/deployment-image/flasher.py')).toContain('/dev/ttyACM0');
    expect(statSync(join(home, 'workspace/widgetOS/deployment-image/widgetos.img')).size).toBe(128 * 1024);
    expect(parse(read('secrets'))).toEqual({ magicNumber: '8974c408d831' });
    expect(statSync(join(home, 'secrets')).mode & 0o777).toBe(0o600);
    expect(kept).toEqual([]);
  });

  it('keeps what a person changed, says so, and renews the rest', async () => {
    await prepare();
    const mine = join(folder, 'home', 'recipes', 'widgy.yaml');
    writeFileSync(mine, 'mine');
    writeFileSync(join(folder, 'home', 'secrets'), 'magicNumber: other\nmore: x\n');
    /** @type {string[]} */
    const said = [];
    const { kept } = await prepare({ log: (line) => said.push(line), imageBytes: 4096 });
    expect(kept).toEqual(['recipes/widgy.yaml']);
    expect(readFileSync(mine, 'utf8')).toBe('mine');
    expect(parse(read('secrets'))).toEqual({ magicNumber: 'other', more: 'x' });
    expect(said).toHaveLength(2);
    expect(statSync(join(folder, 'home/workspace/widgetOS/deployment-image/widgetos.img')).size).toBe(4096);
  });
});

describe('the settings of a demo home', () => {
  it('stay as the station or a person left them, and are named when the demo cannot work with them', async () => {
    await prepare();
    const file = join(folder, 'home', 'station.yaml');
    writeFileSync(file, `${read('station.yaml')}theme: dark\n`);
    const { kept } = await prepare();
    expect(kept).toEqual([]);
    expect(read('station.yaml')).toContain('theme: dark');
    /** @type {string[]} */
    const said = [];
    const moved = await prepare({ devices: join(folder, 'other'), log: (line) => said.push(line) });
    expect(moved.kept).toEqual(['station.yaml']);
    expect(said).toHaveLength(1);
  });
});

describe('the image to flash', () => {
  it('is the same every time, and another for another version', () => {
    expect(makeWidgetImage().equals(makeWidgetImage())).toBe(true);
    expect(makeWidgetImage().length).toBe(128 * 1024);
    expect(makeWidgetImage({ version: '4' }).equals(makeWidgetImage())).toBe(false);
  });
});

describe('the base system', () => {
  const debian = 'ID=debian\nVERSION_CODENAME=trixie\n';
  const ubuntu = 'ID=ubuntu\nVERSION_CODENAME=noble\n';

  it('is Debian 12 from the mirror that apt uses', () => {
    const sources = ['# deb http://old/debian x main\nTypes: deb\nURIs: http://mirror.example/debian/\n'];
    expect(chooseBaseSystem({}, { osRelease: debian, sources })).toEqual({
      suite: 'bookworm',
      mirror: 'http://mirror.example/debian',
      components: ['main'],
    });
  });

  it("is the machine's own release on Ubuntu, whose mirrors know no Debian", () => {
    const sources = ['deb [arch=amd64] http://mirror.example/ubuntu noble main'];
    expect(chooseBaseSystem({}, { osRelease: ubuntu, sources })).toEqual({
      suite: 'noble',
      mirror: 'http://mirror.example/ubuntu',
      components: ['main', 'universe'],
    });
  });

  it('is what somebody chose', () => {
    const chosen = { suite: 'precise', mirror: 'http://old-releases.ubuntu.com/ubuntu' };
    expect(chooseBaseSystem(chosen, { osRelease: ubuntu, sources: [] })).toMatchObject(chosen);
  });
});

describe('a U-Boot environment', () => {
  it('begins with the sum over its variables', () => {
    const bytes = makeEnvironment({ 'serial#': 'Q-1', board: 'qemu-arm' });
    expect(bytes.length).toBe(environmentBytes);
    expect(bytes.toString('latin1', 4, 34)).toBe('serial#=Q-1\0board=qemu-arm\0\0\0\0');
    expect(bytes.readUInt32LE(0)).toBe(crc32(bytes.subarray(4)));
  });
});
