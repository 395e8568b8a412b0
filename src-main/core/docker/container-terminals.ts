import type { Duplex } from 'node:stream';
import { Socket } from 'node:net';
import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { TerminalEnding, TerminalSize } from '../../../src-shared/model/terminal.js';
import { sleep, type Clock } from '../clock.js';
import type { TerminalSource } from '../terminals/source.js';
import type { Connection } from './connection.js';
import { killedCode, killMarked, markOf, readExitCode } from './exec.js';

/** A source that ends for a reason that only the station knows. */
export interface StoppableSource extends TerminalSource {
  /** Ends what runs, and gives this as the reason. */
  stop(reason: Fault): Promise<void>;
}

/** Programs with a terminal, in containers. Whose containers they are is for the caller to know. */
export interface ContainerTerminals {
  /**
   * Begins a program in a running container. Its processes are known by `mark`: `close` kills them, and so can a later
   * life of the station (`killMarked`). Expected failures: `container-gone`, `container-not-running`, `engine-lost`.
   */
  exec(options: {
    containerId: string;
    command: string[];
    env: Record<string, string>;
    mark: string;
    size: TerminalSize;
  }): Promise<Result<StoppableSource>>;
  /**
   * Starts a container that was made with `terminal`, and is at its main process. `end` is how the container is brought to
   * its end. Expected failures: as `Engine.startContainer`.
   */
  start(options: {
    containerId: string;
    start: () => Promise<Result<void>>;
    end: () => Promise<void>;
    size: TerminalSize;
  }): Promise<Result<StoppableSource>>;
  /** Kills what an earlier life of the station left under this mark. Never fails: a container that is gone has nothing left. */
  killMarked(containerId: string, mark: string): Promise<void>;
}

/** A program that has just been begun cannot be given a size yet: so many attempts, so far apart (ms), as Docker's own client. */
const sizeAttempts = 10;
const sizePause = 20;
/** How long a killed program's last output is waited for, in ms. */
const lastOutput = 2000;
/** How long after its processes a killed container is over, at most, in ms. */
const lastBreath = 300;
/** As much of the output is looked at for the engine's own words, in bytes. */
const headLength = 400;

export function createContainerTerminals(parts: {
  connection: Connection;
  clock: Clock;
}): ContainerTerminals {
  const { connection, clock } = parts;

  async function setSize(
    resize: (size: TerminalSize) => Promise<Result<void>>,
    size: TerminalSize,
  ): Promise<void> {
    for (let attempt = 1; attempt <= sizeAttempts; attempt += 1) {
      const done = await resize(size);
      // The program may be over already; then its size is nobody's concern.
      if (done.ok || !(await sleep(clock, sizePause * attempt, connection.disposed))) return;
    }
  }

  const missing = (head: string): boolean => /OCI runtime exec failed|executable file not found/.test(head);

  return {
    killMarked: (containerId, mark) => killMarked(connection, containerId, markOf(mark)),

    async exec({ containerId, command, env, mark, size }) {
      const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const begun = await connection.call(async ({ docker, ended }, abortSignal) => {
        const made = await docker.getContainer(containerId).exec({
          Cmd: command,
          Env: [...variables, markOf(mark)],
          AttachStdin: true,
          AttachStdout: true,
          AttachStderr: true,
          Tty: true,
        });
        const stream: unknown = await made.start({
          hijack: true,
          stdin: true,
          Tty: true,
          Detach: false,
          abortSignal,
        });
        return { execId: made.id, socket: toSocket(stream), ended };
      });
      if (!begun.ok) return begun;
      const { execId, socket, ended } = begun.value;
      const resize = ({ columns, rows }: TerminalSize): Promise<Result<void>> =>
        connection.call(async ({ docker }, abortSignal) => {
          await docker.getExec(execId).resize({ w: columns, h: rows, abortSignal });
        });
      await setSize(resize, size);
      return ok(
        createSource({
          socket,
          engineEnded: ended,
          clock,
          resize,
          kill: () => killMarked(connection, containerId, markOf(mark)),
          async readEnd(head) {
            const code = await readExitCode(connection, clock, execId);
            // Killed with its container, it is over a moment before the container is.
            if (code.ok && code.value === killedCode) await sleep(clock, lastBreath, connection.disposed);
            const isUp = await connection.call(async ({ docker }, abortSignal) => {
              const { State } = await docker.getContainer(containerId).inspect({ abortSignal });
              return State.Running;
            });
            if (!isUp.ok && isUp.error.code !== 'container-gone') {
              return { exitCode: null, fault: isUp.error };
            }
            if (!isUp.ok || !isUp.value) return { exitCode: null, fault: fault('shell-container-ended') };
            if (!code.ok) return { exitCode: null, fault: code.error };
            const isMissing = (code.value === 126 || code.value === 127) && missing(head);
            return { exitCode: code.value, fault: isMissing ? fault('shell-missing') : null };
          },
        }),
      );
    },

    async start({ containerId, start, end, size }) {
      // Before it starts: nothing of what it says is missed.
      const attached = await connection.call(async ({ docker, ended }, abortSignal) => {
        const options = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true, abortSignal };
        const stream: unknown = await docker.getContainer(containerId).attach(options);
        return { socket: toSocket(stream), ended };
      });
      if (!attached.ok) return attached;
      const { socket, ended } = attached.value;
      const started = await start();
      if (!started.ok) {
        socket.destroy();
        return started;
      }
      const resize = ({ columns, rows }: TerminalSize): Promise<Result<void>> =>
        connection.call(async ({ docker }, abortSignal) => {
          await docker.getContainer(containerId).resize({ w: columns, h: rows, abortSignal });
        });
      await setSize(resize, size);
      return ok(
        createSource({
          socket,
          engineEnded: ended,
          clock,
          resize,
          kill: end,
          async readEnd() {
            const state = await connection.call(async ({ docker }, abortSignal) => {
              const container = docker.getContainer(containerId);
              await container.wait({ abortSignal });
              const { State } = await container.inspect({ abortSignal });
              return State.ExitCode;
            });
            if (state.ok) return { exitCode: state.value, fault: null };
            const isGone = state.error.code === 'container-gone';
            return { exitCode: null, fault: isGone ? fault('shell-container-ended') : state.error };
          },
        }),
      );
    },
  };
}

/** What the library hands out after an upgrade is the connection itself. */
function toSocket(stream: unknown): Socket {
  if (!(stream instanceof Socket)) throw new TypeError("the engine's terminal is not a socket");
  return stream;
}

function createSource(options: {
  socket: Duplex;
  /** Aborts when the engine is gone. */
  engineEnded: AbortSignal;
  clock: Clock;
  resize: (size: TerminalSize) => Promise<Result<void>>;
  kill: () => Promise<void>;
  /** How it ended, once its output has; `head` is how the output began. */
  readEnd: (head: string) => Promise<Omit<TerminalEnding, 'at'>>;
}): StoppableSource {
  const { socket, engineEnded, clock, resize, kill, readEnd } = options;
  let head = '';
  let reason: Fault | null = null;
  let isClosing = false;
  let isOver = false;
  let say: (ending: Omit<TerminalEnding, 'at'>) => void = () => undefined;
  let resolveOver: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    resolveOver = resolve;
  });

  function finish(ending: Omit<TerminalEnding, 'at'> | null): void {
    if (isOver) return;
    isOver = true;
    engineEnded.removeEventListener('abort', loseEngine);
    socket.destroy();
    const known = reason === null ? null : { exitCode: null, fault: reason };
    const read = isClosing ? Promise.resolve({ exitCode: null, fault: null }) : readEnd(head);
    const how = known ?? ending;
    void (how === null ? read : Promise.resolve(how)).then((ended) => {
      say(ended);
      resolveOver();
    });
  }

  const loseEngine = (): void => finish({ exitCode: null, fault: fault('engine-lost') });
  const end = (): void => finish(null);

  async function close(): Promise<void> {
    if (isOver) return over;
    isClosing = true;
    await kill();
    // What is not read cannot end.
    socket.resume();
    const timer = clock.after(lastOutput, end);
    await over;
    timer.dispose();
  }

  return {
    start(sink) {
      say = (ending) => sink.ended(ending);
      socket.on('data', (bytes: Buffer) => {
        if (head.length < headLength) head += bytes.toString('latin1', 0, headLength);
        sink.output(bytes);
      });
      // A connection that breaks is an end as well: how it ended is asked of the engine.
      socket.on('end', end).on('close', end).on('error', end);
      engineEnded.addEventListener('abort', loseEngine);
      if (engineEnded.aborted) loseEngine();
    },
    write: (bytes) =>
      new Promise((resolve) => {
        if (isOver || socket.destroyed) return resolve(fail('terminal-ended'));
        socket.write(bytes, (error) => resolve(error ? fail('terminal-ended') : ok()));
      }),
    resize: (size) => (isOver ? Promise.resolve(ok()) : resize(size)),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close,
    stop(why) {
      reason ??= why;
      return close();
    },
  };
}
