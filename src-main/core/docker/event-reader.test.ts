import { describe, expect, it } from 'vitest';
import type { ContainerEvent } from './engine.js';
import { createEventReader, type EventReader } from './event-reader.js';

const station = 'station-1';
const id = '4d54af1684ca59f8bcdf722e13394f605a34efee19ab1efbcc5696bb4bfc6f69';

function attributes(more: Record<string, string> = {}): Record<string, string> {
  return { image: 'flasher', name: 'bay1', 'io.slipway.station': station, 'io.slipway.bay': '1', ...more };
}

/** As engines up to API 1.51 send it. */
function bothForms(action: string, nanoseconds: number, more: Record<string, string> = {}): string {
  return `${JSON.stringify({
    status: action,
    id,
    from: 'flasher',
    Type: 'container',
    Action: action,
    Actor: { ID: id, Attributes: attributes(more) },
    scope: 'local',
    time: Math.floor(nanoseconds / 1e9),
    timeNano: nanoseconds,
  })}\n`;
}

/** As engines from API 1.52 on send it. */
function newForm(action: string, nanoseconds: number, more: Record<string, string> = {}): string {
  return `${JSON.stringify({
    Type: 'container',
    Action: action,
    Actor: { ID: id, Attributes: attributes(more) },
    scope: 'local',
    time: Math.floor(nanoseconds / 1e9),
    timeNano: nanoseconds,
  })}\n`;
}

function setUp(): { reader: EventReader; events: ContainerEvent[] } {
  const events: ContainerEvent[] = [];
  return { reader: createEventReader(station, (event) => events.push(event)), events };
}

describe('the reader of engine events', () => {
  it.each([
    ['both forms', bothForms],
    ['the new form only', newForm],
  ])('understands %s', (_, make) => {
    const { reader, events } = setUp();
    reader.read(Buffer.from(make('start', 1e18) + make('die', 1.1e18, { exitCode: '137' })));
    const ours = { 'io.slipway.station': station, 'io.slipway.bay': '1' };
    expect(events).toEqual([
      { type: 'started', containerId: id, labels: ours, exitCode: null },
      { type: 'died', containerId: id, labels: ours, exitCode: 137 },
    ]);
  });

  it('understands engines that know no actor in the old form', () => {
    const { reader, events } = setUp();
    reader.read(Buffer.from(`${JSON.stringify({ status: 'die', id, time: 1 })}\n`));
    // Without attributes nothing says that it is ours.
    expect(events).toEqual([]);
  });

  it('puts together what was split anywhere, even within a character', () => {
    const { reader, events } = setUp();
    const bytes = Buffer.from(bothForms('start', 1e18, { operator: 'Núñez' }) + bothForms('destroy', 1.2e18));
    for (const byte of bytes) reader.read(Buffer.of(byte));
    expect(events.map(({ type }) => type)).toEqual(['started', 'removed']);
    expect(events[0]?.labels['operator']).toBe('Núñez');
  });

  it('passes over what is none of ours, and over what is no event', () => {
    const { reader, events } = setUp();
    reader.read(Buffer.from(`not json\n\n${bothForms('exec_create: ls', 1e18)}{"Type":3}\n`));
    reader.read(Buffer.from(bothForms('start', 1e18, { 'io.slipway.station': 'another' })));
    expect(events).toEqual([]);
  });

  it('tells none twice when the next stream begins a little earlier', () => {
    const { reader, events } = setUp();
    const [first, second] = [bothForms('start', 1_700_000_000.2e9), bothForms('die', 1_700_000_000.7e9)];
    reader.read(Buffer.from(first + second.slice(0, 20)));
    expect(reader.since).toBe(1_700_000_000);
    reader.begin();
    reader.read(Buffer.from(first + second));
    expect(events.map(({ type }) => type)).toEqual(['started', 'died']);
  });
});
