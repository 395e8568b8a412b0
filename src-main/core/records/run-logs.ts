import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { LogLine } from '../../../src-shared/model/run.js';
import type { Clock } from '../clock.js';
import { createEmitter } from '../emitter.js';
import type { StoredLine } from './log-format.js';
import { indexLines, readLines, type LineIndex } from './log-reader.js';
import { createLogWriter } from './log-writer.js';
import type { RunLog, RunLogs } from './records.js';
import { fileFault } from './sqlite.js';
import { syncFolder } from './sync-folder.js';

export interface RunLogsOptions {
  /** Where the files `<run id>.log` lie. Made when it is not there. */
  folder: string;
  clock: Clock;
  /** How many lines of an open log are kept in memory. */
  ringSize?: number;
}

/** The logs of all runs, one file each. */
export function createRunLogs({ folder, clock, ringSize = 2000 }: RunLogsOptions): RunLogs {
  const openLogs = new Map<string, RunLog | 'opening'>();

  return {
    async open(runId) {
      const path = pathOf(folder, runId);
      if (path === null) throw new Error(`${runId} is not a run id`);
      if (openLogs.has(runId)) throw new Error(`The log of run ${runId} is open already`);
      openLogs.set(runId, 'opening');
      const opened = await openLog({ folder, path, runId, clock, ringSize }, () => openLogs.delete(runId));
      if (opened.ok) openLogs.set(runId, opened.value);
      else openLogs.delete(runId);
      return opened;
    },
    async read(runId, from, limit) {
      const log = openLogs.get(runId);
      if (log !== undefined && log !== 'opening') {
        const { total } = log;
        const lines = await log.read(from, limit);
        return lines.ok ? ok({ lines: lines.value, total }) : lines;
      }
      const path = pathOf(folder, runId);
      if (path === null) return fail('log-missing', { run: runId });
      let file: FileHandle | undefined;
      try {
        file = await open(path, 'r');
        const index = await indexLines(file);
        const lines: LogLine[] = [];
        await readLines(file, index, from, from + limit, (line) => lines.push(shown(line)));
        return ok({ lines, total: index.total });
      } catch (error) {
        return missing(error, runId);
      } finally {
        await file?.close();
      }
    },
  };
}

/** A run id becomes part of a path: only what the contract lets through. */
function pathOf(folder: string, runId: string): string | null {
  return /^[0-9A-Za-z-]{8,64}$/.test(runId) ? join(folder, `${runId}.log`) : null;
}

interface OpenLogOptions {
  folder: string;
  path: string;
  runId: string;
  clock: Clock;
  ringSize: number;
}

async function openLog(options: OpenLogOptions, onClosed: () => void): Promise<Result<RunLog>> {
  const { folder, path } = options;
  let file: FileHandle | undefined;
  try {
    await mkdir(folder, { recursive: true });
    file = await open(path, constants.O_RDWR | constants.O_CREAT);
    const index = await indexLines(file);
    const { size } = await file.stat();
    // What a station that was killed left of a line. Its container gives the whole line again: `lastEngineAt` is before it.
    if (size > index.bytes) await file.truncate(index.bytes);
    if (size === 0) syncFolder(folder);
    return ok(await createRunLog({ ...options, file, index }, onClosed));
  } catch (error) {
    await file?.close();
    return fileFault(error, path);
  }
}

async function createRunLog(
  { file, path, index, runId, clock, ringSize }: OpenLogOptions & { file: FileHandle; index: LineIndex },
  onClosed: () => void,
): Promise<RunLog> {
  let ring: LogLine[] = [];
  let lastEngineAt: string | undefined;
  const remember = (line: StoredLine): void => {
    lastEngineAt = line.engineAt ?? lastEngineAt;
    ring.push(shown(line));
    if (ring.length >= 2 * ringSize) ring = ring.slice(-ringSize);
  };
  await readLines(file, index, Math.max(0, index.total - ringSize), index.total, remember);
  if (lastEngineAt === undefined) {
    await readLines(file, index, 0, index.total, ({ engineAt }) => (lastEngineAt = engineAt ?? lastEngineAt));
  }
  let total = index.total;
  let closing: Promise<Result<void>> | null = null;
  const appended = createEmitter<LogLine>();
  const writer = createLogWriter({ file, path, clock, index });
  const fromRing = (from: number, to: number): LogLine[] =>
    ring.filter(({ seq }) => seq >= from && seq < to).map((line) => ({ ...line }));

  /** From the file, and what a disk that refuses keeps out of it from memory. */
  async function readPart(from: number, to: number, onLine: (line: LogLine) => void): Promise<Result<void>> {
    await writer.drain();
    const inFile = Math.min(to, writer.written);
    try {
      await readLines(file, index, from, inFile, (line) => onLine(shown(line)));
    } catch (error) {
      return missing(error, runId);
    }
    for (const line of fromRing(Math.max(from, inFile), to)) onLine(line);
    return ok();
  }

  return {
    appended,
    append(source, text, at, engineAt) {
      if (closing !== null) throw new Error(`The log of run ${runId} is closed`);
      // A time that is none (an engine's stamp that could not be read) is now.
      const time = Number.isNaN(new Date(at).getTime()) ? clock.now() : Math.floor(at);
      const line: LogLine = { seq: total, at: time, source, text };
      const stored: StoredLine = engineAt === undefined ? line : { ...line, engineAt };
      total += 1;
      remember(stored);
      writer.append(stored);
      appended.emit(line);
    },
    get lastEngineAt() {
      return lastEngineAt;
    },
    get total() {
      return total;
    },
    recent: () => fromRing(total - ringSize, total),
    async read(from, limit) {
      const to = Math.min(from + limit, total);
      const first = ring[0]?.seq;
      if (first !== undefined && from >= first) return ok(fromRing(from, to));
      const lines: LogLine[] = [];
      const read = await readPart(from, to, (line) => lines.push(line));
      return read.ok ? ok(lines) : read;
    },
    replay: (onLine) => readPart(0, total, onLine),
    flush: () => writer.sync(),
    close() {
      closing ??= (async () => {
        const synced = await writer.sync();
        writer.dispose();
        await file.close();
        onClosed();
        return synced;
      })();
      return closing;
    },
  };
}

function shown({ seq, at, source, text }: StoredLine): LogLine {
  return { seq, at, source, text };
}

function missing(error: unknown, runId: string): Result<never> {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return fail('log-missing', { run: runId }, error.message);
}
