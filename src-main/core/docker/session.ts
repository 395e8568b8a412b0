import { setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { z } from 'zod';
import { fail, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import { chooseApiVersion, oldestApi } from './api-version.js';
import { createClient, type Client } from './client.js';
import type { Endpoint } from './endpoint.js';
import { eventFilters, type EventReader } from './event-reader.js';
import { readProblem, toFault, type FaultContext } from './faults.js';
import { systemInfoSchema, versionSchema } from './schemas.js';
import { toReadable } from './to-readable.js';
import { GivenUp, within } from '../within.js';

/** How long an engine may take to say which version it is, or to begin its events, in ms. */
const answerLimit = 5000;

/** A connection to one engine, from its first answer to the end of its event stream. */
export interface Session {
  readonly endpoint: Endpoint;
  readonly version: string;
  readonly apiVersion: string;
  readonly docker: Docker;
  /** Aborts when the event stream has ended: the engine has stopped, or the way to it is broken. */
  readonly ended: AbortSignal;
  /** Begins to read events. */
  read(reader: EventReader): void;
  /** How many processors the engine's machine has. */
  processors(): Promise<number>;
  /** Asks whether the engine still answers, and ends the session when it does not. */
  check(): Promise<void>;
  /** Closes all that is open. */
  end(): void;
}

export interface SessionOptions {
  endpoint: Endpoint;
  stationId: string;
  clock: Clock;
  /** Gives the attempt up. */
  signal: AbortSignal;
  /** Where the events are to begin: see `EventReader`. */
  since: number | undefined;
  context: FaultContext;
}

/**
 * Connects to the engine at one place. Expected failures: `engine-absent`, `engine-lost`, `engine-refused`,
 * `engine-too-old`, `engine-error`.
 */
export async function openSession(options: SessionOptions): Promise<Result<Session>> {
  const { endpoint, context } = options;
  let client: Client | null = null;
  let opened: Session | null = null;
  try {
    client = await createClient(endpoint);
    const answer = await ask(client, options);
    client.dispose();
    const apiVersion = chooseApiVersion(answer.ApiVersion, answer.MinAPIVersion);
    if (apiVersion === null) {
      return fail('engine-too-old', {
        version: answer.Version,
        needed: oldestApi,
        offered: answer.ApiVersion,
      });
    }
    client = await createClient(endpoint, apiVersion);
    const events = await openEvents(client, options);
    opened = createSession({ ...options, client, events, version: answer.Version, apiVersion });
    return ok(opened);
  } catch (thrown) {
    return { ok: false, error: asFault(thrown, context) };
  } finally {
    if (opened === null) client?.dispose();
  }
}

/** The fault for what a call threw; throws again what only a bug can have thrown. */
export function asFault(thrown: unknown, context: FaultContext): Fault {
  if (thrown instanceof GivenUp) {
    return toFault({ status: null, systemCode: 'ETIMEDOUT', message: thrown.reason }, context);
  }
  if (thrown instanceof z.ZodError) {
    const [issue] = thrown.issues;
    const message = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
    return toFault({ status: 200, systemCode: null, message }, context);
  }
  const problem = readProblem(thrown);
  if (problem.status === null && problem.systemCode === null) throw thrown;
  return toFault(problem, context);
}

async function ask(
  client: Client,
  { clock, signal }: SessionOptions,
): Promise<z.infer<typeof versionSchema>> {
  const limits = { clock, deadlineMs: answerLimit, signals: [signal] };
  const answer: unknown = await within(limits, () => client.docker.version());
  return versionSchema.parse(answer);
}

async function openEvents(client: Client, options: SessionOptions): Promise<Readable> {
  const { clock, signal, since, stationId } = options;
  const stream = await within({ clock, deadlineMs: answerLimit, signals: [signal] }, (abortSignal) =>
    client.docker.getEvents({
      filters: JSON.stringify(eventFilters(stationId)),
      ...(since === undefined ? {} : { since }),
      // It aborts while the stream is being begun, never later: then the stream lives until it is destroyed.
      abortSignal,
    }),
  );
  return toReadable(stream);
}

function createSession(options: {
  client: Client;
  events: Readable;
  endpoint: Endpoint;
  version: string;
  apiVersion: string;
  clock: Clock;
}): Session {
  const { client, events, endpoint, version, apiVersion, clock } = options;
  const controller = new AbortController();
  const ended = controller.signal;
  // One listener for each call and each follower that is under way.
  setMaxListeners(0, ended);
  let processors: Promise<number> | null = null;

  const end = (): void => {
    if (ended.aborted) return;
    controller.abort();
    events.destroy();
    client.dispose();
  };
  events.on('end', end).on('error', end).on('close', end);

  const limits = { clock, deadlineMs: answerLimit, signals: [ended] };
  return {
    endpoint,
    version,
    apiVersion,
    docker: client.docker,
    ended,
    end,
    read(reader) {
      reader.begin();
      events.on('data', (chunk: Buffer) => reader.read(chunk));
    },
    processors() {
      processors ??= within(limits, async () => {
        const answer: unknown = await client.docker.info();
        return systemInfoSchema.parse(answer).NCPU;
      });
      return processors;
    },
    async check() {
      try {
        await within(limits, () => client.docker.version());
      } catch (thrown) {
        asFault(thrown, { endpoint: endpoint.uri, hasAnswered: true });
        end();
      }
    },
  };
}
