import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../../test/fakes/clock.js';
import { createTemporaryFolder } from '../../../../test/fakes/temporary-folder.js';
import type { Fault, Result } from '../../../../src-shared/model/result.js';
import { defaultSerialSettings } from '../../../../src-shared/model/serial.js';
import type { TransferProtocol } from '../../../../src-shared/model/transfer-protocols.js';
import { createEmitter } from '../../emitter.js';
import { createSystemClock, type Clock } from '../../clock.js';
import type { SerialPort } from '../serial-port.js';
import { checksum, control, crc16, makeBatchEnd } from './blocks.js';
import { sendFiles, type Sent, type TransferProgress } from './send-files.js';

/** A port whose other end is a function of the test. */
function createScriptedPort(receive: (bytes: Buffer, answer: (...bytes: number[]) => void) => void): {
  port: SerialPort;
  say: (bytes: Buffer) => void;
  vanish: () => void;
} {
  const data = createEmitter<Buffer>();
  const closed = createEmitter<Fault | null>();
  let isOpen = true;
  const answer = (...bytes: number[]): void => queueMicrotask(() => data.emit(Buffer.from(bytes)));
  const unused = (): Promise<never> => Promise.reject(new Error('not asked for'));
  return {
    say: (bytes) => data.emit(bytes),
    vanish: () => {
      isOpen = false;
      closed.emit({ code: 'serial-gone' });
    },
    port: {
      node: '/dev/ttyTEST',
      settings: defaultSerialSettings,
      get isOpen() {
        return isOpen;
      },
      data,
      closed,
      write: (bytes) => {
        receive(Buffer.from(bytes), answer);
        return Promise.resolve<Result<void>>({ ok: true, value: undefined });
      },
      drain: unused,
      configure: unused,
      signals: { dtr: true, rts: true },
      setSignals: unused,
      readSignals: unused,
      sendBreak: unused,
      close: () => Promise.resolve(),
    },
  };
}

let folder: ReturnType<typeof createTemporaryFolder>;
let clock: FakeClock;
let stop: AbortController;

beforeEach(() => {
  folder = createTemporaryFolder();
  clock = createFakeClock();
  stop = new AbortController();
});
afterEach(() => folder.dispose());

function makeFile(bytes: number, name = 'widget.img'): { path: string; content: Buffer } {
  const content = Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 31 + (at >> 8) * 7) & 0xff));
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return { path, content };
}

/** Lets file reads and promises happen while the clock moves on, until the transfer has ended. */
async function finish(sending: Promise<Sent>, stepMs = 100): Promise<Sent> {
  const state = { isDone: false };
  void sending.finally(() => (state.isDone = true));
  for (let step = 0; !state.isDone && step < 20_000; step += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advanceAsync(stepMs);
  }
  return sending;
}

function start(port: SerialPort, protocol: TransferProtocol, files: string[], by: Clock = clock) {
  const progress: TransferProgress[] = [];
  const sending = sendFiles({
    port,
    protocol,
    files,
    clock: by,
    signal: stop.signal,
    onProgress: (one) => void progress.push(one),
  });
  return { sending, progress };
}

const code = (sent: Sent): string => (sent.result.ok ? 'ok' : sent.result.error.code);

/** A receiver that takes good blocks and does to some what a test wants. */
function createReceiver(
  options: { check?: 'crc' | 'checksum'; meddle?: (index: number) => number[] | null } = {},
) {
  const { check = 'crc', meddle = () => null } = options;
  const blocks: { number: number; size: number; payload: Buffer }[] = [];
  let seen = 0;
  return {
    blocks,
    ended: 0,
    receive(bytes: Buffer, answer: (...bytes: number[]) => void) {
      if (bytes[0] === control.can) return;
      const odd = meddle(seen);
      seen += 1;
      if (odd !== null) return answer(...odd);
      if (bytes[0] === control.eot) {
        this.ended += 1;
        return answer(control.ack, control.wantCrc);
      }
      const size = bytes[0] === control.soh ? 128 : 1024;
      const payload = bytes.subarray(3, 3 + size);
      const number = bytes[1] ?? -1;
      const intact =
        bytes[2] === 0xff - number &&
        (check === 'crc'
          ? bytes.readUInt16BE(3 + size) === crc16(payload) && bytes.length === 5 + size
          : bytes[3 + size] === checksum(payload) && bytes.length === 4 + size);
      if (!intact) return answer(control.nak);
      if (blocks.at(-1)?.number !== number || number === 0)
        blocks.push({ number, size, payload: Buffer.from(payload) });
      // Y-modem's header is followed by an invitation of its own.
      if (number === 0) answer(control.ack, control.wantCrc);
      else answer(control.ack);
    },
  };
}

describe('the blocks', () => {
  it('carry the CRC that the reference gives for its example', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x31c3);
  });
  it('end a batch with 128 zeroes', () => {
    expect(makeBatchEnd('crc')).toEqual(Buffer.from([1, 0, 0xff, ...new Array<number>(130).fill(0)]));
  });
});

describe('sending by Y-modem', () => {
  it('tells name, size and time, then the content in long blocks and a short rest', async () => {
    const { path, content } = makeFile(2100);
    const receiver = createReceiver();
    const { port, say } = createScriptedPort((bytes, answer) => receiver.receive(bytes, answer));
    const { sending, progress } = start(port, 'ymodem', [path]);
    say(Buffer.from('C'));
    const sent = await finish(sending);
    expect(sent.result).toEqual({ ok: true, value: { bytes: 2100, retries: 0 } });
    const [header, ...rest] = receiver.blocks;
    const time = Math.floor(statSync(path).mtimeMs / 1000).toString(8);
    expect(header?.payload.toString('latin1').split('\0').slice(0, 2)).toEqual([
      'widget.img',
      `2100 ${time} 100644`,
    ]);
    expect(rest.map(({ number, size }) => [number, size])).toEqual([
      [1, 1024],
      [2, 1024],
      [3, 128],
      [0, 128],
    ]);
    expect(Buffer.concat(rest.slice(0, -1).map(({ payload }) => payload)).subarray(0, 2100)).toEqual(content);
    expect(progress.at(-1)).toEqual({ name: 'widget.img', sent: 2100, total: 2100, retries: 0 });
  });

  it('sends several files in one batch', async () => {
    const files = [makeFile(10, 'one'), makeFile(300, 'two')].map(({ path }) => path);
    const receiver = createReceiver();
    const { port, say } = createScriptedPort((bytes, answer) => receiver.receive(bytes, answer));
    const { sending } = start(port, 'ymodem', files);
    say(Buffer.from('C'));
    expect(code(await finish(sending))).toBe('ok');
    const names = receiver.blocks
      .filter(({ number }) => number === 0)
      .map(({ payload }) => payload.toString('latin1').split('\0')[0]);
    expect(names).toEqual(['one', 'two', '']);
  });

  it('sends an empty file', async () => {
    const receiver = createReceiver();
    const { port, say } = createScriptedPort((bytes, answer) => receiver.receive(bytes, answer));
    const { sending } = start(port, 'ymodem', [makeFile(0).path]);
    say(Buffer.from('C'));
    expect(code(await finish(sending))).toBe('ok');
    expect(receiver.ended).toBe(1);
  });

  it('does not take a C in what the boot loader prints for an invitation', async () => {
    const receiver = createReceiver();
    let early = 0;
    let isInvited = false;
    const { port, say } = createScriptedPort((bytes, answer) => {
      if (!isInvited) early += 1;
      receiver.receive(bytes, answer);
    });
    const { sending } = start(port, 'ymodem', [makeFile(10).path]);
    say(Buffer.from('CPU: C'));
    say(Buffer.from('ortex\r\n'));
    await clock.advanceAsync(5000);
    isInvited = true;
    say(Buffer.from('CCC'));
    expect(code(await finish(sending))).toBe('ok');
    expect(early).toBe(0);
  });

  it('sends a block again that was refused or lost, and takes a storm of NAKs for one', async () => {
    const oddities = new Map<number, number[]>([
      [1, [control.nak]],
      [3, Array.from({ length: 40 }, () => control.nak)],
      [5, []],
    ]);
    const receiver = createReceiver({ meddle: (index) => oddities.get(index) ?? null });
    const { port, say } = createScriptedPort((bytes, answer) => receiver.receive(bytes, answer));
    const { path, content } = makeFile(3000);
    const { sending } = start(port, 'ymodem', [path]);
    say(Buffer.from('C'));
    const sent = await finish(sending, 500);
    expect(sent.result).toEqual({ ok: true, value: { bytes: 3000, retries: 3 } });
    const data = receiver.blocks.filter(({ number }) => number > 0).map(({ payload }) => payload);
    expect(Buffer.concat(data).subarray(0, 3000)).toEqual(content);
  });

  it('gives up on a block that never gets through, and tells the other end', async () => {
    let cancels = 0;
    const { port, say } = createScriptedPort((bytes, answer) => {
      if (bytes[0] === control.can) cancels += 1;
      else answer(control.nak);
    });
    const { sending } = start(port, 'ymodem', [makeFile(10).path]);
    say(Buffer.from('C'));
    expect(code(await finish(sending))).toBe('transfer-broken');
    expect(cancels).toBe(1);
  });

  it('ends when the other end cancels', async () => {
    const receiver = createReceiver({ meddle: (index) => (index === 2 ? [control.can, control.can] : null) });
    const { port, say } = createScriptedPort((bytes, answer) => receiver.receive(bytes, answer));
    const { sending } = start(port, 'ymodem', [makeFile(5000).path]);
    say(Buffer.from('C'));
    expect(code(await finish(sending))).toBe('transfer-refused');
  });

  it('cancels at once when it is asked to, and says CAN CAN', async () => {
    const said: Buffer[] = [];
    const receiver = createReceiver();
    const { port, say } = createScriptedPort((bytes, answer) => {
      said.push(bytes);
      if (said.length === 3) stop.abort();
      receiver.receive(bytes, answer);
    });
    const { sending } = start(port, 'ymodem', [makeFile(50_000).path]);
    say(Buffer.from('C'));
    expect(code(await finish(sending))).toBe('transfer-cancelled');
    expect(said.at(-1)?.subarray(0, 2)).toEqual(Buffer.from([control.can, control.can]));
  });

  it('says that nobody asked for the file, after a minute', async () => {
    const { port } = createScriptedPort(() => undefined);
    const { sending } = start(port, 'ymodem', [makeFile(10).path]);
    expect(code(await finish(sending, 5000))).toBe('transfer-no-answer');
    expect(clock.timers).toBe(0);
  });

  it('ends when the port goes', async () => {
    const { port, say, vanish } = createScriptedPort(() => queueMicrotask(() => vanish()));
    const { sending } = start(port, 'ymodem', [makeFile(10).path]);
    say(Buffer.from('C'));
    expect(code(await finish(sending))).toBe('serial-gone');
  });

  it('refuses what cannot be read before it says anything', async () => {
    const { port } = createScriptedPort((bytes) => expect(bytes[0]).toBe(control.can));
    expect(code(await finish(start(port, 'ymodem', [join(folder.path, 'none')]).sending))).toBe(
      'transfer-file-unreadable',
    );
    expect(code(await finish(start(port, 'ymodem', [folder.path]).sending))).toBe('transfer-file-unreadable');
  });

  it('ends a batch properly where the end of a file is confirmed twice, as U-Boot does', async () => {
    const receiver = createReceiver({
      meddle: (index) => (index === 2 ? [control.ack, control.ack, control.wantCrc] : null),
    });
    const { port, say } = createScriptedPort((bytes, answer) => receiver.receive(bytes, answer));
    const { sending } = start(port, 'ymodem', [makeFile(10).path]);
    say(Buffer.from('C'));
    expect(code(await finish(sending))).toBe('ok');
    expect(receiver.blocks.map(({ number }) => number)).toEqual([0, 1, 0]);
  });

  it('hands back what came after the last answer: the prompt', async () => {
    const receiver = createReceiver();
    const { port, say } = createScriptedPort((bytes, answer) => {
      if (receiver.ended === 1) return answer(control.ack, ...Buffer.from('\r\n=> '));
      receiver.receive(bytes, answer);
    });
    const { sending } = start(port, 'ymodem', [makeFile(10).path]);
    say(Buffer.from('C'));
    expect((await finish(sending)).rest.toString()).toBe('\r\n=> ');
  });
});

describe('sending by X-modem', () => {
  it.each([
    ['with CRC', 'xmodem', 'crc', [128, 128, 128]],
    ['with a checksum when the receiver begins with NAK', 'xmodem', 'checksum', [128, 128, 128]],
    ['with blocks of 1024', 'xmodem-1k', 'crc', [128, 128, 128]],
    ['with short blocks when there is no CRC', 'xmodem-1k', 'checksum', [128, 128, 128]],
  ] as const)('%s, the last block filled up', async (_, protocol, check, sizes) => {
    const receiver = createReceiver({ check });
    const { port, say } = createScriptedPort((bytes, answer) => receiver.receive(bytes, answer));
    const { path, content } = makeFile(300);
    const { sending } = start(port, protocol, [path]);
    say(Buffer.from([check === 'crc' ? control.wantCrc : control.nak]));
    expect(code(await finish(sending))).toBe('ok');
    expect(receiver.blocks.map(({ size }) => size)).toEqual(sizes);
    const all = Buffer.concat(receiver.blocks.map(({ payload }) => payload));
    expect(all.subarray(0, 300)).toEqual(content);
    expect(all.subarray(300).every((byte) => byte === 0x1a)).toBe(true);
  });

  it('uses long blocks for a long file', async () => {
    const receiver = createReceiver();
    const { port, say } = createScriptedPort((bytes, answer) => receiver.receive(bytes, answer));
    const { sending } = start(port, 'xmodem-1k', [makeFile(2048).path]);
    say(Buffer.from('C'));
    expect(code(await finish(sending))).toBe('ok');
    expect(receiver.blocks.map(({ size }) => size)).toEqual([1024, 1024]);
  });
});

describe('what another program receives (lrzsz)', () => {
  it.each([
    ['ymodem', 'rb', ['-q']],
    ['xmodem', 'rx', ['-q', 'widget.img']],
    ['xmodem', 'rx', ['-q', '-c', 'widget.img']],
    ['xmodem-1k', 'rx', ['-q', '-c', 'widget.img']],
  ] as const)('is the same file, by %s into %s %j', async (protocol, program, args) => {
    const { path, content } = makeFile(20_000);
    const into = createTemporaryFolder();
    const child = spawn(program, args, { cwd: into.path, stdio: ['pipe', 'pipe', 'ignore'] });
    const { port, say, vanish } = createScriptedPort((bytes) => void child.stdin.write(bytes));
    child.on('error', vanish);
    child.stdout.on('data', say);
    const exit = once(child, 'close');
    const { sending } = start(port, protocol, [path], createSystemClock());
    const sent = await sending;
    await exit;
    expect(sent.result).toMatchObject({ ok: true });
    expect(readFileSync(join(into.path, 'widget.img')).subarray(0, 20_000)).toEqual(content);
    into.dispose();
  });
});
