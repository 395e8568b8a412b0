import { fail, fault, ok, type Fault, type Result } from '../../../../src-shared/model/result.js';
import type { TransferProtocol } from '../../../../src-shared/model/transfer-protocols.js';
import type { Clock } from '../../clock.js';
import type { SerialPort } from '../serial-port.js';
import { control, makeBatchEnd, makeBlock, makeHeader, type BlockCheck } from './blocks.js';
import { createPeer, type Peer, type Silence } from './peer.js';
import { openSourceFile, type SourceFile } from './source-file.js';

/** How long to wait for the other end to ask for the first block, in ms: a person types the command. */
const inviteLimit = 60_000;
/** Nothing may follow an invitation for this long, in ms: else it was a letter in a text. */
const inviteQuiet = 80;
/** How long to wait for the answer to a block that has left the port, in ms. The reference says 10 s. */
const answerLimit = 10_000;
/** An invitation that comes this long after block 0 or 1 means that it did not arrive, in ms. */
const inviteAgain = 800;
/** How long to wait for what some receivers leave out at the end of a batch, in ms. */
const endLimit = 3_000;
/** How often one block is sent again. */
const mostRetries = 10;

export interface TransferProgress {
  /** The file that is being sent. */
  name: string;
  /** Bytes of it that the other end has confirmed. */
  sent: number;
  total: number;
  /** Blocks sent again so far. */
  retries: number;
}

export interface SendOptions {
  port: SerialPort;
  protocol: TransferProtocol;
  /** Absolute paths. X-modem carries one file; Y-modem a batch. */
  files: readonly string[];
  clock: Clock;
  /** Cancels: the other end is told. */
  signal: AbortSignal;
  onProgress?: (progress: TransferProgress) => void;
}

/** How a transfer ended, and what had come by then that belongs to no transfer: the next prompt. */
export interface Sent {
  result: Result<{ bytes: number; retries: number }>;
  rest: Buffer;
}

/**
 * Sends files by X-modem (checksum, CRC, 1K) or Y-modem, as U-Boot's `loadx` and `loady` take them. Reads
 * each file block by block, however long it is. `transfer-file-unreadable`, `transfer-no-answer`,
 * `transfer-refused` (the other end cancelled), `transfer-broken`, `transfer-cancelled`, `serial-gone`.
 */
export async function sendFiles(options: SendOptions): Promise<Sent> {
  const peer = createPeer(options.port, options.clock, options.signal);
  try {
    const result = await createSender(options, peer).run();
    return { result, rest: peer.rest() };
  } finally {
    peer.dispose();
  }
}

type Answer = 'ack' | 'nak' | 'invite';

function createSender(options: SendOptions, peer: Peer) {
  const { port, protocol, files, clock, signal, onProgress } = options;
  let check: BlockCheck = 'crc';
  let retries = 0;
  let bytes = 0;

  async function run(): Promise<Result<{ bytes: number; retries: number }>> {
    const done = await sendAll();
    if (done.ok) return ok({ bytes, retries });
    // The other end would wait for blocks until its own time is up, and take what is typed for one.
    if (port.isOpen && done.error.code !== 'transfer-refused') await sayCancel();
    return done;
  }

  async function sendAll(): Promise<Result<void>> {
    for (const path of protocol === 'ymodem' ? files : files.slice(0, 1)) {
      const file = await openSourceFile(path);
      if (!file.ok) return file;
      try {
        const sent = await sendOne(file.value);
        if (!sent.ok) return sent;
      } finally {
        await file.value.close();
      }
    }
    return protocol === 'ymodem' ? endBatch() : ok();
  }

  async function sendOne(file: SourceFile): Promise<Result<void>> {
    const { name, size } = file.facts;
    const tell = (sent: number): void => onProgress?.({ name, sent, total: size, retries });
    tell(0);
    const invited = await awaitInvitation();
    if (!invited.ok) return invited;
    if (protocol === 'ymodem') {
      const header = await sendBlock(makeHeader(file.facts, check), true);
      if (!header.ok) return header;
      const again = await awaitInvitation();
      if (!again.ok) return again;
    }
    let sent = 0;
    for (let number = 1; sent < size; number += 1) {
      const length = blockSize(size - sent);
      const content = Buffer.alloc(length);
      const read = await file.read(content);
      if (!read.ok) return read;
      const payload = content.subarray(0, read.value);
      const block = makeBlock({ number, payload, size: length, check });
      const taken = await sendBlock(block, number === 1);
      if (!taken.ok) return taken;
      sent += read.value;
      bytes += read.value;
      tell(sent);
    }
    return sendBlock(Buffer.from([control.eot]), false);
  }

  /** A short rest goes in short blocks: it is filled up less. */
  function blockSize(left: number): 128 | 1024 {
    if (protocol === 'xmodem' || check === 'checksum') return 128;
    return left > 896 ? 1024 : 128;
  }

  async function endBatch(): Promise<Result<void>> {
    // U-Boot confirms the end of a file twice before it asks for the next (common/xyzModem.c).
    const next = await afterConfirmations();
    // All files have been confirmed: a receiver that asks for no more blocks is content.
    if (typeof next === 'string')
      return next === 'time-out' ? ok() : { ok: false, error: silenceFault(next) };
    if (next !== control.wantCrc && next !== control.nak) return ok();
    const written = await port.write(makeBatchEnd(check));
    if (!written.ok) return written;
    const last = await peer.next(endLimit);
    return last === 'closed' ? { ok: false, error: silenceFault(last) } : ok();
  }

  async function afterConfirmations(): Promise<number | Silence> {
    for (;;) {
      const byte = await peer.next(endLimit);
      if (byte !== control.ack) return byte;
    }
  }

  async function awaitInvitation(): Promise<Result<void>> {
    const until = clock.now() + inviteLimit;
    let cancels = 0;
    for (;;) {
      const byte = await peer.next(Math.max(0, until - clock.now()));
      if (byte === 'time-out') return fail('transfer-no-answer', { seconds: inviteLimit / 1000 });
      if (typeof byte === 'string') return { ok: false, error: silenceFault(byte) };
      cancels = byte === control.can ? cancels + 1 : 0;
      if (cancels >= 2) return fail('transfer-refused');
      if (byte !== control.wantCrc && byte !== control.nak) continue;
      if (!(await isFollowedByQuiet(byte))) continue;
      check = byte === control.wantCrc ? 'crc' : 'checksum';
      return ok();
    }
  }

  /** Tells an invitation from a letter C in what a boot loader prints before it. */
  async function isFollowedByQuiet(invitation: number): Promise<boolean> {
    for (;;) {
      const next = await peer.next(inviteQuiet);
      if (typeof next === 'string') return true;
      if (next !== invitation) return false;
    }
  }

  async function sendBlock(block: Buffer, mayBeInvited: boolean): Promise<Result<void>> {
    for (let attempt = 0; attempt <= mostRetries; attempt += 1) {
      if (attempt > 0) retries += 1;
      // A burst of NAKs, or a late answer, is no answer to what is sent now.
      peer.purge();
      const written = await writeUnlessCancelled(block);
      if (!written.ok) return written;
      const answer = await awaitAnswer(block.length, mayBeInvited);
      if (!answer.ok) return answer;
      if (answer.value === 'ack') return ok();
    }
    return fail('transfer-broken', { retries: mostRetries });
  }

  /** A device that does not read holds a write back for ever; cancelling must not wait for it. */
  async function writeUnlessCancelled(block: Buffer): Promise<Result<void>> {
    let stop: () => void = () => undefined;
    const cancelled = new Promise<Result<void>>((resolve) => {
      stop = () => resolve(fail('transfer-cancelled'));
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
    const written = await Promise.race([port.write(block), cancelled]);
    signal.removeEventListener('abort', stop);
    return written;
  }

  async function awaitAnswer(length: number, mayBeInvited: boolean): Promise<Result<Answer>> {
    const began = clock.now();
    // Ten bits a byte: the block is on its way for so long after the system took it.
    const until = began + answerLimit + (length * 10_000) / port.settings.baudRate;
    let cancels = 0;
    for (;;) {
      const byte = await peer.next(Math.max(0, until - clock.now()));
      if (byte === 'time-out') return ok('nak');
      if (typeof byte === 'string') return { ok: false, error: silenceFault(byte) };
      cancels = byte === control.can ? cancels + 1 : 0;
      if (cancels >= 2) return fail('transfer-refused');
      if (byte === control.ack) return ok('ack');
      if (byte === control.nak) return ok('nak');
      if (byte === control.wantCrc && mayBeInvited && clock.now() - began > inviteAgain) return ok('invite');
    }
  }

  async function sayCancel(): Promise<void> {
    // As lrzsz does: more than the two that count, and backspaces that clear them from a prompt.
    const said = port.write(Buffer.from([...fill(control.can), ...fill(control.backspace)]));
    let limit = { dispose: (): void => undefined };
    // Who does not read will not read this, either.
    await Promise.race([said, new Promise<void>((resolve) => void (limit = clock.after(1000, resolve)))]);
    limit.dispose();
  }

  function silenceFault(silence: Silence): Fault {
    return silence === 'closed' ? fault('serial-gone', { path: port.node }) : fault('transfer-cancelled');
  }

  return { run };
}

const fill = (byte: number): number[] => Array.from({ length: 8 }, () => byte);
