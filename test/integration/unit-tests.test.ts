import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureDemoImages } from '../../demo/images.mjs';
import type { RunRecord } from '../../src-shared/model/run.js';
import type { Station } from '../../src-main/core/station-api.js';
import {
  containersOf,
  hasVerdict,
  makeBench,
  readLog,
  startStation,
  untilBay,
  type Bench,
} from './station-harness.js';
import { boots, power, version, withFlasher, withTool, writeRecipes } from './unit-recipes.js';

// Each unit stands in a bay with a recipe of its own, so that a station has them all at once.

let bench: Bench;

beforeAll(async () => {
  await ensureDemoImages({ log: () => undefined });
}, 600_000);

interface Case {
  recipe: Record<string, unknown>;
  fault?: string;
}

/** Flashes one unit for each case, all at once, and gives each one's record. */
async function flashAll(cases: Case[]): Promise<{ runs: RunRecord[]; station: Station; sent: string[][] }> {
  bench = await makeBench();
  writeRecipes(
    bench.home,
    cases.map(({ recipe }) => recipe),
  );
  const station = await startStation(bench);
  const faults = Object.fromEntries(
    cases.flatMap(({ fault }, index) => (fault === undefined ? [] : [[index, fault]])),
  );
  const plugged = bench.plug({ count: cases.length, faults });
  const sent = plugged.widgets.map((widget) => {
    const lines: string[] = [];
    widget.events.on('command', ({ line }: { line: string }) => lines.push(line));
    return lines;
  });
  await Promise.all(cases.map((_, index) => untilBay(station, index + 1, hasVerdict, 100_000)));
  const listed = await station.handlers['runs.list']({ limit: 100 });
  if (!listed.ok) throw new Error(JSON.stringify(listed.error));
  const runs = cases.map((_, index) => {
    const run = listed.value.runs.find(({ recipe }) => recipe === `case-${index}`);
    if (run === undefined) throw new Error(`no run of case ${index}`);
    return run;
  });
  return { runs, station, sent };
}

const lastOf = (run: RunRecord, test: string): RunRecord['tests'][number] | undefined =>
  run.tests.find(({ name }) => name === test);

describe('units that are tested over their console', () => {
  const whoItIs = [
    { send: '', expect: '=> $' },
    { send: 'printenv board', expect: '^board=(?<model>\\S+)' },
    { send: 'printenv serial#', expect: '^serial#=(?<serial>\\S+)' },
  ];
  const cases = {
    good: { recipe: { ...withFlasher, tests: [version, power, boots] } },
    panicking: { recipe: { ...withFlasher, tests: [version, boots] }, fault: 'panic' },
    late: { recipe: { ...withTool, tests: [{ ...power, retries: 1 }] }, fault: 'late@1.5' },
    weak: {
      recipe: {
        ...withTool,
        tests: [
          {
            ...power,
            retries: 2,
            setUp: { serial: { steps: [{ send: 'setenv load on', expect: '=> $' }] } },
            tearDown: { serial: { steps: [{ send: 'setenv load off', expect: '=> $' }] } },
          },
          version,
        ],
      },
      fault: 'voltage@2.9',
    },
    tolerated: {
      recipe: { ...withTool, tests: [{ ...power, optional: true }, version] },
      fault: 'voltage@2.9',
    },
    noisy: {
      recipe: {
        ...withTool,
        tests: [{ ...power, measurements: [{ name: 'vcc', pattern: 'vcc = (?<value>.+)$', min: 3.1 }] }],
      },
    },
    vanishing: { recipe: { ...withTool, tests: [power] }, fault: 'vanish' },
    lying: {
      recipe: {
        ...withTool,
        identity: {
          read: {
            steps: whoItIs,
          },
        },
      },
      fault: 'wrong-model',
    },
    named: {
      recipe: { ...withTool, identity: { read: { when: 'after', steps: whoItIs } }, tests: [power] },
    },
    numbered: {
      recipe: {
        ...withTool,
        identity: { allocate: { range: 'widgets', from: 1, to: 9, format: 'N-{number:4}' } },
        tests: [
          {
            name: 'labelled',
            serial: { steps: [{ send: 'setenv label {serial}', expect: '=> $' }] },
          },
        ],
      },
    },
  } satisfies Record<string, Case>;
  const names = Object.keys(cases) as (keyof typeof cases)[];
  let flashed: Awaited<ReturnType<typeof flashAll>>;
  const runOf = (name: keyof typeof cases): RunRecord => {
    const run = flashed.runs[names.indexOf(name)];
    if (run === undefined) throw new Error(`no run of ${name}`);
    return run;
  };
  const sentTo = (name: keyof typeof cases): string[] => flashed.sent[names.indexOf(name)] ?? [];

  beforeAll(async () => {
    flashed = await flashAll(names.map((name) => cases[name]));
  }, 150_000);
  afterAll(() => bench.dispose());

  it('PASS when they boot, say their version and have the voltage', () => {
    const run = runOf('good');
    expect(run).toMatchObject({ verdict: 'PASS', fault: null, unitSerial: 'W-0001' });
    expect(run.tests.map(({ name, kind, verdict }) => [name, kind, verdict])).toEqual([
      ['version', 'serial', 'PASS'],
      ['power', 'serial', 'PASS'],
      ['boots', 'serial', 'PASS'],
    ]);
    expect(lastOf(run, 'power')?.attempts.at(-1)?.measurements).toMatchObject([
      { name: 'vcc', text: '3.30', number: 3.3, unit: 'V', min: 3.1, max: 3.5, verdict: 'PASS' },
    ]);
    expect(lastOf(run, 'version')?.attempts.at(-1)?.measurements).toMatchObject([
      { name: 'version', text: '2012.04.01', verdict: 'PASS' },
    ]);
  });

  it('FAIL when they do not come up, with what they said instead', async () => {
    const run = runOf('panicking');
    expect(run).toMatchObject({
      verdict: 'FAIL',
      fault: { code: 'unit-no-answer', params: { test: 'boots', pattern: 'login: $', seconds: 4 } },
    });
    expect(run.fault?.detail).toContain('Kernel panic');
    expect(await readLog(flashed.station, run.id)).toContainEqual(expect.stringContaining('Kernel panic'));
  });

  it('FAIL when they answer late, after each attempt', () => {
    const run = runOf('late');
    expect(run).toMatchObject({ verdict: 'FAIL', fault: { code: 'unit-no-answer' } });
    expect(lastOf(run, 'power')?.attempts.map(({ verdict }) => verdict)).toEqual(['FAIL', 'FAIL']);
  });

  it('FAIL when a value is out of its limits, with every attempt on record and the fixture put back', () => {
    const run = runOf('weak');
    expect(run).toMatchObject({
      verdict: 'FAIL',
      fault: { code: 'measurement-out-of-limits', params: { test: 'power', name: 'vcc' } },
    });
    expect(run.tests.map(({ name }) => name)).toEqual(['power']);
    expect(lastOf(run, 'power')?.attempts).toHaveLength(3);
    expect(
      sentTo('weak')
        .filter((line) => !line.startsWith('printenv'))
        .slice(-9),
    ).toEqual([
      ...['setenv load on', 'adc read vcc', 'setenv load off'],
      ...['setenv load on', 'adc read vcc', 'setenv load off'],
      ...['setenv load on', 'adc read vcc', 'setenv load off'],
    ]);
  });

  it('PASS when the phase that they fail is optional, which is on record', () => {
    const run = runOf('tolerated');
    expect(run.verdict).toBe('PASS');
    expect(run.tests).toMatchObject([
      { name: 'power', verdict: 'FAIL', optional: true },
      { name: 'version', verdict: 'PASS' },
    ]);
  });

  it('FAIL when they say no number where one is needed', () => {
    expect(runOf('noisy')).toMatchObject({
      verdict: 'FAIL',
      fault: { code: 'measurement-not-given', params: { name: 'vcc', value: '3.30 V' } },
    });
  });

  it('are ABORTED when they vanish in mid-test', () => {
    expect(runOf('vanishing')).toMatchObject({ verdict: 'ABORTED', fault: { code: 'unplugged' } });
  });

  it('FAIL before anything is made for them when they are another model', () => {
    expect(runOf('lying')).toMatchObject({
      verdict: 'FAIL',
      fault: { code: 'model-refused' },
      containerId: null,
      identity: { source: 'read', model: 'gadget' },
      tests: [],
    });
    expect(sentTo('lying')).toEqual(['printenv board', 'printenv serial#']);
  });

  it('are asked who they are once they are flashed, where their recipe wants it so', () => {
    expect(runOf('named')).toMatchObject({
      verdict: 'PASS',
      identity: { source: 'read', model: 'widgy' },
      tests: [{ name: 'power', verdict: 'PASS' }],
    });
    expect(runOf('named').identity?.serial).toBe(runOf('named').unitSerial);
    expect(sentTo('named').slice(-3)).toEqual(['printenv board', 'printenv serial#', 'adc read vcc']);
  });

  it('get a number of the range, and hear it', () => {
    expect(runOf('numbered')).toMatchObject({
      verdict: 'PASS',
      unitSerial: 'N-0001',
      identity: { source: 'allocated', serial: 'N-0001' },
    });
    expect(sentTo('numbered')).toContain('setenv label N-0001');
  });

  it('leave no container behind', async () => {
    expect(await containersOf(bench.home)).toEqual([]);
  });
});

describe('units that are tested by programs', () => {
  const report = (xml: string): string[] => ['sh', '-c', `printf '%s' '${xml}' > /tmp/report.xml`];
  const program = (...tests: Record<string, unknown>[]): Case => ({
    recipe: { ...withFlasher, tests: tests.map((test, index) => ({ name: `check ${index}`, ...test })) },
  });
  const good = '<testsuite tests="1"><testcase name="a"/></testsuite>';
  const reporting = { exec: report(good), junit: '/tmp/report.xml' };
  const cases = {
    crashing: program({ exec: ['sh', '-c', 'echo begun; kill -SEGV $$'] }),
    hanging: program({ exec: ['sh', '-c', 'echo begun; sleep 987'], timeout: '1s' }),
    flooding: program({
      exec: ['sh', '-c', 'yes 0123456789 | head -c 30000000; echo done'],
      expect: '^done$',
    }),
    absent: program({ exec: ['/no/such/program'] }),
    broken: program({ exec: report('<testsuite tests="1"><testcase name="a">'), junit: '/tmp/report.xml' }),
    silent: program({ exec: ['true'], junit: '/tmp/report.xml' }),
    stale: program(reporting, { exec: ['true'], junit: '/tmp/report.xml' }),
    twice: program(reporting, reporting),
    'apart and reporting': program({ ...reporting, image: 'slipway-test-tool' }),
    'apart and silent': program({ exec: ['true'], junit: '/etc/passwd', image: 'slipway-test-tool' }),
    empty: program({ exec: report('<testsuite tests="0"/>'), junit: '/tmp/report.xml' }),
    failing: program({
      exec: report(
        '<testsuite tests="2"><testcase name="a"/><testcase name="b"><failure message="too hot"/></testcase></testsuite>',
      ),
      junit: '/tmp/report.xml',
    }),
    apart: program({
      image: 'slipway-test-tool',
      exec: ['sh', '-c', 'test -c /dev/ttyACM0 && echo device there'],
      expect: '^device there$',
    }),
  };
  const names = Object.keys(cases) as (keyof typeof cases)[];
  let flashed: Awaited<ReturnType<typeof flashAll>>;
  beforeAll(async () => {
    flashed = await flashAll(names.map((name) => cases[name]));
  }, 150_000);
  afterAll(() => bench.dispose());

  it.each([
    ['crashing', 'ERROR', 'test-error', /signal 11/],
    ['hanging', 'TIMEOUT', 'test-timeout', /^$/],
    ['flooding', 'ERROR', 'test-error', /more/],
    ['absent', 'ERROR', 'test-error', /12[67]/],
    ['broken', 'ERROR', 'test-error', /report\.xml/],
    ['silent', 'ERROR', 'test-error', /report\.xml/],
    ['stale', 'ERROR', 'test-error', /wrote no report to .*report\.xml/],
    ['empty', 'ERROR', 'test-error', /report\.xml/],
    ['apart and silent', 'ERROR', 'test-error', /wrote no report to .*passwd/],
    ['failing', 'FAIL', 'test-failed', /1 .* 2.*b/],
  ] as const)('of which one is %s: %s', (name, verdict, code, reason) => {
    const run = flashed.runs[names.indexOf(name)];
    expect(run).toMatchObject({ verdict, fault: { code } });
    expect(String(run?.fault?.params?.['reason'] ?? '')).toMatch(reason);
  });

  it('keep a flood out of the log, and say so there', async () => {
    const run = flashed.runs[names.indexOf('flooding')];
    const log = await flashed.station.handlers['runs.log']({ runId: run?.id ?? '', from: 0, limit: 1 });
    expect(log.ok && log.value.total).toBeLessThan(450_000);
  });

  it.each(['twice', 'apart and reporting'] as const)('PASS by a report that is theirs: %s', (name) => {
    const run = flashed.runs[names.indexOf(name)];
    expect(run).toMatchObject({ verdict: 'PASS', fault: null });
    expect(run?.tests.at(-1)?.attempts[0]?.report).toMatchObject({ tests: 1 });
  });

  it('PASS by an image of its own that has the unit’s port', () => {
    expect(flashed.runs[names.indexOf('apart')]).toMatchObject({
      verdict: 'PASS',
      tests: [{ kind: 'container', verdict: 'PASS' }],
    });
  });

  it('leave no container and no program behind', async () => {
    expect(await containersOf(bench.home)).toEqual([]);
  });
});

describe('a test that is aborted', () => {
  afterEach(() => bench.dispose());

  it('puts its fixture back before the run ends', async () => {
    bench = await makeBench();
    const slow = {
      name: 'burn-in',
      serial: { steps: [{ send: 'setenv heat on', expect: '=> $' }, { wait: '5m' }] },
      timeout: '10m',
      tearDown: { serial: { steps: [{ send: 'setenv heat off', expect: '=> $' }] } },
    };
    writeRecipes(bench.home, [{ ...withTool, tests: [slow] }]);
    const station = await startStation(bench);
    const plugged = bench.plug();
    const lines: string[] = [];
    const heating = new Promise<void>((resolve) => {
      plugged.widgets[0]?.events.on('command', ({ line }: { line: string }) => {
        lines.push(line);
        if (line === 'setenv heat on') resolve();
      });
    });
    await heating;
    expect((await station.handlers['bay.abort']({ bay: 1 })).ok).toBe(true);
    const ended = await untilBay(station, 1, hasVerdict);
    expect(ended.run).toMatchObject({ verdict: 'ABORTED' });
    expect(lines.at(-1)).toBe('setenv heat off');
  });
});

describe('a unit whose image is not supported well enough for its model', () => {
  afterEach(() => bench.dispose());

  it('is flashed only once an engineer allows it: one run, on the record', async () => {
    bench = await makeBench();
    writeRecipes(bench.home, [{ ...withTool, model: 'gizmo', minimumSupport: 'stable' }]);
    const station = await startStation(bench);
    const plugged = bench.plug();
    const blocked = await untilBay(station, 1, ({ status }) => status === 'blocked');
    expect(blocked.reason?.code).toBe('image-support-too-low');
    expect((await station.handlers['bay.flash']({ bay: 1 })).ok).toBe(false);
    expect(await containersOf(bench.home)).toEqual([]);

    const reason = 'sample for the fair';
    expect((await station.handlers['bay.allowOnce']({ bay: 1, by: 'Ada', reason })).ok).toBe(true);
    const ended = await untilBay(station, 1, hasVerdict);
    expect(ended.run).toMatchObject({ verdict: 'PASS' });
    const record = await station.handlers['runs.show']({ runId: ended.run?.id ?? '' });
    expect(record.ok && record.value.allowance).toMatchObject({ by: 'Ada', reason });

    plugged.unplug(0);
    await untilBay(station, 1, ({ port }) => port === null);
    plugged.plug(0);
    expect((await untilBay(station, 1, ({ status }) => status === 'blocked')).reason?.code).toBe(
      'image-support-too-low',
    );
  });
});
