import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLineOf, markOf, statOf, stillRuns } from './process.mjs';

/** Of a process that says where it is when it gets SIGUSR2, even from a loop that never ends. */
const reportFlag = '--report-on-signal';

/** How long a process may take to write its report. */
const reportTime = 3000;

/**
 * What the notes of `progress-reporter.mjs` tell of that began and did not end, in the order in which it began.
 * @param {string} notes
 */
export function unfinished(notes) {
  /** @type {Map<string, number>} */
  const open = new Map();
  for (const line of notes.split('\n')) {
    const name = line.slice(2);
    if (line.startsWith('+ ')) open.set(name, (open.get(name) ?? 0) + 1);
    else if (line.startsWith('- ')) {
      const left = (open.get(name) ?? 0) - 1;
      if (left > 0) open.set(name, left);
      else open.delete(name);
    }
  }
  const names = [...open.keys()];
  // A file whose test is named as well says nothing more.
  return names.filter((name) => !names.some((other) => other.startsWith(`${name} › `)));
}

/**
 * @typedef {object} Finding
 * @property {string[]} running what began and did not end
 * @property {string[]} places a line for each process below this one; below it, where its program is
 * @property {import('./process.mjs').ProcessMark[]} processes those very processes
 */

/**
 * Watches the notes of a suite, and gives it up once none was added for longer than any test may take: one that
 * hangs is told apart from one that is slow.
 *
 * @param {object} options
 * @param {string} options.notes the file; it is made empty
 * @param {string} options.reports where the suite's processes write their reports
 * @param {number} options.limitMs
 * @param {number} [options.everyMs]
 * @returns {{ signal: AbortSignal, found: () => Finding | undefined, dispose: () => void }} the signal aborts once
 *   there is a finding
 */
export function watchProgress({ notes, reports, limitMs, everyMs = 1000 }) {
  writeFileSync(notes, '');
  mkdirSync(reports, { recursive: true });
  const stuck = new AbortController();
  /** @type {Finding | undefined} */
  let found;
  let isLooking = false;

  const look = async () => {
    if (isLooking || Date.now() - statSync(notes).mtimeMs < limitMs) return;
    isLooking = true;
    try {
      const running = unfinished(readFileSync(notes, 'utf8'));
      const processes = descendants(process.pid);
      const marks = processes.map((pid) => markOf(pid)).filter((mark) => mark !== undefined);
      found = { running, processes: marks, places: await placesOf(processes, reports) };
    } finally {
      stuck.abort();
    }
  };
  const timer = setInterval(() => void look(), everyMs);
  return { signal: stuck.signal, found: () => found, dispose: () => clearInterval(timer) };
}

/**
 * Ends what is left of a suite that hung: what its processes started does not always end with them.
 * @param {Finding} finding
 */
export function endLeftovers({ processes }) {
  for (const mark of processes) {
    if (stillRuns(mark)) process.kill(mark.pid, 'SIGKILL');
  }
}

/**
 * Node's arguments for a process of a suite, so that it can be asked where it is.
 * @param {string} reports
 */
export function reportArguments(reports) {
  return [reportFlag, '--report-signal=SIGUSR2', '--report-exclude-network', `--report-directory=${reports}`];
}

/**
 * Where each of these processes is: what the kernel says of it and, where it is a Node.js that reports, its stack.
 * Linux only; elsewhere there is no /proc to read, and the answer is empty.
 * @param {readonly number[]} processes
 * @param {string} reports
 * @returns {Promise<string[]>}
 */
async function placesOf(processes, reports) {
  // Any other would die of the signal.
  const asked = processes.filter((pid) => commandLineOf(pid).split(' ').includes(reportFlag));
  for (const pid of asked) {
    try {
      process.kill(pid, 'SIGUSR2');
    } catch {
      // It ended meanwhile, and is no more in anybody's way.
    }
  }
  if (asked.length > 0) await sleep(reportTime);
  return processes.flatMap((pid) => [
    `${pid} ${stateOf(pid)} ${commandLineOf(pid).slice(0, 200)}`,
    ...reportedStack(pid, reports).map((frame) => `    ${frame}`),
  ]);
}

/** @param {number} root @returns {number[]} */
function descendants(root) {
  const below = childrenOf(root);
  return below.flatMap((pid) => [pid, ...descendants(pid)]);
}

/** @param {number} pid @returns {number[]} */
function childrenOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    // It ended meanwhile.
    return [];
  }
}

/** The state, the processor time in clock ticks and what the kernel waits for. @param {number} pid */
function stateOf(pid) {
  try {
    const fields = statOf(pid);
    const waitsFor = readFileSync(`/proc/${pid}/wchan`, 'latin1');
    return `${fields[0]} ${Number(fields[11]) + Number(fields[12])} ticks${waitsFor === '0' ? '' : `, in ${waitsFor}`}`;
  } catch {
    return 'ended';
  }
}

/**
 * The stack of a process from the report it wrote; none where it wrote none.
 * @param {number} pid
 * @param {string} reports
 * @returns {string[]}
 */
function reportedStack(pid, reports) {
  try {
    const name = readdirSync(reports).find((one) => one.split('.').includes(String(pid)));
    if (name === undefined) return [];
    const { javascriptStack } = JSON.parse(readFileSync(join(reports, name), 'utf8'));
    return /** @type {string[]} */ (javascriptStack?.stack ?? []).slice(0, 12);
  } catch {
    return ['(its report cannot be read)'];
  }
}
