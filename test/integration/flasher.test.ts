import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startQemuBoard } from '../../demo/boards/uboot-qemu.mjs';
import { prepareDemoHome } from '../../demo/home.mjs';
import { ensureDemoImages } from '../../demo/images.mjs';
import { parseFault } from '../../demo/widgets/faults.mjs';
import { createWidget } from '../../demo/widgets/widget.mjs';
import { createSystemClock } from '../../src-main/core/clock.js';
import { within } from '../../src-main/core/within.js';

// The demo's flasher by itself, as the articles' commands start it: no station in between. It proves
// that there is something real to flash with and something real to be flashed.

const docker = new Docker();
const licence = 'magicNumber=8974c408d831';

const statusSchema = z.object({
  state: z.enum(['idle', 'flashing', 'done', 'error']),
  phase: z.string(),
  percent: z.number(),
  message: z.string(),
  serial: z.string().nullable(),
  error: z.string().nullable(),
});
type Status = z.infer<typeof statusSchema>;

let folder: string;
let workspace: string;
let releases: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-flasher-'));
  await ensureDemoImages({ log: () => undefined });
  const home = await prepareDemoHome({
    home: join(folder, 'home'),
    devices: join(folder, 'dev'),
    log: () => undefined,
  });
  workspace = home.workspace;
}, 600_000);

afterEach(async () => {
  for (const release of releases.reverse()) await release();
  releases = [];
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Flasher {
  status(): Promise<Status>;
  /** Presses Flash and waits for the end. */
  flash(): Promise<Status>;
  press(): Promise<number>;
  ended(): Promise<Status>;
  url: string;
  log(): Promise<string>;
  run(command: string[]): Promise<number>;
}

/** Starts the flasher on a terminal; the node is bound, because `--device` cannot pass a pseudo-terminal. */
async function startFlasher(terminal: string | null, env: string[] = [licence]): Promise<Flasher> {
  if (terminal === null) throw new Error('the board has no terminal');
  const container = await docker.createContainer({
    Image: 'widget-deployer',
    Labels: { 'io.slipway.demo': '1' },
    Env: env,
    ExposedPorts: { '80/tcp': {} },
    HostConfig: {
      PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
      Mounts: [
        { Type: 'bind', Source: workspace, Target: '/workspace', ReadOnly: true },
        { Type: 'bind', Source: terminal, Target: '/dev/ttyACM0' },
      ],
    },
  });
  releases.push(() => container.remove({ force: true }));
  await container.start();
  const { NetworkSettings } = await container.inspect();
  const port = NetworkSettings.Ports['80/tcp']?.[0]?.HostPort ?? '';
  const url = `http://127.0.0.1:${port}`;
  const status = async (): Promise<Status> => statusSchema.parse(await (await fetch(`${url}/status`)).json());
  const press = async (): Promise<number> => (await fetch(`${url}/flash`, { method: 'POST' })).status;
  const ended = async (): Promise<Status> => {
    for (;;) {
      const now = await status();
      if (now.state !== 'flashing') return now;
      await sleep(100);
    }
  };
  await untilAnswers(url);
  return {
    url,
    status,
    press,
    ended,
    flash: async () => {
      expect(await press()).toBe(202);
      return ended();
    },
    log: async () => (await container.logs({ stdout: true, stderr: true })).toString('latin1'),
    run: async (command) => {
      const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
      const stream = await exec.start({});
      stream.resume();
      await new Promise((resolve) => stream.once('end', resolve));
      return (await exec.inspect()).ExitCode ?? -1;
    },
  };
}

async function untilAnswers(url: string): Promise<void> {
  const limits = { clock: createSystemClock(), deadlineMs: 1000, signals: [] };
  for (let tries = 0; tries < 300; tries += 1) {
    try {
      // With a limit: a first request whose connection ends before it is written is never answered
      // (seen with Node 20.20), and Docker's proxy ends it so while nobody listens inside.
      await within(limits, (signal) => fetch(`${url}/status`, { signal }));
      return;
    } catch {
      await sleep(100); // Not listening yet.
    }
  }
  throw new Error(`no panel at ${url}`);
}

let widgets = 0;

/** Eight times as fast as a real line, where the time it takes is not the question. */
function makeWidget({ fault, baud = 921_600 }: { fault?: string; baud?: number } = {}) {
  const widget = createWidget({
    serial: 'W-0001',
    storageFile: join(folder, `storage${(widgets += 1)}.img`),
    baud,
    ...(fault === undefined ? {} : { fault: parseFault(fault) }),
  });
  releases.push(() => widget.dispose());
  return widget;
}

const imageFile = (name: string): Buffer => readFileSync(join(workspace, 'widgetOS/deployment-image', name));

/** Whether the storage begins with these bytes and is empty behind them. */
function holdsExactly(storageFile: string, image: Buffer): boolean {
  const storage = readFileSync(storageFile);
  return (
    storage.subarray(0, image.length).equals(image) &&
    storage.subarray(image.length).every((byte) => byte === 0)
  );
}

describe('the legacy flasher on a virtual widget', () => {
  it('puts the image on its storage, byte for byte, at the speed of a real line', async () => {
    const widget = makeWidget({ baud: 115_200 });
    const flasher = await startFlasher(widget.path);
    const began = performance.now();
    const end = await flasher.flash();
    const seconds = (performance.now() - began) / 1000;
    expect(end).toMatchObject({ state: 'done', percent: 100, serial: 'W-0001', error: null });
    expect(holdsExactly(widget.storageFile, imageFile('widgetos.img'))).toBe(true);
    // 128 blocks of 1,029 bytes, ten bits each: no line of 115,200 baud is faster than this.
    expect(seconds).toBeGreaterThan((128 * 1029 * 10) / 115_200);
    expect(await flasher.log()).toMatch(/\[flasher\] SERIAL W-0001[^]*PROGRESS 42[^]*\[flasher\] DONE/);
  });

  it('flashes a board again that already runs, and then is proved to boot', async () => {
    const widget = makeWidget();
    const flasher = await startFlasher(widget.path);
    expect((await flasher.flash()).state).toBe('done');
    expect((await flasher.flash()).state).toBe('done');
    expect(await flasher.log()).toContain('already running');
    expect(await flasher.run(['sh', '/workspace/widgetOS/tests/boots-to-login.sh'])).toBe(0);
  });

  it('flashes again after it was killed in mid-transfer, without a new plug', async () => {
    const widget = makeWidget({ baud: 115_200 });
    const first = await startFlasher(widget.path);
    await first.press();
    while ((await first.status()).percent < 20) await sleep(50);
    await releases.pop()?.();
    const second = await startFlasher(widget.path);
    expect((await second.flash()).state).toBe('done');
    expect(holdsExactly(widget.storageFile, imageFile('widgetos.img'))).toBe(true);
  });

  it('refuses without the licence, and the image alone has none', async () => {
    const widget = makeWidget();
    const flasher = await startFlasher(widget.path, []);
    const end = await flasher.flash();
    expect(end.state).toBe('error');
    expect(end.error).toContain('licence');
    expect(holdsExactly(widget.storageFile, Buffer.alloc(0))).toBe(true);
  });

  it('never calls a flash done when the board is pulled out, and finds its port dead', async () => {
    const widget = makeWidget({ fault: 'disconnect@40' });
    const flasher = await startFlasher(widget.path);
    const end = await flasher.flash();
    expect(end).toMatchObject({ state: 'error', phase: 'transfer' });
    // Depends on whether it was reading or writing when the line went dead.
    expect(end.error).toMatch(/device disconnected|I\/O error/);
    expect((await flasher.flash()).error).toContain('I/O error');
  });

  it.each([
    ['crc', 'CRC mismatch in memory'],
    ['bad-storage', 'CRC mismatch in storage'],
    ['refuse-write', 'storage refused'],
    ['wrong-model', 'wrong model: this is a gadget'],
  ])('ends a flash with words when the board has the fault %s', async (fault, words) => {
    const widget = makeWidget({ fault });
    const flasher = await startFlasher(widget.path, [licence, 'EXPECT_MODEL=widgy']);
    const end = await flasher.flash();
    expect(end.state).toBe('error');
    expect(end.error).toContain(words);
  });

  it.each([
    ['silent', 'no answer from the board'],
    ['garbage', 'no U-Boot prompt'],
  ])('stops waiting for a board that is %s', async (fault, words) => {
    const widget = makeWidget({ fault });
    const flasher = await startFlasher(widget.path, [licence, 'CONNECT_TIMEOUT=3']);
    const end = await flasher.flash();
    expect(end.state).toBe('error');
    expect(end.error).toContain(words);
  });

  it('cannot run twice in one machine', async () => {
    const widget = makeWidget();
    const flasher = await startFlasher(widget.path);
    expect(await flasher.run(['python', '/workspace/widgetOS/deployment-image/flasher.py'])).toBe(3);
  });

  it('remembers who is logged in by a cookie, and flashes for anybody', async () => {
    const widget = makeWidget();
    const { url } = await startFlasher(widget.path);
    const answer = await fetch(`${url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ user: 'operator', password: 'widget' }),
      redirect: 'manual',
    });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toContain('session=');
    expect(cookie).not.toContain('SameSite');
    const page = await fetch(url, { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(await page.text()).toContain('Logged in as operator');
    expect(await (await fetch(url)).text()).toContain('Not logged in');
  });
});

describe('the legacy flasher on a real U-Boot', () => {
  it('puts 256 KiB on the disk, byte for byte', async () => {
    const emmcFile = join(folder, 'emmc.img');
    const board = await startQemuBoard({ emmcFile, sizeBytes: 4 * 1024 * 1024, serial: 'QEMU-0042' });
    releases.push(board.stop);
    const flasher = await startFlasher(board.path, [
      licence,
      'IMAGE_FILE=/workspace/widgetOS/deployment-image/qemu.img',
      'EXPECT_MODEL=qemu-arm',
      'WRITE_COMMAND=virtio write %ADDR% 0 %BLOCKS%',
      'READ_COMMAND=virtio read %ADDR% 0 %BLOCKS%',
      'BOOT_COMMAND=reset',
      'BOOT_EXPECT=U-Boot 20',
    ]);
    expect(await flasher.flash()).toMatchObject({ state: 'done', serial: 'QEMU-0042', error: null });
    const image = imageFile('qemu.img');
    expect(image.length).toBe(256 * 1024);
    expect(holdsExactly(emmcFile, image)).toBe(true);
  }, 240_000);
});

describe('the tool without a panel', () => {
  it.each([
    [[], 0, 'finished'],
    [['FAIL_AT=5'], 1, 'out of range'],
  ])('tells by its exit code how it ended (%j: %i)', async (env, code, words) => {
    const widget = makeWidget();
    if (widget.path === null) throw new Error('the board has no terminal');
    const container = await docker.createContainer({
      Image: 'slipway-test-tool',
      Labels: { 'io.slipway.demo': '1' },
      Env: env,
      HostConfig: {
        NetworkMode: 'none',
        Mounts: [{ Type: 'bind', Source: widget.path, Target: '/dev/ttyACM0' }],
      },
    });
    releases.push(() => container.remove({ force: true }));
    await container.start();
    const { StatusCode } = z.object({ StatusCode: z.number() }).parse(await container.wait());
    const output = (await container.logs({ stdout: true, stderr: true })).toString('latin1');
    expect(output).toContain(words);
    expect(output).toContain('serial: W-0001');
    expect(output).toContain('calibrating: 40%');
    expect(StatusCode).toBe(code);
  });
});
