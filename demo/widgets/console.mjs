import { createMemory, imageMagic, runLine } from './commands.mjs';
import { createYmodemReceiver } from './ymodem.mjs';

const PROMPT = '=> ';
const BOOT_DELAY_SECONDS = 2;
const SUPPLY_VOLTS = 3.3;
const DEFAULT_LATE_SECONDS = 5;
const DEFAULT_BAD_VOLTS = 2.9;

/**
 * The console of a board with a U-Boot in it: what comes out of it for what goes into it. It knows
 * neither lines nor terminals, so that it can be tested by itself.
 *
 * @param {object} options
 * @param {string} options.serial
 * @param {string} options.model
 * @param {import('./storage.mjs').Storage} options.storage
 * @param {import('./clock.mjs').WidgetClock} options.clock
 * @param {import('./faults.mjs').WidgetFault | null} [options.fault]
 * @param {(bytes: Buffer) => void} options.send
 * @param {(received: number, total: number) => void} [options.onProgress] bytes of the image so far
 * @param {(event: { type: 'command', line: string } | { type: 'written', bytes: number } | { type: 'booted' }) => void} [options.onEvent]
 */
export function createConsole({ serial, model, storage, clock, fault = null, send, onProgress, onEvent }) {
  const memory = createMemory();
  /** @type {Map<string, string>} */
  const env = new Map();
  /** @type {'off' | 'autoboot' | 'prompt' | 'receiving' | 'booting' | 'login'} */
  let stage = 'off';
  let line = '';
  let afterReturn = false;
  /** @type {(() => void) | null} */
  let cancelTimer = null;
  /** @type {ReturnType<typeof createYmodemReceiver> | null} */
  let receiver = null;

  /** @param {string} text */
  const print = (text) => send(Buffer.from(text, 'latin1'));

  /** @param {() => void} run @param {number} ms */
  function later(run, ms) {
    cancelTimer?.();
    cancelTimer = clock.after(() => {
      cancelTimer = null;
      run();
    }, ms);
  }

  function prompt() {
    cancelTimer?.();
    cancelTimer = null;
    stage = 'prompt';
    line = '';
    print(PROMPT);
  }

  function powerOn() {
    receiver?.dispose();
    receiver = null;
    env.clear();
    env.set('baudrate', '115200');
    env.set('board', fault?.kind === 'wrong-model' ? 'gadget' : model);
    env.set('bootcmd', 'mmc read ${loadaddr} 0 0x100; bootm ${loadaddr}');
    env.set('bootdelay', String(BOOT_DELAY_SECONDS));
    env.set('loadaddr', '0x42000000');
    env.set('serial#', serial);
    stage = 'autoboot';
    print('\r\n\r\nU-Boot 2012.04.01 (Apr 25 2012 - 16:31:07) WidgetMaker\r\n\r\n');
    print(`Board: ${env.get('board')}\r\nDRAM:  32 MiB\r\nMMC:   widget_mmc: 0\r\n`);
    print(`Hit any key to stop autoboot:  ${BOOT_DELAY_SECONDS} `);
    countDown(BOOT_DELAY_SECONDS);
  }

  /** @param {number} seconds */
  function countDown(seconds) {
    later(() => {
      print(`\b\b\b${String(seconds - 1).padStart(2)} `);
      if (seconds > 1) return countDown(seconds - 1);
      print('\r\n');
      boot();
    }, 1000);
  }

  function boot() {
    const magic = storage.read(0, 1)?.toString('latin1', 0, imageMagic.length);
    if (magic !== imageMagic) {
      print("Wrong Image Format for bootm command\r\nERROR: can't get kernel image!\r\n");
      return prompt();
    }
    stage = 'booting';
    const log = [
      '## Booting kernel from Legacy Image at 42000000 ...\r\n   Verifying Checksum ... OK\r\nOK\r\n',
      '\r\nStarting kernel ...\r\n\r\n',
      `[    0.000000] WidgetOS 3.2.14 (${model})\r\n[    0.412000] widget-ctl: serial ${serial}\r\n`,
      fault?.kind === 'panic'
        ? '[    0.530000] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(179,2)\r\n'
        : '\r\nWidgetOS 3.2 widgetos ttyS0\r\n\r\nwidgetos login: ',
    ];
    const next = () => {
      const text = log.shift();
      if (text === undefined) {
        // After a panic it only waits to be switched off.
        if (fault?.kind === 'panic') return;
        stage = 'login';
        onEvent?.({ type: 'booted' });
        return;
      }
      print(text);
      later(next, 150);
    };
    next();
  }

  function reset() {
    print('resetting ...\r\n');
    stage = 'off';
    later(powerOn, 100);
  }

  /** @param {number} address */
  function receive(address) {
    stage = 'receiving';
    receiver = createYmodemReceiver({
      send,
      clock,
      ...(onProgress ? { progress: onProgress } : {}),
      done: (result) => {
        receiver = null;
        if (result.ok) store(address, result.data);
        else print(`\r\n## Binary (ymodem) download aborted (${result.reason})\r\n`);
        prompt();
      },
    });
  }

  /** @param {number} address @param {Buffer} data */
  function store(address, data) {
    const place = memory.at(address, data.length);
    if (!place) return print('## Total Size too large for memory\r\n');
    data.copy(place);
    if (fault?.kind === 'crc') place[place.length >> 1] = (place[place.length >> 1] ?? 0) ^ 0x01;
    env.set('filesize', data.length.toString(16));
    print(
      `\r\n## Total Size      = 0x${data.length.toString(16).padStart(8, '0')} = ${data.length} Bytes\r\n`,
    );
  }

  /** @type {import('./commands.mjs').Board} */
  const board = {
    env,
    memory,
    storage,
    print,
    receive,
    reset,
    boot,
    /** Asked for each time: somebody may turn it up meanwhile. */
    get volts() {
      return fault?.kind === 'voltage' ? (fault.at ?? DEFAULT_BAD_VOLTS) : SUPPLY_VOLTS;
    },
    refusesWrites: fault?.kind === 'refuse-write',
    storageCorrupts: fault?.kind === 'bad-storage',
    written: (_block, bytes) => onEvent?.({ type: 'written', bytes }),
  };

  function enter() {
    const entered = line.trim();
    line = '';
    print('\r\n');
    if (stage === 'login') {
      // On these boards a user called "reboot" has /sbin/reboot for a shell.
      if (entered === 'reboot') return reset();
      return print('widgetos login: ');
    }
    if (entered !== '') onEvent?.({ type: 'command', line: entered });
    const run = () => {
      if (!runLine(board, entered)) prompt();
    };
    if (fault?.kind === 'late') later(run, (fault.at ?? DEFAULT_LATE_SECONDS) * 1000);
    else run();
  }

  /** @param {number} byte */
  function key(byte) {
    const lineFeedOfPair = byte === 0x0a && afterReturn;
    afterReturn = byte === 0x0d;
    if (lineFeedOfPair) return;
    if (stage === 'autoboot') {
      print('\r\n');
      return prompt();
    }
    if (stage !== 'prompt' && stage !== 'login') return;
    if (byte === 0x0d || byte === 0x0a) return enter();
    if (byte === 0x03) {
      print('<INTERRUPT>\r\n');
      return stage === 'prompt' ? prompt() : undefined;
    }
    if (byte === 0x15 || byte === 0x18) {
      print('\b \b'.repeat(line.length));
      line = '';
    } else if (byte === 0x08 || byte === 0x7f) {
      if (line.length > 0) print('\b \b');
      line = line.slice(0, -1);
    } else if (byte >= 0x20 && byte < 0x7f && line.length < 512) {
      line += String.fromCharCode(byte);
      print(String.fromCharCode(byte));
    }
  }

  return {
    powerOn,
    /** @param {Buffer} bytes */
    push(bytes) {
      for (let at = 0; at < bytes.length; at += 1) {
        // A transfer takes the rest in one piece; what follows its end is for the prompt again.
        if (receiver) return receiver.push(bytes.subarray(at));
        key(bytes[at] ?? 0);
      }
    },
    get stage() {
      return stage;
    },
    dispose() {
      stage = 'off';
      cancelTimer?.();
      cancelTimer = null;
      receiver?.dispose();
      receiver = null;
    },
  };
}
