import { describe, expect, it } from 'vitest';
import type { BuildEvent } from './build-events.js';
import { createBuildReader } from './build-reader.js';
import { traceId } from './buildkit-reader.js';

function eventsOf(messages: unknown[]): BuildEvent[] {
  const reader = createBuildReader();
  return [...messages.flatMap((message) => reader.read(message)), ...reader.end()];
}

describe('the classic builder', () => {
  it('has steps with their output, marks what was cached, and tells fresh layers', () => {
    const events = eventsOf([
      { stream: 'Step 1/3 : FROM precise' },
      { stream: '\n' },
      { stream: ' ---> fb8ce9460aab\n' },
      { stream: 'Step 2/3 : RUN true\n' },
      { stream: ' ---> Using cache\n' },
      { stream: ' ---> 111111111111\n' },
      { stream: 'Step 3/3 : RUN echo hi\n' },
      { stream: ' ---> Running in aaaaaaaaaaaa\n' },
      { stream: '\u001b[91mhi' },
      { stream: '\n\u001b[0m10%\r100%\n' },
      { stream: 'Removing intermediate container aaaaaaaaaaaa\n ---> 222222222222\n' },
      { aux: { ID: 'sha256:2222' } },
      { stream: 'Successfully built 222222222222\n' },
      { stream: 'Successfully tagged x:latest\n' },
    ]);
    expect(events.filter(({ type }) => type === 'end')).toEqual([
      { type: 'end', key: '1', state: 'done' },
      { type: 'end', key: '2', state: 'cached' },
      { type: 'end', key: '3', state: 'done' },
    ]);
    expect(events).toContainEqual({ type: 'step', key: '3', text: 'RUN echo hi', place: { at: 3, of: 3 } });
    expect(events.flatMap((event) => (event.type === 'output' ? [event.text] : []))).toEqual(['hi', '100%']);
    expect(events).toContainEqual({ type: 'layer', id: '222222222222', fresh: true });
    expect(events).toContainEqual({ type: 'layer', id: '111111111111', fresh: false });
    expect(events).toContainEqual({ type: 'image', id: 'sha256:2222' });
  });

  it('takes nothing that a command prints for the builder’s own words about layers', () => {
    const events = eventsOf([
      { stream: 'Step 1/1 : RUN x\n ---> Running in aaaaaaaaaaaa\n ---> 333333333333\n' },
    ]);
    expect(events.some(({ type }) => type === 'layer')).toBe(false);
  });

  it('fails with the exit code of the step', () => {
    const message = "The command '/bin/sh -c exit 42' returned a non-zero code: 42";
    const events = eventsOf([
      { stream: 'Step 1/1 : RUN exit 42\n' },
      { errorDetail: { code: 42, message }, error: message },
    ]);
    expect(events.slice(-2)).toEqual([
      { type: 'end', key: '1', state: 'failed', exitCode: 42 },
      { type: 'failed', reason: message, exitCode: 42 },
    ]);
  });
});

/** Fields of a protobuf message: text or bytes with their length, or a small number. */
function message(...fields: [number, string | Buffer | number][]): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.from([number * 8, value]);
      const bytes = Buffer.from(value as string);
      const content = Buffer.isBuffer(value) ? value : bytes;
      const length =
        content.length < 128 ? [content.length] : [(content.length & 127) | 128, content.length >> 7];
      return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), content]);
    }),
  );
}
const time = message([1, 5]);
const trace = (...fields: [number, Buffer][]): unknown => ({
  id: traceId,
  aux: message(...fields).toString('base64'),
});

describe('BuildKit', () => {
  it('has steps beside each other in its trace, cached ones and one that fails', () => {
    const events = eventsOf([
      trace([1, message([1, 'a'], [3, '[1/3] FROM precise'], [5, time])]),
      trace([1, message([1, 'b'], [3, '[2/3] RUN true'], [4, 1], [5, time], [6, time])]),
      trace([1, message([1, 'c'], [3, '[3/3] RUN make'], [5, time])], [3, message([1, 'c'], [4, 'one\ntw'])]),
      trace(
        [3, message([1, 'c'], [4, 'o\n'])],
        [1, message([1, 'a'], [3, '[1/3] FROM precise'], [5, time], [6, time])],
      ),
      trace([
        1,
        message([1, 'c'], [3, 'x'], [5, time], [6, time], [7, 'did not complete successfully: exit code: 2']),
      ]),
      { errorDetail: { message: 'process "make" did not complete successfully: exit code: 2' } },
    ]);
    expect(events.filter(({ type }) => type === 'end')).toEqual([
      { type: 'end', key: 'b', state: 'cached' },
      { type: 'end', key: 'a', state: 'done' },
      { type: 'end', key: 'c', state: 'failed', exitCode: 2 },
    ]);
    expect(events.flatMap((event) => (event.type === 'output' ? [event.text] : []))).toEqual(['one', 'two']);
    expect(events.at(-1)).toMatchObject({ type: 'failed', exitCode: 2 });
  });

  it('is understood as plain text as well', () => {
    const events = eventsOf([
      { stream: '#5 [2/3] RUN make\n#5 0.312 building\n' },
      { stream: '#6 [3/3] COPY . .\n#6 CACHED\n#5 DONE 0.4s\n' },
    ]);
    expect(events).toEqual([
      { type: 'step', key: '5', text: 'RUN make', place: { at: 2, of: 3 } },
      { type: 'output', key: '5', text: 'building', source: 'out' },
      { type: 'step', key: '6', text: 'COPY . .', place: { at: 3, of: 3 } },
      { type: 'end', key: '6', state: 'cached' },
      { type: 'end', key: '5', state: 'done' },
    ]);
  });

  it('whose trace is damaged ends no build', () => {
    expect(eventsOf([{ id: traceId, aux: Buffer.from([10, 200]).toString('base64') }])).toMatchObject([
      { type: 'output', source: 'station' },
    ]);
  });
});
