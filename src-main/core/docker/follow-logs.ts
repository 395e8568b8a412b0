import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { sleep, type Clock } from '../clock.js';
import type { Connection } from './connection.js';
import { toContainerInfo } from './container-info.js';
import type { ContainerInfo, ContainerLogLine } from './engine.js';
import { createFrameReader, FrameError } from './log-frames.js';
import { createLineReader, type LineReader } from './log-lines.js';
import { containerSchema } from './schemas.js';
import { toReadable } from './to-readable.js';

/** How long to wait before a stream that ended too early is resumed, in ms. */
const resumeWait = 250;
/** How long the engine takes to say that a container has ended after its output has, in ms. */
const endWait = 50;
/** How long the engine may take to begin a stream, in ms. */
const beginLimit = 30_000;

/**
 * See `Engine.followLogs`. A stream may end for many reasons: the container has ended, the engine was
 * stopped, the connection broke. So it is over only when a stream that was begun after the container had
 * ended came to its end: the one before may have missed its last lines.
 */
export async function followLogs(
  { connection, clock }: { connection: Connection; clock: Clock },
  id: string,
  options: { since?: string; signal: AbortSignal; onLine: (line: ContainerLogLine) => void },
): Promise<Result<void>> {
  const { signal } = options;
  const reader = createLineReader(options.since, (line) => {
    if (!signal.aborted) options.onLine(line);
  });
  const complete = (): Result<void> => {
    reader.end();
    return ok();
  };
  let wasThere = false;
  for (;;) {
    if (!(await connection.whenReady(signal))) {
      return isAborted(signal) ? ok() : fail('station-stopping');
    }
    const container = await inspect(connection, id, signal);
    if (isAborted(signal)) return ok();
    if (!container.ok) {
      // Removed while it was followed: it has ended, and took its log along.
      if (container.error.code === 'container-gone') return wasThere ? complete() : container;
      if (!isLoss(container.error.code)) return container;
      await sleep(clock, resumeWait, signal);
      continue;
    }
    wasThere = true;
    const { state } = container.value;
    const outcome = await readStream(connection, id, reader, signal);
    if (isAborted(signal)) return ok();
    if (!outcome.ok && outcome.error.code === 'container-gone') return complete();
    if (!outcome.ok && !isLoss(outcome.error.code)) return outcome;
    const isWhole = outcome.ok && outcome.value === 'complete';
    if (isWhole && (state === 'exited' || state === 'dead')) return complete();
    // A stream that ended well most likely ended with its container, which is said a moment later.
    await sleep(clock, isWhole && state === 'running' ? endWait : resumeWait, signal);
  }
}

/** Read anew: it changes while something is awaited. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function isLoss(code: string): boolean {
  return code === 'engine-lost' || code === 'engine-absent' || code === 'engine-refused';
}

function inspect(connection: Connection, id: string, signal: AbortSignal): Promise<Result<ContainerInfo>> {
  return connection.call(
    async ({ docker }, abortSignal) => {
      const answer: unknown = await docker.getContainer(id).inspect({ abortSignal });
      return toContainerInfo(containerSchema.parse(answer));
    },
    { signal },
  );
}

/** Reads one stream to its end. `broken`: it did not end by itself, or what came was not the engine's format. */
async function readStream(
  connection: Connection,
  id: string,
  reader: LineReader,
  signal: AbortSignal,
): Promise<Result<'complete' | 'broken'>> {
  const { since } = reader;
  const begun = await connection.call(
    async ({ docker, ended }, abortSignal) => {
      // It aborts while the stream is being begun, never later: then the stream lives until it is destroyed.
      const stream = toReadable(
        await docker.getContainer(id).logs({
          follow: true,
          stdout: true,
          stderr: true,
          timestamps: true,
          abortSignal,
          // The library's type says number, which has too few digits for nanoseconds.
          ...(since === undefined ? {} : { since: since as unknown as number }),
        }),
      );
      return { stream, ended };
    },
    { signal, deadlineMs: beginLimit },
  );
  if (!begun.ok) return begun;
  const { stream, ended } = begun.value;
  reader.begin();
  return new Promise((resolve) => {
    const finish = (outcome: 'complete' | 'broken'): void => {
      signal.removeEventListener('abort', stop);
      ended.removeEventListener('abort', stop);
      stream.destroy();
      resolve(ok(outcome));
    };
    const stop = (): void => finish('broken');
    let failedInside = false;
    const frames = createFrameReader((frame) => {
      // A message of the engine's own: it could not read on.
      if (frame.source === 'engine') failedInside = true;
      else reader.read(frame);
    });
    stream.on('data', (chunk: Buffer) => {
      try {
        frames.read(chunk);
      } catch (thrown) {
        if (!(thrown instanceof FrameError)) throw thrown;
        stop();
      }
    });
    stream.on('end', () => finish(failedInside ? 'broken' : 'complete'));
    stream.on('error', stop);
    stream.on('close', stop);
    signal.addEventListener('abort', stop);
    ended.addEventListener('abort', stop);
    if (signal.aborted || ended.aborted) stop();
  });
}
