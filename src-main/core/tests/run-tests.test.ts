import { describe, expect, it } from 'vitest';
import { createFakeBay, type FakeBay } from '../../../test/fakes/bay.js';
import { flashOver, withTests } from '../../../test/fakes/tested-bay.js';

const inside = withTests(
  "  - { name: boots, exec: [check, boot], timeout: 5s, expect: 'login:' }\n  - { name: version, exec: [check, version] }\n",
);

async function flashed(fake: FakeBay): Promise<void> {
  await fake.plug();
  await flashOver(fake);
}

describe('tests in the flasher’s container', () => {
  it('pass when each exits 0 and says what is expected, and are on record', async () => {
    const fake = createFakeBay({ recipe: inside });
    fake.engine.onExec = () => ({ exitCode: 0, output: 'widgetos login: ', truncated: false });
    await flashed(fake);
    expect(fake.bay.view().run?.verdict).toBe('PASS');
    expect(fake.records.saved.at(-1)?.tests.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['boots', 'PASS'],
      ['version', 'PASS'],
    ]);
    expect(fake.engine.containers()).toEqual([]);
  });

  it.each([
    [1, 'login:', 'FAIL', 'test-failed'],
    [0, 'kernel panic', 'FAIL', 'test-failed'],
    [127, '', 'ERROR', 'test-error'],
    [139, 'login:', 'ERROR', 'test-error'],
  ] as const)(
    'that exit %i saying “%s” are %s, and stop the rest',
    async (exitCode, output, verdict, code) => {
      const fake = createFakeBay({ recipe: inside });
      fake.engine.onExec = () => ({ exitCode, output, truncated: false });
      await flashed(fake);
      expect(fake.bay.view().run).toMatchObject({ verdict, fault: { code, params: { test: 'boots' } } });
      expect(fake.records.saved.at(-1)?.tests).toHaveLength(1);
    },
  );

  it('that hang are a TIMEOUT', async () => {
    const fake = createFakeBay({ recipe: inside });
    fake.engine.onExec = (_, __, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ exitCode: 137, output: '', truncated: false }), {
          once: true,
        });
      });
    await flashed(fake);
    await fake.pass(5000);
    await fake.pass(500);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'TIMEOUT', fault: { code: 'test-timeout' } });
  });

  it('are the station’s ERROR when the engine cannot run them', async () => {
    const fake = createFakeBay({ recipe: inside });
    fake.engine.failNext('exec', { code: 'engine-error', params: { reason: 'x' } });
    await flashed(fake);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'test-error' } });
  });
});

describe('a conversation over the serial port', () => {
  const talk = withTests(`  - name: version
    measurements: [{ name: version, equals: '2.4' }]
    serial: { steps: [{ send: version, expect: 'U-Boot (?<version>\\S+)', within: 2s }] }
  - name: power
    retries: 1
    measurements: [{ name: vcc, unit: V, min: 3.1, max: 3.5 }]
    serial: { steps: [{ send: adc, expect: 'vcc=(?<vcc>\\S+)', within: 2s }] }
`);
  const answers: Record<string, string> = { version: 'version\r\nU-Boot 2.4\r\n=> ', adc: 'vcc=3.30\r\n=> ' };

  async function tested(change: Record<string, string> = {}): Promise<FakeBay> {
    const fake = createFakeBay({ recipe: talk });
    fake.unit.answer = (line) => ({ ...answers, ...change })[line] ?? '';
    await flashed(fake);
    return fake;
  }

  it('is held once the flasher has let go of the port, measured, and on record', async () => {
    const fake = await tested();
    expect(fake.bay.view().run?.verdict).toBe('PASS');
    expect(fake.engine.journal).toContain('stopContainer c1');
    expect(fake.unit.heard).toEqual(['version', 'adc']);
    const [, power] = fake.records.saved.at(-1)?.tests ?? [];
    expect(power?.attempts[0]?.measurements).toMatchObject([{ name: 'vcc', number: 3.3, verdict: 'PASS' }]);
    expect(fake.unit.openPorts).toBe(0);
  });

  it('that is out of limits is the unit’s FAIL, with all attempts kept', async () => {
    const fake = await tested({ adc: 'vcc=3.90\r\n' });
    expect(fake.bay.view().run).toMatchObject({
      verdict: 'FAIL',
      fault: { code: 'measurement-out-of-limits', params: { name: 'vcc', value: '3.90 V' } },
    });
    expect(fake.records.saved.at(-1)?.tests[1]?.attempts).toHaveLength(2);
  });

  it('that gets no number where one is needed is the unit’s FAIL', async () => {
    const fake = await tested({ adc: 'vcc=ERR\r\n' });
    expect(fake.bay.view().run).toMatchObject({ verdict: 'FAIL', fault: { code: 'measurement-not-given' } });
  });

  it('that gets no answer in time is the unit’s FAIL, and says what was expected', async () => {
    const fake = createFakeBay({ recipe: talk });
    await flashed(fake);
    await fake.pass(2000);
    await fake.pass(500);
    expect(fake.bay.view().run).toMatchObject({
      verdict: 'FAIL',
      fault: { code: 'unit-no-answer', params: { test: 'version', step: 1, seconds: 2 } },
    });
  });

  it('over a port that cannot be opened is the station’s ERROR', async () => {
    const fake = createFakeBay({ recipe: talk });
    fake.unit.refusal = { code: 'port-busy', params: { path: '/dev/ttyACM0' } };
    await flashed(fake);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'test-error' } });
  });

  it('whose unit is pulled out is ABORTED: an unplugged unit is no bad one', async () => {
    const fake = createFakeBay({ recipe: talk });
    fake.unit.answer = () => '';
    await flashed(fake);
    fake.changePort();
    fake.unit.vanish();
    await fake.pass(1000);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ABORTED', fault: { code: 'unplugged' } });
  });
});

describe('a conversation that names the unit', () => {
  const naming = withTests(
    "  - { name: label, serial: { steps: [{ send: 'label {serial}', expect: ok }] } }\n",
  ).replace('progress: [', "progress: [{ log: '^SERIAL (?<serial>.+)' }, ");

  it('tells it its own name', async () => {
    const fake = createFakeBay({ recipe: naming });
    fake.unit.answer = () => 'ok\r\n';
    await fake.plug();
    fake.engine.last().print('SERIAL W-7');
    await flashOver(fake);
    expect(fake.unit.heard).toEqual(['label W-7']);
    expect(fake.bay.view().run?.verdict).toBe('PASS');
  });

  it('is the station’s ERROR when nobody knows that: no unit is labelled with nothing', async () => {
    const fake = createFakeBay({ recipe: naming });
    fake.unit.answer = () => 'ok\r\n';
    await flashed(fake);
    expect(fake.unit.heard).toEqual([]);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'test-error' } });
  });

  it('is not held with a unit that took the place of the one that was flashed', async () => {
    const fake = createFakeBay({ recipe: naming });
    fake.unit.answer = () => 'ok\r\n';
    await fake.plug();
    fake.engine.last().print('SERIAL W-7');
    const stopContainer = fake.engine.stopContainer.bind(fake.engine);
    fake.engine.stopContainer = (...given) => {
      fake.changePort();
      return stopContainer(...given);
    };
    await flashOver(fake);
    expect(fake.unit.heard).toEqual([]);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ABORTED', fault: { code: 'unplugged' } });
  });
});

describe('set-up and tear-down', () => {
  const sides = withTests(`  - name: fixture
    exec: [check]
    timeout: 5s
    setUp: { exec: [power, on] }
    tearDown: { exec: [power, off] }
`);
  const done = { exitCode: 0, output: '', truncated: false };

  async function tested(codes: Record<string, number>): Promise<{ fake: FakeBay; ran: string[] }> {
    const fake = createFakeBay({ recipe: sides });
    const ran: string[] = [];
    fake.engine.onExec = (_, command) => {
      ran.push(command.join(' '));
      return { ...done, exitCode: codes[command.join(' ')] ?? 0 };
    };
    await flashed(fake);
    await fake.pass(500);
    return { fake, ran };
  }

  it('run around the test', async () => {
    const { fake, ran } = await tested({});
    expect(ran).toEqual(['power on', 'check', 'power off']);
    expect(fake.bay.view().run?.verdict).toBe('PASS');
  });

  it('that fail are the station’s ERROR; a set-up that fails keeps the test from running', async () => {
    const failed = await tested({ 'power on': 1 });
    expect(failed.ran).toEqual(['power on', 'power off']);
    expect(failed.fake.bay.view().run?.fault?.code).toBe('test-set-up-failed');
    const left = await tested({ 'power off': 1 });
    expect(left.fake.bay.view().run).toMatchObject({
      verdict: 'ERROR',
      fault: { code: 'test-tear-down-failed' },
    });
  });

  it('never turn a FAIL into anything else', async () => {
    const { fake } = await tested({ check: 1, 'power off': 1 });
    expect(fake.bay.view().run).toMatchObject({ verdict: 'FAIL', fault: { code: 'test-failed' } });
  });

  it('are torn down when the operator aborts in the middle, before the container goes', async () => {
    const fake = createFakeBay({ recipe: sides });
    const ran: string[] = [];
    fake.engine.onExec = (_, command, signal) => {
      ran.push(command.join(' '));
      if (command[0] !== 'check') return done;
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ ...done, exitCode: 137 }), { once: true });
      });
    };
    await flashed(fake);
    fake.bay.abort('aborted-by-operator');
    await fake.pass(1000);
    expect(ran).toEqual(['power on', 'check', 'power off']);
    expect(fake.records.saved.at(-1)).toMatchObject({
      verdict: 'ABORTED',
      tests: [{ name: 'fixture', verdict: 'ABORTED' }],
    });
    expect(fake.engine.containers()).toEqual([]);
  });
});

describe('a phase', () => {
  const phases = (rest: string): string =>
    withTests(`  - { name: radio, exec: [radio], ${rest} }\n  - { name: boots, exec: [boots] }\n`);
  const failing = (...bad: string[]) => ({
    onExec: (_: unknown, [program = '']: string[]) => ({
      exitCode: bad.includes(program) ? 1 : 0,
      output: '',
      truncated: false,
    }),
  });

  it.each([
    ['stopOnFail: false', 'FAIL', 2],
    ['optional: true', 'PASS', 2],
    ['retries: 0', 'FAIL', 1],
  ])('with %s that does not pass leaves the run %s', async (rest, verdict, count) => {
    const fake = createFakeBay({ recipe: phases(rest) });
    Object.assign(fake.engine, failing('radio'));
    await flashed(fake);
    await fake.pass(500);
    expect(fake.bay.view().run?.verdict).toBe(verdict);
    expect(fake.records.saved.at(-1)?.tests).toHaveLength(count);
  });

  it('that passes the second time passes, and the first time is on record', async () => {
    const fake = createFakeBay({ recipe: phases('retries: 2') });
    let goes = 0;
    fake.engine.onExec = (_, [program]) => {
      if (program === 'radio') goes += 1;
      return { exitCode: goes === 1 ? 1 : 0, output: '', truncated: false };
    };
    await flashed(fake);
    expect(fake.bay.view().run?.verdict).toBe('PASS');
    const [radio] = fake.records.saved.at(-1)?.tests ?? [];
    expect(radio?.attempts.map(({ verdict }) => verdict)).toEqual(['FAIL', 'PASS']);
  });
});

describe('a report that a test program writes', () => {
  const report = withTests('  - { name: suite, exec: [suite], junit: /tmp/r.xml, retries: 1 }\n');
  const passed = '<testsuite><testcase name="a"/></testsuite>';
  const file = (text: string, { modifiedAt = Number.MAX_SAFE_INTEGER, stamp = 'new' } = {}) => ({
    state: 'there' as const,
    bytes: Buffer.from(text),
    modifiedAt,
    stamp,
  });

  async function judged(...written: (ReturnType<typeof file> | null)[]): Promise<FakeBay> {
    const fake = createFakeBay({ recipe: report });
    fake.engine.onExec = () => {
      const next = written.shift() ?? null;
      if (next !== null) fake.engine.files.set('/tmp/r.xml', next);
      return { exitCode: 0, output: '', truncated: false };
    };
    await flashed(fake);
    await fake.pass(500);
    return fake;
  }

  it.each([
    [passed, 'PASS'],
    ['<testsuite><testcase name="a"><failure message="no"/></testcase></testsuite>', 'FAIL'],
    ['<testsuite><testcase name="a"><error message="boom"/></testcase></testsuite>', 'ERROR'],
    ['<testsuite><testcase name="a">', 'ERROR'],
    ['', 'ERROR'],
    // Nothing was tested: whoever collected the cases found none, or left all of them out.
    ['<testsuite/>', 'ERROR'],
    ['<testsuites><testsuite tests="0"/></testsuites>', 'ERROR'],
    ['<testsuite><testcase name="a"><skipped/></testcase></testsuite>', 'ERROR'],
    // It speaks of a failure that it does not name.
    ['<testsuite failures="1"><testcase name="a"/></testsuite>', 'ERROR'],
    ['<testsuites><testsuite errors="2"><testcase name="a"/></testsuite></testsuites>', 'ERROR'],
  ])('as %s makes %s', async (text, verdict) => {
    const fake = await judged(file(text), file(text, { stamp: 'newer' }));
    expect(fake.bay.view().run?.verdict).toBe(verdict);
  });

  it('that is missing, or is older than the attempt, is an ERROR', async () => {
    const old = file(passed, { modifiedAt: -5000 });
    for (const written of [[], [old, { ...old, stamp: 'newer' }]]) {
      const fake = await judged(...written);
      expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'test-error' } });
    }
  });

  it('and leaves for the next attempt, which writes none, is no report of that one', async () => {
    const failed = '<testsuite><testcase name="a"><failure/></testcase></testsuite>';
    const fake = await judged(file(failed), null);
    expect(fake.records.saved.at(-1)?.tests[0]?.attempts.map(({ verdict }) => verdict)).toEqual([
      'FAIL',
      'ERROR',
    ]);
  });

  it('that was there before the test, with a time to come, is no report of it', async () => {
    const fake = createFakeBay({ recipe: report });
    fake.engine.files.set('/tmp/r.xml', file(passed));
    await flashed(fake);
    await fake.pass(500);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'test-error' } });
  });
});

describe('what a test program says', () => {
  const json = withTests(`  - name: power
    exec: [power]
    measurements: [{ name: vcc, json: vcc, min: 3.1, max: 3.5 }]
`);

  it('is not judged by a last line that may not be the last: the rest was too much to keep', async () => {
    const fake = createFakeBay({ recipe: json });
    fake.engine.onExec = () => ({ exitCode: 0, output: '{"vcc": 3.3}\n', truncated: true });
    await flashed(fake);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'test-error' } });
  });
});
