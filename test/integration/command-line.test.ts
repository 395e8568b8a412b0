import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { parse, stringify } from 'yaml';
import { ensureDemoImages } from '../../demo/images.mjs';
import { logLineSchema } from '../../src-shared/model/run.js';
import { build } from '../../scripts/build.mjs';
import {
  bayOf,
  containersOf,
  makeBench,
  runOf,
  runSlipway,
  type Bench,
  type Line,
} from './station-harness.js';

let bench: Bench;

beforeAll(async () => {
  await ensureDemoImages({ log: () => undefined });
  await build({ log: () => undefined });
}, 600_000);

beforeEach(async () => {
  bench = await makeBench();
});

afterEach(async () => {
  await bench.dispose();
});

const flash = (port: string, ...more: string[]) =>
  runSlipway(bench, ['flash', '--home', bench.home, '--recipe', 'widgy', '--port', port, '--json', ...more]);
const textOf = (line: Line): string => logLineSchema.parse(line['line']).text;
const report = () => join(bench.home, 'run.xml');
/** What a JUnit file that Jenkins' own schema takes says of its run. */
async function judged(file = report()): Promise<{ failures: number; errors: number }> {
  const xml = readFileSync(file, 'utf8');
  const contents = readFileSync(join(import.meta.dirname, '../fixtures/jenkins-junit.xsd'), 'utf8');
  const schema = [{ fileName: 'jenkins-junit.xsd', contents }];
  const { errors } = await validateXML({ xml: [{ fileName: 'run.xml', contents: xml }], schema });
  expect(errors.map(({ message }) => message)).toEqual([]);
  const [, failed = '', wrong = ''] = /failures="(\d+)" errors="(\d+)"/.exec(xml) ?? [];
  return { failures: Number(failed), errors: Number(wrong) };
}
const firstPort = () => join(bench.devices, 'ttyWIDGET0');
const isFlashing = (line: Line): boolean => line.type === 'progress' && Number(line['percent']) > 5;

describe('slipway flash', () => {
  it('exits 0 for a PASS, with the result as JUnit XML and as JSON lines', async () => {
    bench.plug();
    const junit = join(bench.home, 'result.xml');
    const slipway = flash(firstPort(), '--junit', junit);
    expect(await slipway.exit).toBe(0);
    expect(slipway.lines.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['port', 'bay', 'progress', 'run']),
    );
    const run = slipway.lines.map(runOf).find((one) => one !== undefined);
    expect(run).toMatchObject({ verdict: 'PASS', unitSerial: 'W-0001' });
    expect(await judged(junit)).toEqual({ failures: 0, errors: 0 });
    expect(await containersOf(bench.home)).toEqual([]);
  });

  it('exits 1 for a FAIL, which the JUnit file tells as a failure', async () => {
    bench.plug({ faults: { 0: 'crc' } });
    expect(await flash(firstPort(), '--junit', report()).exit).toBe(1);
    expect(await judged()).toEqual({ failures: 1, errors: 0 });
  });

  it('exits 2 for an ERROR: the image is not there', async () => {
    const recipe = join(bench.home, 'recipes/widgy.yaml');
    writeFileSync(
      recipe,
      readFileSync(recipe, 'utf8').replace('name: widget-deployer', 'name: no-such-image'),
    );
    bench.plug();
    const slipway = flash(firstPort(), '--junit', report());
    expect(await slipway.exit).toBe(2);
    expect(await judged()).toEqual({ failures: 0, errors: 1 });
    expect(slipway.errors()).toBe('');
    expect(slipway.lines.map(runOf).find((run) => run !== undefined)?.fault?.code).toBe('image-missing');
  });

  it('exits 3 for a TIMEOUT', async () => {
    const recipe = join(bench.home, 'recipes/widgy.yaml');
    writeFileSync(recipe, readFileSync(recipe, 'utf8').replace('timeout: 5m', 'timeout: 2s'));
    bench.plug({ baud: 115_200 });
    expect(await flash(firstPort(), '--junit', report()).exit).toBe(3);
    expect(await judged()).toEqual({ failures: 0, errors: 1 });
    expect(await containersOf(bench.home)).toEqual([]);
  });

  it('exits 4 for ABORTED when it is interrupted, and leaves no container', async () => {
    bench.plug({ baud: 115_200 });
    const slipway = flash(firstPort(), '--junit', report());
    await slipway.until(isFlashing);
    slipway.child.kill('SIGINT');
    expect(await slipway.exit).toBe(4);
    expect(await judged()).toEqual({ failures: 0, errors: 1 });
    expect(await containersOf(bench.home)).toEqual([]);
  });
});

it('flash tells of a run that could not begin in its JUnit file, too: one from before would be taken for it', async () => {
  bench.plug();
  writeFileSync(report(), '<testsuites/>');
  // The station of this home runs already.
  const first = runSlipway(bench, ['station', '--home', bench.home, '--json']);
  await first.until(({ type }) => type === 'ready');
  expect(await flash(firstPort(), '--junit', report()).exit).toBe(2);
  expect(await judged()).toEqual({ failures: 0, errors: 1 });
});

describe('slipway flash without a result to hand over', () => {
  it('exits 2 for a PASS whose JUnit file cannot be written', async () => {
    bench.plug();
    const folder = join(bench.home, 'recipes');
    const slipway = flash(firstPort(), '--junit', folder);
    expect(await slipway.exit).toBe(2);
    expect(slipway.errors()).toContain(`${folder} cannot be written.`);
    expect(slipway.lines.map(runOf).find((run) => run !== undefined)?.verdict).toBe('PASS');
  });

  it('exits 4 where an operator is asked: nobody is there to answer', async () => {
    const recipe = join(bench.home, 'recipes/widgy.yaml');
    writeFileSync(recipe, `${readFileSync(recipe, 'utf8')}\nidentity: { operator: { pattern: '^SN-' } }\n`);
    bench.plug();
    const slipway = flash(firstPort(), '--junit', report());
    expect(await slipway.exit).toBe(4);
    expect(slipway.errors()).toContain('nobody is there to answer');
    expect(await judged()).toEqual({ failures: 0, errors: 1 });
    expect(await containersOf(bench.home)).toEqual([]);
  });

  it.each([
    ['exits 2 when the engine does not answer', undefined, 2],
    ['exits 4 when it is stopped before it could begin', 'SIGTERM', 4],
  ] as const)('%s', async (_, signal, code) => {
    const settings = join(bench.home, 'station.yaml');
    const nobody = parse(readFileSync(settings, 'utf8')) as Record<string, unknown>;
    writeFileSync(settings, stringify({ ...nobody, docker: join(bench.home, 'no-engine.sock') }));
    bench.plug();
    const slipway = flash(firstPort(), '--junit', report());
    await slipway.until((line) => bayOf(line)?.status === 'blocked');
    if (signal !== undefined) slipway.child.kill(signal);
    expect(await slipway.exit).toBe(code);
    expect(await judged()).toEqual({ failures: 0, errors: 1 });
  });
});

it('flash exits 64 for wrong usage and leaves no JUnit file', async () => {
  expect(await flash(join(bench.devices, 'ttyNONE'), '--junit', report()).exit).toBe(64);
  expect(existsSync(report())).toBe(false);
});

describe('wrong usage', () => {
  it.each([
    ['an unknown option', ['flash', '--bogus'], /no option --bogus/],
    ['an unknown command', ['florsh'], /no command/],
    ['no command', [], /Say what to do/],
    ['a missing option', ['flash', '--port', '/dev/null'], /--recipe/],
    ['an unknown port', ['flash', '--port', '/dev/ttyNONE', '--recipe', 'widgy'], /No port \/dev\/ttyNONE/],
    ['an unknown run', ['runs', 'show', 'no-such-run'], /There is no run/],
    ['a missing file', ['recipes', 'check', '/no/such.yaml'], /cannot be read/],
    ['a number out of range', ['runs', 'list', '--limit', '0'], /whole number/],
    ['a verdict that is none', ['runs', 'list', '--verdict', 'GOOD'], /PASS, FAIL/],
  ])('%s exits 64 with a sentence', async (_, args, sentence) => {
    const withHome = args.length > 1 && args[0] !== 'recipes' ? [...args, '--home', bench.home] : args;
    const slipway = runSlipway(bench, withHome);
    expect(await slipway.exit).toBe(64);
    expect(slipway.errors()).toMatch(sentence);
    expect(slipway.errors().trim().split('\n')).toHaveLength(1);
  });

  it('an unknown recipe exits 64 and starts nothing', async () => {
    bench.plug();
    const slipway = runSlipway(bench, [
      'flash',
      '--home',
      bench.home,
      '--port',
      firstPort(),
      '--recipe',
      'nobody',
    ]);
    expect(await slipway.exit).toBe(64);
    expect(slipway.errors()).toContain('There is no recipe called nobody');
    expect(await containersOf(bench.home)).toEqual([]);
  });
});

describe('slipway station', () => {
  it('says when it is ready, tells of every change, and stops cleanly at SIGTERM with units being flashed', async () => {
    const slipway = runSlipway(bench, ['station', '--home', bench.home, '--json']);
    await slipway.until(({ type }) => type === 'ready');
    bench.plug({ count: 2, baud: 115_200 });
    await slipway.until(isFlashing);
    slipway.child.kill('SIGTERM');
    expect(await slipway.exit).toBe(0);
    expect(await containersOf(bench.home)).toEqual([]);
    expect(slipway.lines.map(runOf).filter((run) => run?.verdict === 'ABORTED')).toHaveLength(2);
    const list = runSlipway(bench, ['runs', 'list', '--home', bench.home, '--json']);
    await list.exit;
    expect(list.lines.map(runOf).map((run) => run?.fault?.code)).toEqual([
      'aborted-by-quit',
      'aborted-by-quit',
    ]);
  });

  it('lets no second station into its home', async () => {
    const first = runSlipway(bench, ['station', '--home', bench.home, '--json']);
    await first.until(({ type }) => type === 'ready');
    const second = runSlipway(bench, ['station', '--home', bench.home]);
    expect(await second.exit).toBe(2);
    expect(second.errors()).toContain(`process ${first.child.pid ?? ''}`);
  });

  it('that is killed in mid-flash leaves the containers going; the next one adopts them to their verdicts', async () => {
    const first = runSlipway(bench, ['station', '--home', bench.home, '--json']);
    await first.until(({ type }) => type === 'ready');
    const widgets = bench.plug({ count: 2, baud: 115_200 });
    await first.until((line) => isFlashing(line) && line['bay'] === 1);
    await first.until((line) => isFlashing(line) && line['bay'] === 2);
    first.child.kill('SIGKILL');
    await first.exit;
    const before = await containersOf(bench.home);
    expect(before).toHaveLength(2);

    const second = runSlipway(bench, ['station', '--home', bench.home, '--json']);
    const adopted = await second.until((line) => bayOf(line)?.run?.adopted === true);
    expect(before).toContain(bayOf(adopted)?.run?.containerId);
    for (const bay of [1, 2]) {
      const ended = await second.until((line) => line.type === 'run' && line['bay'] === bay, 90_000);
      expect(runOf(ended)).toMatchObject({ verdict: 'PASS' });
    }
    const ids = (lines: Line[]): Set<string | undefined> =>
      new Set(lines.flatMap((line) => bayOf(line)?.run?.id ?? []));
    expect(ids(second.lines)).toEqual(ids(first.lines));
    expect(widgets.storage(0).subarray(0, bench.image.length).equals(bench.image)).toBe(true);
    expect(await containersOf(bench.home)).toEqual([]);
    const log = runSlipway(bench, [
      'runs',
      'show',
      [...ids(second.lines)][0] ?? '',
      '--log',
      '--home',
      bench.home,
      '--json',
    ]);
    await log.exit;
    const texts = log.lines.filter(({ type }) => type === 'log').map(textOf);
    expect(
      texts.filter((text) => text.startsWith('Run ')),
      'no line twice',
    ).toHaveLength(1);
    expect(texts.some((text) => text.includes('goes on with this run'))).toBe(true);
  });

  it('ends the run of a unit that was unplugged while no station was running', async () => {
    const first = runSlipway(bench, ['station', '--home', bench.home, '--json']);
    await first.until(({ type }) => type === 'ready');
    const widgets = bench.plug({ baud: 115_200 });
    await first.until(isFlashing);
    first.child.kill('SIGKILL');
    await first.exit;
    widgets.unplug(0);
    const second = runSlipway(bench, ['station', '--home', bench.home, '--json']);
    const ended = await second.until(({ type }) => type === 'run');
    expect(runOf(ended)).toMatchObject({ verdict: 'ABORTED', fault: { code: 'unplugged-while-away' } });
    expect(await containersOf(bench.home)).toEqual([]);
  });
});

describe('the other commands', () => {
  it('slipway ports lists what is plugged in', async () => {
    bench.plug({ count: 2 });
    const ports = runSlipway(bench, ['ports', '--home', bench.home, '--json']);
    expect(await ports.exit).toBe(0);
    expect(ports.lines.filter(({ type }) => type === 'port')).toHaveLength(2);
  });

  it('slipway recipes check names file, line and column of what is wrong, and exits 1', async () => {
    const bad = join(bench.home, 'bad.yaml');
    writeFileSync(bad, 'name: bad\ntitle: { en: A, es: B }\nmodle: x\n');
    const check = runSlipway(bench, ['recipes', 'check', join(bench.home, 'recipes/widgy.yaml'), bad]);
    expect(await check.exit).toBe(1);
    expect(check.errors()).toContain(`${bad}:3:1:`);
  });

  it('slipway recipes list shows the good ones', async () => {
    const list = runSlipway(bench, ['recipes', 'list', '--home', bench.home, '--json']);
    expect(await list.exit).toBe(0);
    expect(list.lines.map((line) => line['name'])).toContain('widgy');
  });

  it('slipway runs list says that there is nothing yet, and makes nothing', async () => {
    const list = runSlipway(bench, ['runs', 'list', '--home', join(bench.home, 'elsewhere')]);
    expect(await list.exit).toBe(0);
    expect(list.errors()).toContain('No runs.');
    expect(existsSync(join(bench.home, 'elsewhere'))).toBe(false);
  });

  it('slipway doctor answers with a check a line', async () => {
    const doctor = runSlipway(bench, ['doctor', '--home', bench.home, '--json']);
    expect([0, 1]).toContain(await doctor.exit);
    const checks = doctor.lines.filter(({ type }) => type === 'check');
    expect(checks.find(({ check }) => check === 'engine')).toMatchObject({ state: 'ok' });
  });
});
