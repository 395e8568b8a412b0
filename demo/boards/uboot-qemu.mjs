#!/usr/bin/env node
// A board with a real boot loader: Debian's U-Boot in QEMU, its console on a pseudo-terminal.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findProgram } from '../../scripts/lib/run.mjs';
import { isMain, runMain } from '../../scripts/lib/main.mjs';
import { Trouble, say } from '../../scripts/lib/say.mjs';
import { makeEnvironment } from './uboot-environment.mjs';

const FIRMWARE = '/usr/lib/u-boot/qemu_arm64/u-boot.bin';
const FLASH_BYTES = 64 * 1024 * 1024;
const START_MS = 15_000;
const KILL_AFTER_MS = 2_000;

/**
 * Starts the board. It keeps one core busy for as long as it runs.
 *
 * @param {object} options
 * @param {string} options.emmcFile its storage; made, empty, if it is not there
 * @param {number} [options.sizeBytes] of a storage that is made
 * @param {string} [options.serial] its serial number, in its environment as a factory leaves it
 * @param {AbortSignal} [options.signal] ends it
 * @returns {Promise<{ path: string, serial: string, pid: number, stop: () => Promise<void> }>} once its console is there
 * @throws {Trouble} where QEMU or the boot loader is missing, or it does not start
 */
export async function startQemuBoard({
  emmcFile,
  sizeBytes = 16 * 1024 * 1024,
  serial = 'QEMU-0001',
  signal,
}) {
  const qemu = findProgram('qemu-system-aarch64');
  if (!qemu || !existsSync(FIRMWARE)) {
    throw new Trouble('The QEMU board needs: sudo apt-get install qemu-system-arm u-boot-qemu');
  }
  signal?.throwIfAborted();
  mkdirSync(dirname(emmcFile), { recursive: true });
  if (!existsSync(emmcFile)) {
    writeFileSync(emmcFile, '');
    truncateSync(emmcFile, sizeBytes);
  }
  const scratch = mkdtempSync(join(tmpdir(), 'slipway-qemu-'));
  const flash = join(scratch, 'environment.img');
  writeFileSync(
    flash,
    makeEnvironment({
      baudrate: '115200',
      board: 'qemu-arm',
      bootcmd: 'echo nothing to boot',
      bootdelay: '2',
      loadaddr: '0x42000000',
      'serial#': serial,
      stderr: 'pl011@9000000',
      stdin: 'pl011@9000000',
      stdout: 'pl011@9000000',
    }),
  );
  truncateSync(flash, FLASH_BYTES);

  const child = spawn(
    qemu,
    [
      ...[
        '-M',
        'virt',
        '-cpu',
        'cortex-a53',
        '-m',
        '128',
        '-display',
        'none',
        '-monitor',
        'none',
        '-nic',
        'none',
      ],
      ...['-bios', FIRMWARE, '-serial', 'pty'],
      // U-Boot's environment lies in the second flash bank.
      ...['-drive', `if=pflash,unit=1,format=raw,file=${flash}`],
      ...['-drive', `if=none,file=${emmcFile},format=raw,id=d`, '-device', 'virtio-blk-device,drive=d'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    child.once('close', () => {
      rmSync(scratch, { recursive: true, force: true });
      resolve();
    });
  });
  const stop = async () => {
    signal?.removeEventListener('abort', onAbort);
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    await ended;
    clearTimeout(hard);
  };
  const onAbort = () => void stop();
  signal?.addEventListener('abort', onAbort, { once: true });

  try {
    const path = await consolePath(child);
    return { path, serial, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * QEMU says on its output which terminal it made: "char device redirected to /dev/pts/3 (label serial0)".
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} child
 * @returns {Promise<string>}
 */
function consolePath(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(
      () => reject(new Trouble(`QEMU did not say where its console is:\n${said}`)),
      START_MS,
    );
    const read = (/** @type {string} */ text) => {
      said += text;
      const path = /redirected to (\/dev\/pts\/\d+)/.exec(said)?.[1];
      if (!path) return;
      clearTimeout(timer);
      resolve(path);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new Trouble(`QEMU did not start: ${error.message}`));
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Trouble(`QEMU ended at once (exit code ${code}):\n${said}`));
    });
  });
}

async function main() {
  const { values } = parseArgs({
    options: { emmc: { type: 'string' }, size: { type: 'string' }, serial: { type: 'string' } },
  });
  if (!values.emmc)
    throw new Trouble('Usage: node demo/boards/uboot-qemu.mjs --emmc FILE [--size BYTES] [--serial TEXT]');
  const board = await startQemuBoard({
    emmcFile: values.emmc,
    ...(values.size ? { sizeBytes: Number(values.size) } : {}),
    ...(values.serial ? { serial: values.serial } : {}),
  });
  say(JSON.stringify({ type: 'ready', path: board.path, serial: board.serial, pid: board.pid }));
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await board.stop();
}

if (isMain(import.meta.url)) runMain(main);
