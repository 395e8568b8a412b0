import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ok, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import type { RunOptions, RunOutcome } from '../container-files/container-files-engine.js';
import type { Connection } from './connection.js';
import { killedCode, killMarked, markOf, readExitCode } from './exec.js';
import { createFrameReader } from './log-frames.js';
import { toReadable } from './to-readable.js';

/** How much of what a command complains about is kept, in characters. */
const mostComplaints = 4000;
const defaultLimit = 1024 * 1024;

/** See `ContainerFilesEngine.run`. What it reads and writes goes through at the pace of the slower side. */
export async function runInContainer(
  { connection, clock }: { connection: Connection; clock: Clock },
  id: string,
  options: RunOptions,
): Promise<Result<RunOutcome>> {
  const { command, user, signal, input, output, outputLimit = defaultLimit } = options;
  const mark = markOf(randomUUID());
  const begun = await connection.call(
    async ({ docker, ended }, abortSignal) => {
      const made = await docker.getContainer(id).exec({
        Cmd: command,
        // Its complaints are read.
        Env: ['LC_ALL=C', mark],
        AttachStdin: input !== undefined,
        AttachStdout: true,
        AttachStderr: true,
        Tty: false,
        User: user ?? '0:0',
      });
      const stream = await made.start({
        Detach: false,
        Tty: false,
        ...(input === undefined ? {} : { hijack: true, stdin: true }),
        abortSignal,
      });
      return { execId: made.id, stream, ended };
    },
    { signal },
  );
  if (!begun.ok) return begun;
  const { execId, stream, ended } = begun.value;

  const kept: Buffer[] = [];
  let size = 0;
  let complaints = '';
  const frames = createFrameReader(({ source, payload }) => {
    if (source !== 'out') {
      complaints = (complaints + payload.toString('utf8')).slice(0, mostComplaints);
    } else if (output !== undefined) {
      demultiplexed.push(payload);
    } else {
      if (size < outputLimit) kept.push(payload.subarray(0, outputLimit - size));
      size += payload.length;
    }
  });
  const demultiplexed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      frames.read(chunk);
      done();
    },
  });

  const stop = (): void => {
    input?.destroy();
    stream.destroy();
  };
  for (const each of [signal, ended]) each.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const feeding = input === undefined ? Promise.resolve() : feed(input, stream);
  try {
    if (output === undefined) await pipeline(toReadable(stream), demultiplexed.resume());
    else await pipeline(toReadable(stream), demultiplexed, output);
  } catch (error) {
    // The disk of whoever reads may be full, the engine gone: whoever looks at the streams' ends says which.
    complaints ||= error instanceof Error ? error.message : String(error);
  }
  for (const each of [signal, ended]) each.removeEventListener('abort', stop);
  input?.destroy();
  // The program may have ended before it had read all, and nobody takes the rest: not even an end of it would come.
  stream.destroy();
  await feeding;
  const outcome = (exitCode: number): Result<RunOutcome> =>
    ok({ exitCode, output: Buffer.concat(kept), complaints, truncated: size > outputLimit });
  // Whoever read it has gone: nobody waits for the rest.
  if (signal.aborted || (output !== undefined && !output.writableFinished)) {
    await killMarked(connection, id, mark);
    return outcome(killedCode);
  }
  const exitCode = await readExitCode(connection, clock, execId);
  return exitCode.ok ? outcome(exitCode.value) : exitCode;
}

/** Writes what comes and says that it was all. Whoever reads may go away in the middle, and its exit code says why. */
async function feed(input: NodeJS.ReadableStream, stream: Duplex): Promise<void> {
  try {
    for await (const chunk of input) {
      if (stream.destroyed || !stream.writable) return;
      if (!stream.write(chunk)) await drained(stream);
    }
    stream.end();
  } catch {
    // What ended the input badly is told by whoever made it; the command must not take it for whole.
    stream.destroy();
  }
}

function drained(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done).off('error', done);
      resolve();
    };
    stream.on('drain', done).on('close', done).on('error', done);
  });
}
