import { describe, expect, it } from 'vitest';
import { createFakeBay, logRecipe, type FakeBay } from '../../../test/fakes/bay.js';
import { createRun } from '../../../test/fakes/records.js';

const typed = `${logRecipe}identity: { operator: { pattern: '^W-[0-9]{4}$' } }\n`;
const read = `${logRecipe}retries: 2
identity:
  read: { steps: [{ send: id, expect: 'serial=(?<serial>\\S+) model=(?<model>\\S+)', within: 2s }] }
`;

async function plugged(recipe: string, answer = ''): Promise<FakeBay> {
  const fake = createFakeBay({ recipe });
  fake.unit.answer = () => answer;
  await fake.plug();
  await fake.pass(500);
  return fake;
}

describe('a serial number that the operator gives', () => {
  it('is waited for before anything is made, and goes on record', async () => {
    const fake = await plugged(typed);
    expect(fake.bay.view().run?.asks).toMatchObject({ kind: 'identity', pattern: '^W-[0-9]{4}$' });
    expect(fake.engine.containers()).toEqual([]);
    expect(fake.bay.identify(' W-0042\r')).toEqual({ ok: true, value: undefined });
    await fake.pass();
    expect(fake.records.saved.at(-1)).toMatchObject({
      unitSerial: 'W-0042',
      identity: { source: 'operator', serial: 'W-0042' },
    });
    expect(fake.engine.containers()).toHaveLength(1);
  });

  it('that does not look like one is refused, and the bay goes on waiting', async () => {
    const fake = await plugged(typed);
    expect(fake.bay.identify('4006381333931')).toMatchObject({ error: { code: 'identity-pattern' } });
    expect(fake.bay.view().run?.asks?.kind).toBe('identity');
    expect(fake.bay.identify('W-0042').ok).toBe(true);
    expect(fake.bay.identify('W-0043')).toMatchObject({ error: { code: 'identity-not-asked' } });
  });

  it('is not waited for once the unit is gone', async () => {
    const fake = await plugged(typed);
    const { port } = fake.bay.view();
    if (port !== null) fake.bay.detach(port);
    await fake.pass(500);
    expect(fake.records.saved.at(-1)).toMatchObject({ verdict: 'ABORTED', fault: { code: 'unplugged' } });
    expect(fake.bay.identify('W-0042').ok).toBe(false);
  });
});

describe('a unit that says who it is', () => {
  it('is believed, and the port is free again for its flasher', async () => {
    const fake = await plugged(read, 'serial=W-7 model=Plain\r\n');
    expect(fake.records.saved.at(-1)).toMatchObject({ unitSerial: 'W-7', identity: { model: 'Plain' } });
    expect(fake.unit.openPorts).toBe(0);
    expect(fake.engine.containers()).toHaveLength(1);
  });

  it('and is another model is refused before anything is erased, and not asked again', async () => {
    const fake = await plugged(read, 'serial=W-7 model=gadget\r\n');
    await fake.pass(1000);
    expect(fake.verdicts.map(({ conclusion }) => conclusion)).toMatchObject([
      { verdict: 'FAIL', fault: { code: 'model-refused', params: { said: 'gadget', expected: 'plain' } } },
    ]);
    expect(fake.engine.journal.some((call) => call.startsWith('createContainer'))).toBe(false);
    expect(fake.records.saved.at(-1)).toMatchObject({
      unitSerial: 'W-7',
      identity: { source: 'read', serial: 'W-7', model: 'gadget' },
    });
  });

  it('and was refused is asked again when an operator tries it again', async () => {
    const fake = await plugged(read, 'serial=W-7 model=gadget\r\n');
    await fake.pass(1000);
    fake.bay.flash();
    await fake.pass(1000);
    expect(fake.verdicts.map(({ conclusion }) => conclusion?.fault?.code)).toEqual([
      'model-refused',
      'model-refused',
    ]);
    expect(fake.engine.journal.some((call) => call.startsWith('createContainer'))).toBe(false);
  });

  it.each([
    ['serial= model=plain', 'no serial number'],
    ['serial=W-7 model=', 'no model'],
  ])('and leaves out who it is, with “%s”, is a FAIL: its answer has %s', async (answer, reason) => {
    const fake = await plugged(read.replaceAll('S+)', 'S*)').replace('retries: 2', ''), `${answer}\r\n`);
    await fake.pass(1000);
    expect(fake.records.saved.at(-1)).toMatchObject({
      verdict: 'FAIL',
      fault: { code: 'identity-unread', params: { reason: expect.stringContaining(reason) as string } },
    });
    expect(fake.engine.journal.some((call) => call.startsWith('createContainer'))).toBe(false);
  });

  describe('behind an adapter that stays where it is', () => {
    const [first, second] = ['serial=W-7 model=plain\r\n', 'serial=W-8 model=plain\r\n'];

    async function flashedAs(said: string): Promise<FakeBay> {
      const fake = await plugged(read.replace('retries: 2', ''), first);
      fake.engine.last().print(said);
      await fake.pass(1000);
      fake.bay.flash();
      return fake;
    }

    it('is asked anew when the one before passed: nobody saw whether it is the same', async () => {
      const fake = await plugged(read, first);
      fake.engine.last().print('DONE');
      await fake.pass(1000);
      expect(fake.bay.view().run?.verdict).toBe('PASS');
      fake.unit.answer = () => second;
      fake.bay.flash();
      await fake.pass(500);
      expect(fake.records.saved.at(-1)).toMatchObject({
        unitSerial: 'W-8',
        attempt: 1,
        firstRun: 'run-000002',
      });
    });

    it('is another one when it says so, although the one before did not pass', async () => {
      const fake = await flashedAs('ERROR');
      fake.unit.answer = () => second;
      await fake.pass(500);
      expect(fake.records.saved.at(-1)).toMatchObject({
        unitSerial: 'W-8',
        attempt: 1,
        firstRun: 'run-000002',
      });
    });

    it('is the same as before when it says so, or cannot answer since its flash failed', async () => {
      for (const answer of [first, '']) {
        const fake = await flashedAs('ERROR');
        fake.unit.answer = () => answer;
        await fake.pass(3000);
        expect(fake.records.saved.at(-1)).toMatchObject({
          unitSerial: 'W-7',
          attempt: 2,
          firstRun: 'run-000001',
        });
        expect(fake.engine.containers()).toHaveLength(1);
      }
    });

    it('is refused when it says that it is another model', async () => {
      const fake = await flashedAs('ERROR');
      fake.unit.answer = () => 'serial=W-8 model=gadget\r\n';
      await fake.pass(1000);
      expect(fake.records.saved.at(-1)).toMatchObject({ verdict: 'FAIL', fault: { code: 'model-refused' } });
    });

    it('is asked nothing twice by a retry that follows at once', async () => {
      const fake = await plugged(read, first);
      fake.engine.last().print('ERROR');
      await fake.pass(1000);
      expect(fake.records.saved.at(-1)).toMatchObject({ unitSerial: 'W-7', attempt: 2 });
      expect(fake.unit.heard).toEqual(['id']);
    });
  });

  it('keeps the serial number that it said, whatever the flasher calls it', async () => {
    const fake = await plugged(
      read.replace('progress: [', "progress: [{ log: '^SERIAL (?<serial>.+)' }, "),
      'serial=W-7 model=plain\r\n',
    );
    fake.engine.last().print('SERIAL 0000-0007');
    await fake.pass(1000);
    expect(fake.records.saved.at(-1)).toMatchObject({ unitSerial: 'W-7', identity: { serial: 'W-7' } });
  });

  it('and passed before is flashed again only when the operator confirms, on the record', async () => {
    const fake = createFakeBay({ recipe: read });
    fake.unit.answer = () => 'serial=W-7 model=plain\r\n';
    fake.records.save(createRun({ id: 'earlier-1', unitSerial: 'W-7', recipe: 'plain', model: 'plain' }));
    await fake.plug();
    await fake.pass(60_000);
    expect(fake.bay.view().run?.asks).toMatchObject({ kind: 'confirm', serial: 'W-7', run: 'earlier-1' });
    expect(fake.engine.containers()).toEqual([]);
    expect(fake.bay.confirm().ok).toBe(true);
    await fake.pass();
    expect(fake.records.saved.at(-1)?.identity?.confirmed).toMatchObject({
      operator: 'ana',
      run: 'earlier-1',
    });
    expect(fake.engine.containers()).toHaveLength(1);
  });
});

describe('a unit that only what was flashed can name', () => {
  const after = `${logRecipe}identity:
  read: { when: after, steps: [{ send: id, expect: 'serial=(?<serial>\\S+) model=(?<model>\\S+)', within: 2s }] }
tests: [{ name: label, serial: { steps: [{ send: 'label {serial}', expect: 'serial' }] } }]
`;

  it('is asked once its flash is over, goes on record, and is tested by its name', async () => {
    const fake = await plugged(after, 'serial=W-7 model=plain\r\n');
    expect(fake.unit.heard).toEqual([]);
    fake.engine.last().print('DONE');
    await fake.pass(3000);
    expect(fake.unit.heard).toEqual(['id', 'label W-7']);
    expect(fake.records.saved.at(-1)).toMatchObject({
      verdict: 'PASS',
      unitSerial: 'W-7',
      identity: { source: 'read', serial: 'W-7', model: 'plain' },
    });
    expect(fake.unit.openPorts).toBe(0);
  });

  it('is not believed while another bay has a unit of the same number', async () => {
    const fake = await plugged(after, 'serial=W-7 model=plain\r\n');
    fake.records.save(
      createRun({
        id: 'other-0001',
        bay: 3,
        unitSerial: 'W-7',
        model: 'plain',
        recipe: 'plain',
        verdict: null,
      }),
    );
    fake.engine.last().print('DONE');
    await fake.pass(3000);
    expect(fake.records.saved.at(-1)).toMatchObject({
      verdict: 'ERROR',
      fault: { code: 'serial-twice', params: { serial: 'W-7', bay: 3 } },
      unitSerial: 'W-7',
      tests: [],
    });
  });

  it('fails when it turned out as another model, and when it does not say who it is', async () => {
    const other = await plugged(after, 'serial=W-7 model=gadget\r\n');
    other.engine.last().print('DONE');
    await other.pass(3000);
    expect(other.records.saved.at(-1)).toMatchObject({
      verdict: 'FAIL',
      fault: { code: 'model-differs' },
      identity: { model: 'gadget' },
      tests: [],
    });
    const mute = await plugged(after);
    mute.engine.last().print('DONE');
    await mute.pass(3000);
    expect(mute.records.saved.at(-1)).toMatchObject({ verdict: 'FAIL', fault: { code: 'identity-unread' } });
  });
});

describe('a serial number of a range', () => {
  const range = `${logRecipe}retries: 1\nidentity: { allocate: { from: 7, to: 7, format: 'W-{number:4}' } }\n`;

  it('is given before the flash, and a retry of the unit keeps it', async () => {
    const fake = await plugged(range);
    expect(fake.records.saved.at(-1)?.unitSerial).toBe('W-0007');
    fake.engine.last().print('ERROR');
    await fake.pass(1000);
    expect(fake.records.saved.at(-1)).toMatchObject({
      attempt: 2,
      unitSerial: 'W-0007',
      firstRun: 'run-000001',
    });
  });

  it('that is used up is the station’s ERROR', async () => {
    const fake = createFakeBay({ recipe: range });
    fake.records.allocate({ range: 'plain', from: 7, to: 7 }, 'another');
    await fake.plug();
    await fake.pass(1000);
    expect(fake.records.saved.at(-1)).toMatchObject({
      verdict: 'ERROR',
      fault: { code: 'serials-exhausted' },
    });
  });
});

describe('a serial number that another bay is flashing a unit under', () => {
  const elsewhere = (model: string) =>
    createRun({ id: 'other-0001', bay: 3, unitSerial: 'W-0042', model, recipe: 'plain', verdict: null });

  it.each([
    ['read', read, 'serial=W-0042 model=plain\r\n'],
    ['typed', typed, ''],
  ])(
    'is refused before anything is made: one of the two is not that unit, its number %s',
    async (_, recipe, answer) => {
      const fake = createFakeBay({ recipe });
      fake.records.save(elsewhere('plain'));
      fake.unit.answer = () => answer;
      await fake.plug();
      await fake.pass(500);
      if (answer === '') fake.bay.identify('W-0042');
      await fake.pass(1000);
      expect(fake.records.saved.at(-1)).toMatchObject({
        unitSerial: 'W-0042',
        verdict: 'ABORTED',
        fault: { code: 'serial-elsewhere', params: { serial: 'W-0042', bay: 3 } },
      });
      expect(fake.engine.containers()).toEqual([]);
    },
  );

  it('is another unit’s where the model is another', async () => {
    const fake = createFakeBay({ recipe: typed });
    fake.records.save(elsewhere('gadget'));
    await fake.plug();
    await fake.pass(500);
    fake.bay.identify('W-0042');
    await fake.pass(500);
    expect(fake.engine.containers()).toHaveLength(1);
  });
});

describe('a unit that is not on the list of the order that is open', () => {
  const order = {
    id: 1,
    orderNumber: '4711',
    recipe: 'plain',
    quantity: 2,
    expectsSerials: true,
    openedAt: 0,
    openedBy: 'Ada',
    closedAt: null,
    closedBy: null,
    host: 'line-1',
    passed: 0,
    failed: 0,
    other: 0,
    doubles: 0,
    unexpected: 0,
  };

  it.each([
    ['read', read, 'serial=W-0009 model=Plain\r\n'],
    ['typed', typed, ''],
  ])('is refused before anything is made, its number %s', async (_, recipe, answer) => {
    const fake = createFakeBay({ recipe });
    fake.records.batches.refusing = (name, serial) => ({
      ok: true,
      value: serial === 'W-0009' ? { ...order, recipe: name } : null,
    });
    fake.unit.answer = () => answer;
    await fake.plug();
    await fake.pass(500);
    if (answer === '') fake.bay.identify('W-0009');
    await fake.pass(1000);
    expect(fake.records.saved.at(-1)).toMatchObject({
      unitSerial: 'W-0009',
      verdict: 'ABORTED',
      fault: { code: 'serial-unexpected', params: { serial: 'W-0009', order: '4711' } },
    });
    expect(fake.engine.journal.some((call) => call.startsWith('createContainer'))).toBe(false);
  });
});
