import { describe, expect, it } from 'vitest';
import type { EventMessage } from '../../../src-shared/contract.js';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createFakeTerminalSource } from '../../../test/fakes/terminal-source.js';
import { createOutputRing } from './output-ring.js';
import { createTerminals } from './terminals.js';

const size = { columns: 80, rows: 24 };
const kibi = 1024;

function setUp() {
  const clock = createFakeClock();
  const terminals = createTerminals({ clock });
  const source = createFakeTerminalSource();
  const terminal = terminals.open({ kind: 'shell', size, source });
  const { id } = terminal;
  const { write, resize, ack, close } = {
    write: terminals.handlers['terminal.write'],
    resize: terminals.handlers['terminal.resize'],
    ack: terminals.handlers['terminal.ack'],
    close: terminals.handlers['terminal.close'],
  };
  const watch = () => {
    const messages: EventMessage<'terminal'>[] = [];
    const subscription = terminals.streams.terminal({ id }, (message) => messages.push(message));
    return {
      messages,
      text: () =>
        Buffer.concat(messages.flatMap((each) => (each.kind === 'output' ? [each.bytes] : []))).toString(),
      position: () =>
        messages.reduce((last, each) => (each.kind === 'output' ? each.from + each.bytes.length : last), 0),
      viewer: () => (messages[0]?.kind === 'state' ? messages[0].viewer : -1),
      last: () => messages.at(-1),
      dispose: () => subscription.dispose(),
    };
  };
  return { clock, terminals, source, terminal, id, write, resize, ack, close, watch };
}

describe('a terminal', () => {
  it('shows the first output at once, and what follows in a moment in one piece', () => {
    const { clock, source, watch } = setUp();
    const window = watch();
    source.say('a');
    source.say('b');
    source.say('c');
    expect(window.text()).toBe('a');
    clock.advance(10);
    expect(window.text()).toBe('abc');
    expect(window.messages).toHaveLength(3);
  });

  it('gives a character whole that came in two pieces', () => {
    const { clock, source, watch } = setUp();
    const window = watch();
    const bytes = Buffer.from('ñ');
    source.say(bytes.subarray(0, 1));
    source.say(bytes.subarray(1));
    clock.advance(10);
    expect(window.text()).toBe('ñ');
  });

  it('replays what is left of its output to a window that comes back, marked as such', () => {
    const { source, watch } = setUp();
    source.say('before');
    const window = watch();
    expect(window.messages).toMatchObject([
      { kind: 'state', terminal: { kind: 'shell', size, ended: null } },
      { kind: 'output', from: 0, isReplay: true },
    ]);
    expect(window.text()).toBe('before');
    source.say(' after');
    expect(window.last()).toMatchObject({ kind: 'output', from: 6, isReplay: false });
  });

  it('pauses its source when a window falls behind, and goes on when it has caught up', async () => {
    const { id, source, watch, ack } = setUp();
    const window = watch();
    source.say('x'.repeat(512 * kibi));
    expect(source.paused).toBe(false);
    source.say('x');
    expect(source.paused).toBe(true);
    await ack({ id, viewer: window.viewer(), position: 256 * kibi });
    expect(source.paused).toBe(true);
    await ack({ id, viewer: window.viewer(), position: 512 * kibi });
    expect(source.paused).toBe(false);
  });

  it('believes no acknowledgement of what it has not sent', async () => {
    const { id, source, watch, ack } = setUp();
    const window = watch();
    await ack({ id, viewer: window.viewer(), position: 10 ** 9 });
    source.say('x'.repeat(600 * kibi));
    expect(source.paused).toBe(true);
  });

  it('waits for no window that has gone', () => {
    const { source, watch } = setUp();
    const window = watch();
    source.say('x'.repeat(600 * kibi));
    expect(source.paused).toBe(true);
    window.dispose();
    expect(source.paused).toBe(false);
  });

  it('reads a flood that nobody looks at at a pace, and keeps its end alone', () => {
    const { clock, source, watch } = setUp();
    for (let piece = 0; piece < 40; piece += 1) source.say(`${'y'.repeat(16 * kibi - 1)}\n`);
    expect(source.paused).toBe(true);
    clock.advance(100);
    expect(source.paused).toBe(false);
    const window = watch();
    expect(window.text().length).toBeLessThanOrEqual(256 * kibi);
    expect(window.text().startsWith('yyy')).toBe(true);
    expect(window.position()).toBe(40 * 16 * kibi);
  });

  it('takes input as text or as bytes', async () => {
    const { id, write, source } = setUp();
    await write({ id, data: 'ñ', encoding: 'text' });
    await write({ id, data: '\x1b[M\xff', encoding: 'binary' });
    expect(source.written).toEqual(['Ã±', '\x1b[M\xff']);
  });

  it('hands a new size on once, and tells every window', async () => {
    const { id, resize, source, watch } = setUp();
    const window = watch();
    await resize({ id, columns: 100, rows: 30 });
    await resize({ id, columns: 100, rows: 30 });
    expect(source.sizes).toEqual([{ columns: 100, rows: 30 }]);
    expect(window.last()).toMatchObject({ kind: 'state', terminal: { size: { columns: 100, rows: 30 } } });
  });

  it('shows its last output and its end, and takes no more input', async () => {
    const { clock, id, source, watch, write, terminal } = setUp();
    const window = watch();
    source.say('a');
    source.say('bye');
    source.end({ exitCode: 3, fault: null });
    expect(window.text()).toBe('abye');
    expect(window.last()).toMatchObject({ kind: 'state', terminal: { ended: { exitCode: 3, fault: null } } });
    expect(await write({ id, data: 'x', encoding: 'text' })).toMatchObject({
      error: { code: 'terminal-ended' },
    });
    expect(await terminal.ended).toEqual({ at: clock.now(), exitCode: 3, fault: null });
    expect(watch().text()).toBe('abye');
  });

  it('ends its source when it is closed, and is gone', async () => {
    const { id, source, watch, close, write } = setUp();
    const window = watch();
    await close({ id });
    expect(source.closed).toBe(true);
    expect(window.last()).toEqual({ kind: 'gone' });
    expect(await write({ id, data: 'x', encoding: 'text' })).toMatchObject({
      error: { code: 'terminal-unknown' },
    });
    expect(watch().messages).toEqual([{ kind: 'gone' }]);
    expect(await close({ id })).toMatchObject({ ok: true });
  });

  it('ends with the station', async () => {
    const { source, terminals, clock } = setUp();
    source.say('x');
    await terminals.stop();
    expect(source.closed).toBe(true);
    expect(clock.timers).toBe(0);
  });
});

describe('the ring of a terminal’s output', () => {
  it('keeps the last bytes, and begins with a whole line', () => {
    const ring = createOutputRing(16);
    ring.append(Buffer.from('first line\n'));
    ring.append(Buffer.from('second line\n'));
    expect(Buffer.from(ring.content()).toString()).toBe('second line\n');
    expect([ring.position, ring.size]).toEqual([23, 16]);
  });

  it('begins with a whole character where there is no end of a line', () => {
    const ring = createOutputRing(5);
    ring.append(Buffer.from('ñññ'));
    expect(Buffer.from(ring.content()).toString()).toBe('ññ');
  });

  it('keeps no memory of the buffers that it was given', () => {
    const ring = createOutputRing(8);
    const pool = Buffer.from('abcdefgh');
    ring.append(pool.subarray(0, 4));
    pool.fill(0);
    expect(Buffer.from(ring.content()).toString()).toBe('abcd');
  });
});
