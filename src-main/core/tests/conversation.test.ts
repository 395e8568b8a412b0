import { describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { createFakeUnit, type FakeUnit } from '../../../test/fakes/unit.js';
import { defaultSerialSettings } from '../../../src-shared/model/serial.js';
import { conversationSchema } from '../recipes/test-schema.js';
import { converse, type Conversed } from './conversation.js';

interface Talk {
  clock: FakeClock;
  unit: FakeUnit;
  /** What came of it; null while it goes on. */
  ended: () => Conversed | null;
}

async function begin(
  steps: Record<string, unknown>[],
  { answer = '', readsOutput = false }: { answer?: string; readsOutput?: boolean } = {},
): Promise<Talk> {
  const clock = createFakeClock();
  const unit = createFakeUnit(clock);
  unit.answer = () => answer;
  const opened = await unit.open({ ...defaultSerialSettings, node: '/dev/ttyACM0' });
  if (!opened.ok) throw new Error(opened.error.code);
  let ended: Conversed | null = null;
  void converse({
    conversation: conversationSchema.parse({ steps }),
    port: opened.value,
    clock,
    signal: new AbortController().signal,
    readsOutput,
    onStep: () => undefined,
    onHeard: () => undefined,
    onSent: () => undefined,
  }).then((conversed) => (ended = conversed));
  await clock.advanceAsync(1);
  return { clock, unit, ended: () => ended };
}

describe('a conversation', () => {
  it('takes no half value that stands at the end of what was said, not even when its time is up', async () => {
    const steps = [{ send: 'adc', expect: 'vcc=(?<vcc>[0-9.]+)', within: '1s' }];
    const { clock, unit, ended } = await begin(steps);
    await clock.advanceAsync(980);
    unit.say('vcc=3');
    await clock.advanceAsync(25);
    unit.say('9.0\r\n');
    await clock.advanceAsync(500);
    expect(ended()).toMatchObject({ end: 'done', groups: { vcc: '39.0' } });
  });

  it('waits for the rest of the line where a measurement is looked for in all that was said', async () => {
    const { clock, unit, ended } = await begin([{ send: 'adc', expect: 'vcc' }], {
      answer: 'vcc=3',
      readsOutput: true,
    });
    await clock.advanceAsync(50);
    unit.say('9.0\r\n');
    await clock.advanceAsync(1000);
    expect(ended()).toMatchObject({ end: 'done', output: 'vcc=39.0\n' });
  });

  it('ends although the unit never falls silent', async () => {
    const { clock, unit, ended } = await begin([{ send: 'adc', expect: 'vcc' }], { readsOutput: true });
    for (let times = 0; times < 60; times += 1) {
      unit.say('vcc=3.3 ');
      await clock.advanceAsync(100);
    }
    expect(ended()?.end).toBe('done');
  });

  it('knows the beginning of a line from what an earlier step has left of one', async () => {
    const steps = [
      { send: 'selftest', expect: 'ram: ' },
      { expect: '^OK', within: '1s' },
    ];
    const { clock, unit, ended } = await begin(steps, { answer: 'ram: OK?' });
    await clock.advanceAsync(50);
    unit.say(' no, 3 errors\r\n');
    await clock.advanceAsync(2000);
    expect(ended()).toMatchObject({ end: 'late', step: 2 });
  });

  it('takes a carriage return for the end of a line: what is written over it is no part of it', async () => {
    const steps = [{ send: 'adc', expect: 'done' }];
    const { clock, ended } = await begin(steps, { answer: 'vcc=3\r30 mV left\r\ndone\r\n' });
    await clock.advanceAsync(500);
    expect(ended()?.output).toBe('vcc=3\n30 mV left\ndone\n');
  });

  it('takes the two bytes of a line end for one, wherever they are torn apart', async () => {
    const { clock, unit, ended } = await begin([{ send: 'x', expect: '^done$' }], { answer: 'one\r' });
    await clock.advanceAsync(50);
    unit.say('\ndo');
    unit.say('ne\r');
    unit.say('\n');
    await clock.advanceAsync(500);
    expect(ended()).toMatchObject({ end: 'done', output: 'one\ndone\n' });
  });

  it('forgets what was said before the first question, in all that it keeps', async () => {
    const { clock, unit, ended } = await begin([{ wait: '1s', send: 'adc', expect: 'end' }], {
      answer: 'vcc=9.9\r\nend\r\n',
    });
    unit.say('vcc=3.3\r\n');
    await clock.advanceAsync(2000);
    expect(ended()?.output).toBe('vcc=9.9\nend\n');
  });

  it('keeps what was said before a question when a step before has waited for it', async () => {
    const { clock, unit, ended } = await begin([{ expect: 'login:' }, { send: 'adc', expect: 'end' }], {
      answer: 'end\r\n',
    });
    unit.say('vcc=3.3\r\nlogin: ');
    await clock.advanceAsync(2000);
    expect(ended()?.output).toBe('vcc=3.3\nlogin: end\n');
  });

  it('gives the unit its whole time, whatever happens to the time of day', async () => {
    const { clock, unit, ended } = await begin([{ send: 'boot', expect: 'login:', within: '10s' }]);
    clock.setTimeOfDay(clock.now() + 3_600_000);
    unit.say('U-Boot\r\n');
    await clock.advanceAsync(1000);
    expect(ended()).toBeNull();
    unit.say('login: ');
    await clock.advanceAsync(500);
    expect(ended()?.end).toBe('done');
  });
});
