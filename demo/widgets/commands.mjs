import { crc32 } from 'node:zlib';
import { blockBytes } from './storage.mjs';

/** What an image begins with that a widget is willing to boot. */
export const imageMagic = 'WIDGETOS';

const RAM_BASE = 0x42000000;
const RAM_BYTES = 32 * 1024 * 1024;

/** @param {number} value */
const hex8 = (value) => (value >>> 0).toString(16).padStart(8, '0');

/**
 * The memory of the board, from 0x42000000 on. Untouched pages cost nothing.
 */
export function createMemory() {
  const bytes = Buffer.alloc(RAM_BYTES);
  return {
    /** @param {number} address @param {number} length @returns {Buffer | null} a view, null outside */
    at(address, length) {
      const from = address - RAM_BASE;
      if (from < 0 || from + length > RAM_BYTES) return null;
      return bytes.subarray(from, from + length);
    },
  };
}

/**
 * @typedef {object} Board what commands work on
 * @property {Map<string, string>} env
 * @property {ReturnType<typeof createMemory>} memory
 * @property {import('./storage.mjs').Storage} storage
 * @property {(text: string) => void} print
 * @property {(address: number) => void} receive starts `loady`; the prompt comes when it is over
 * @property {() => void} reset
 * @property {() => void} boot starts what is in storage
 * @property {number} volts of its supply
 * @property {boolean} refusesWrites
 * @property {boolean} storageCorrupts
 * @property {(block: number, bytes: number) => void} written
 */

/**
 * Each returns true when it prints the prompt itself, later.
 * @type {Record<string, (board: Board, args: string[]) => boolean | void>}
 */
const commands = {
  printenv({ env, print }, [name]) {
    if (name !== undefined) {
      const value = env.get(name);
      print(value === undefined ? `## Error: "${name}" not defined\r\n` : `${name}=${value}\r\n`);
      return;
    }
    const lines = [...env].map(([key, value]) => `${key}=${value}`);
    const size = lines.reduce((sum, line) => sum + line.length + 1, 0);
    print(`${lines.join('\r\n')}\r\n\r\nEnvironment size: ${size}/65532 bytes\r\n`);
  },

  setenv({ env, print }, [name, ...words]) {
    if (name === undefined) return print('setenv - set environment variables\r\n');
    if (name === 'serial#') return print('## Error: Can\'t overwrite "serial#"\r\n');
    if (words.length === 0) env.delete(name);
    else env.set(name, words.join(' '));
  },

  saveenv({ print }) {
    print('Saving Environment to MMC... Writing to MMC(0)... OK\r\n');
  },

  version({ print }) {
    print('U-Boot 2012.04.01 (Apr 25 2012 - 16:31:07) WidgetMaker\r\n');
  },

  loady({ env, print, receive }, [address]) {
    const at = Number.parseInt(address ?? env.get('loadaddr') ?? '', 16);
    print(`## Ready for binary (ymodem) download to 0x${hex8(at).toUpperCase()} at 115200 bps...\r\n`);
    receive(at);
    return true;
  },

  crc32({ memory, print }, [address = '', length = '']) {
    const at = Number.parseInt(address, 16);
    const count = Number.parseInt(length, 16);
    const bytes = memory.at(at, count);
    if (!bytes) return print('crc32 - checksum calculation\r\n\r\nUsage:\r\ncrc32 address count [addr]\r\n');
    print(`crc32 for ${hex8(at)} ... ${hex8(at + count - 1)} ==> ${hex8(crc32(bytes))}\r\n`);
  },

  mmc(board, [verb = '', address = '', first = '', blocks = '']) {
    const at = Number.parseInt(address, 16);
    const block = Number.parseInt(first, 16);
    const count = Number.parseInt(blocks, 16);
    const bytes = board.memory.at(at, count * blockBytes);
    if ((verb !== 'read' && verb !== 'write') || !bytes) {
      return board.print(
        'mmc - MMC sub system\r\n\r\nUsage:\r\nmmc read addr blk# cnt\r\nmmc write addr blk# cnt\r\n',
      );
    }
    board.print(`\r\nMMC ${verb}: dev # 0, block # ${block}, count ${count} ... `);
    const ok = verb === 'write' ? writeBlocks(board, block, bytes) : readBlocks(board, block, bytes);
    const past = verb === 'write' ? 'written' : 'read';
    board.print(`${ok ? count : 0} blocks ${past}: ${ok ? 'OK' : 'ERROR'}\r\n`);
    if (ok && verb === 'write') board.written(block, bytes.length);
  },

  adc({ print, volts }, [verb, channel]) {
    if (verb !== 'read' || channel !== 'vcc')
      return print('adc - ADC sub system\r\n\r\nUsage:\r\nadc read vcc\r\n');
    print(`vcc = ${volts.toFixed(2)} V\r\n`);
  },

  reset({ reset }) {
    reset();
    return true;
  },

  boot({ boot }) {
    boot();
    return true;
  },
};

/** @param {Board} board @param {number} block @param {Buffer} bytes */
function writeBlocks({ storage, refusesWrites, storageCorrupts }, block, bytes) {
  if (refusesWrites) return false;
  if (!storageCorrupts) return storage.write(block, bytes);
  const spoilt = Buffer.from(bytes);
  const middle = spoilt.length >> 1;
  spoilt[middle] = (spoilt[middle] ?? 0) ^ 0x10;
  return storage.write(block, spoilt);
}

/** @param {Board} board @param {number} block @param {Buffer} into */
function readBlocks({ storage }, block, into) {
  const bytes = storage.read(block, into.length / blockBytes);
  bytes?.copy(into);
  return bytes !== null;
}

/**
 * Runs one line as U-Boot's shell would: `;` between commands, `${name}` from the environment.
 * @param {Board} board
 * @param {string} line
 * @returns {boolean} whether the last command goes on by itself and prints the prompt later
 */
export function runLine(board, line) {
  let goesOn = false;
  for (const part of line.split(';')) {
    const expanded = part.replace(/\$\{([^}]*)\}/g, (_, name) => board.env.get(name) ?? '');
    const [name, ...args] = expanded.trim().split(/\s+/);
    if (!name) continue;
    const run = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!run) board.print(`Unknown command '${name}' - try 'help'\r\n`);
    else if (run(board, args) === true) goesOn = true;
  }
  return goesOn;
}
