import { StringDecoder } from 'node:string_decoder';
import {
  buildMessageSchema,
  exitCodeIn,
  failureOf,
  imageOf,
  type BuildEvent,
  type BuildReader,
} from './build-events.js';
import { withoutColours } from './output-text.js';
import { ProtobufError, readProtobuf, type ProtobufField } from './protobuf.js';

/** The `id` of the messages that carry BuildKit's own status. */
export const traceId = 'moby.buildkit.trace';

/**
 * Reads what BuildKit says: `aux` of messages `moby.buildkit.trace` is a StatusResponse in protobuf (buildkit,
 * api/services/control/control.proto: 1 vertexes, 3 logs), and where an engine shows it as plain text, lines
 * `#5 [2/3] RUN make`, `#5 0.3 output`, `#5 DONE 0.4s`.
 */
export function createBuildKitReader(): BuildReader {
  interface Vertex {
    key: string;
    ended: boolean;
    decoder: StringDecoder;
    rest: string;
  }
  const vertexes = new Map<string, Vertex>();
  let plainRest = '';

  function begin(key: string, name: string): BuildEvent[] {
    vertexes.set(key, { key, ended: false, decoder: new StringDecoder('utf8'), rest: '' });
    const numbered = /^\[(?:[^\]]* )?(\d+)\/(\d+)\] (.*)$/s.exec(name);
    const place = numbered === null ? null : { at: Number(numbered[1]), of: Number(numbered[2]) };
    const text = numbered?.[3] ?? name.replace(/^\[internal\] /, '');
    return [{ type: 'step', key, text, place }];
  }

  function end(key: string, state: 'done' | 'cached' | 'failed', exitCode: number | null): BuildEvent[] {
    const vertex = vertexes.get(key);
    if (vertex === undefined || vertex.ended) return [];
    vertex.ended = true;
    const last = vertex.rest + vertex.decoder.end();
    vertex.rest = '';
    return [
      ...(last === '' ? [] : [output(key, last)]),
      { type: 'end', key, state, ...(exitCode === null ? {} : { exitCode }) },
    ];
  }

  const output = (key: string, line: string): BuildEvent => ({
    type: 'output',
    key,
    text: withoutColours(line.replace(/\r$/, '').replace(/^.*\r/, '')),
    source: 'out',
  });

  function readVertex(fields: ProtobufField[]): BuildEvent[] {
    const key = textOf(fields, 1);
    const name = textOf(fields, 3);
    const failure = textOf(fields, 7);
    const cached = numberOf(fields, 4) === 1;
    const begun = bytesOf(fields, 5) !== undefined || cached;
    const events = vertexes.has(key) || !begun ? [] : begin(key, name);
    if (failure !== '') return [...events, ...end(key, 'failed', exitCodeIn(failure))];
    if (bytesOf(fields, 6) === undefined && !cached) return events;
    return [...events, ...end(key, cached ? 'cached' : 'done', null)];
  }

  function readLog(fields: ProtobufField[]): BuildEvent[] {
    const vertex = vertexes.get(textOf(fields, 1));
    const bytes = bytesOf(fields, 4);
    if (vertex === undefined || bytes === undefined) return [];
    const lines = (vertex.rest + vertex.decoder.write(bytes)).split('\n');
    vertex.rest = lines.pop() ?? '';
    return lines.map((line) => output(vertex.key, line));
  }

  function readTrace(aux: unknown): BuildEvent[] {
    if (typeof aux !== 'string') return [];
    try {
      return readProtobuf(Buffer.from(aux, 'base64')).flatMap(({ number, value }) => {
        if (typeof value === 'number') return [];
        if (number === 1) return readVertex(readProtobuf(value));
        return number === 3 ? readLog(readProtobuf(value)) : [];
      });
    } catch (error) {
      if (!(error instanceof ProtobufError)) throw error;
      return [{ type: 'output', key: null, text: `${traceId}: ${error.message}`, source: 'station' }];
    }
  }

  function readPlain(line: string): BuildEvent[] {
    const match = /^#(\d+) (.*)$/s.exec(withoutColours(line));
    const [, key = '', text = ''] = match ?? [];
    if (match === null) return line === '' ? [] : [{ type: 'output', key: null, text: line, source: 'out' }];
    if (!vertexes.has(key)) return begin(key, text);
    if (text === 'CACHED') return end(key, 'cached', null);
    if (/^DONE( [\d.]+s)?$/.test(text)) return end(key, 'done', null);
    const failure = /^ERROR:? (.*)$/s.exec(text);
    if (failure !== null) return end(key, 'failed', exitCodeIn(failure[1] ?? ''));
    return [output(key, text.replace(/^\d+\.\d+ /, ''))];
  }

  return {
    read(message) {
      const parsed = buildMessageSchema.safeParse(message);
      if (!parsed.success) return [];
      const { id, aux, stream } = parsed.data;
      if (id === traceId) return readTrace(aux);
      const failure = failureOf(parsed.data);
      if (failure !== null) return [failure];
      const image = imageOf(aux);
      if (image !== null) return [{ type: 'image', id: image }];
      if (stream === undefined) return [];
      const lines = (plainRest + stream).split('\n');
      plainRest = lines.pop() ?? '';
      return lines.flatMap(readPlain);
    },
    end() {
      const last = plainRest === '' ? [] : readPlain(plainRest);
      plainRest = '';
      return [...last, ...[...vertexes.keys()].flatMap((key) => end(key, 'done', null))];
    },
  };
}

function bytesOf(fields: ProtobufField[], number: number): Buffer | undefined {
  const value = fields.find((field) => field.number === number)?.value;
  return typeof value === 'object' ? value : undefined;
}

function textOf(fields: ProtobufField[], number: number): string {
  return bytesOf(fields, number)?.toString('utf8') ?? '';
}

function numberOf(fields: ProtobufField[], number: number): number {
  const value = fields.find((field) => field.number === number)?.value;
  return typeof value === 'number' ? value : 0;
}
