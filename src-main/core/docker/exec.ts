import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { sleep, type Clock } from '../clock.js';
import type { Connection } from './connection.js';
import type { ExecResult } from './engine.js';
import { createFrameReader, FrameError } from './log-frames.js';
import { execSchema } from './schemas.js';
import { toReadable } from './to-readable.js';

export interface ExecOptions {
  command: string[];
  env?: Record<string, string>;
  signal: AbortSignal;
  /** In bytes. */
  outputLimit: number;
  onOutput?: (text: string) => void;
}

/** The exit code of a process that was killed, as shells have it. */
export const killedCode = 137;
/** How long an aborted command may take to be killed, in ms; with the container it ends anyway. */
const killLimit = 1000;
/** The engine notes an exit code a moment after the output has ended. */
const exitWait = 20;
const exitAttempts = 250;

/**
 * Marks the processes of one command, its children included, so that they can be found again: the engine can
 * begin a command in a container, but not end one.
 */
const marker = 'SLIPWAY_EXEC';
const killScript =
  'for p in /proc/[0-9]*; do if grep -q "$1" "$p/environ" 2>/dev/null; then kill -9 "${p#/proc/}" 2>/dev/null; fi; done; true';

/** See `Engine.exec`. */
export async function exec(
  { connection, clock }: { connection: Connection; clock: Clock },
  id: string,
  options: ExecOptions,
): Promise<Result<ExecResult>> {
  const { command, env, signal } = options;
  const output = createOutput(options);
  if (isAborted(signal)) return ok(output.result(killedCode));
  const mark = markOf(randomUUID());
  const begun = await begin(connection, id, command, [...toEnv(env), mark], signal);
  if (begun.ok) {
    const { stream, execId, ended } = begun.value;
    const outcome = await readOutput(stream, output, [signal, ended]);
    if (outcome === 'complete') {
      const exitCode = await readExitCode(connection, clock, execId);
      return exitCode.ok ? ok(output.result(exitCode.value)) : exitCode;
    }
  }
  if (isAborted(signal)) {
    await killMarked(connection, id, mark);
    return ok(output.result(killedCode));
  }
  return begun.ok ? fail('engine-lost') : begun;
}

/** Read anew: it changes while something is awaited. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function toEnv(env: Record<string, string> = {}): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

interface Begun {
  execId: string;
  stream: Readable;
  /** Aborts when the engine is gone. */
  ended: AbortSignal;
}

function begin(
  connection: Connection,
  id: string,
  command: string[],
  env: string[],
  signal: AbortSignal,
): Promise<Result<Begun>> {
  return connection.call(
    async ({ docker, ended }, abortSignal) => {
      const made = await docker
        .getContainer(id)
        .exec({ Cmd: command, Env: env, AttachStdout: true, AttachStderr: true, Tty: false });
      const stream = toReadable(await made.start({ Detach: false, Tty: false, abortSignal }));
      return { execId: made.id, stream, ended };
    },
    { signal },
  );
}

/** Collects output up to the limit; what comes after is told, but not kept. */
function createOutput({ outputLimit, onOutput }: ExecOptions) {
  const kept: Buffer[] = [];
  let size = 0;
  let truncated = false;
  const decoders = { out: new StringDecoder('utf8'), err: new StringDecoder('utf8') };
  return {
    add(source: 'out' | 'err', bytes: Buffer): void {
      const room = outputLimit - size;
      if (bytes.length > room) truncated = true;
      if (room > 0) kept.push(bytes.subarray(0, room));
      size += Math.min(bytes.length, Math.max(room, 0));
      const text = decoders[source].write(bytes);
      if (text !== '') onOutput?.(text);
    },
    result: (exitCode: number): ExecResult => ({
      exitCode,
      output: Buffer.concat(kept).toString('utf8'),
      truncated,
    }),
  };
}

function readOutput(
  stream: Readable,
  output: ReturnType<typeof createOutput>,
  signals: AbortSignal[],
): Promise<'complete' | 'broken'> {
  return new Promise((resolve) => {
    const finish = (outcome: 'complete' | 'broken'): void => {
      for (const signal of signals) signal.removeEventListener('abort', stop);
      stream.destroy();
      resolve(outcome);
    };
    const stop = (): void => finish('broken');
    const frames = createFrameReader(({ source, payload }) => {
      if (source !== 'engine') output.add(source, payload);
    });
    stream.on('data', (chunk: Buffer) => {
      try {
        frames.read(chunk);
      } catch (thrown) {
        if (!(thrown instanceof FrameError)) throw thrown;
        stop();
      }
    });
    stream.on('end', () => finish('complete'));
    stream.on('error', stop);
    stream.on('close', stop);
    for (const signal of signals) signal.addEventListener('abort', stop);
    if (signals.some((signal) => signal.aborted)) stop();
  });
}

/** The exit code of what has ended; the engine notes it a moment after the output has. */
export async function readExitCode(
  connection: Connection,
  clock: Clock,
  execId: string,
): Promise<Result<number>> {
  for (let attempt = 0; attempt < exitAttempts; attempt += 1) {
    const state = await connection.call(async ({ docker }, abortSignal) => {
      const answer: unknown = await docker.getExec(execId).inspect({ abortSignal });
      return execSchema.parse(answer);
    });
    if (!state.ok) return state;
    const { Running, ExitCode } = state.value;
    if (!Running && ExitCode !== null && ExitCode !== undefined) return ok(ExitCode);
    await sleep(clock, exitWait, connection.disposed);
  }
  return fail('container-not-running');
}

/** The variable that processes are found by. */
export const markOf = (id: string): string => `${marker}=${id}`;

/** Kills the marked processes as well as it can be done from inside; needs a shell and grep in the image. */
export async function killMarked(connection: Connection, id: string, mark: string): Promise<void> {
  // Its answer changes nothing: without a shell, or in a container that ends now, the container's end is theirs.
  await connection.call(
    async ({ docker }, abortSignal) => {
      const made = await docker
        .getContainer(id)
        .exec({ Cmd: ['sh', '-c', killScript, 'sh', mark], AttachStdout: true, Tty: false });
      const stream = toReadable(await made.start({ Detach: false, Tty: false, abortSignal }));
      await new Promise((resolve) => stream.on('error', resolve).on('close', resolve).resume());
    },
    { deadlineMs: killLimit },
  );
}
