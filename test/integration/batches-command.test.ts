import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { createSystemClock } from '../../src-main/core/clock.js';
import { openRecords } from '../../src-main/core/records/open-records.js';
import { createRun } from '../fakes/records.js';
import { leastRecipe } from '../fakes/recipes.js';

// `slipway batches`, from the order to its report, by the built command line.

let home: string;

beforeAll(async () => {
  await build({ log: () => undefined });
}, 600_000);
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slipway-batches-'));
  mkdirSync(join(home, 'recipes'));
  writeFileSync(join(home, 'recipes/plain.yaml'), leastRecipe);
  writeFileSync(join(home, 'station.yaml'), 'name: Line 1\noperator: Ada\nlocale: en\n');
  record([]);
});
afterEach(() => rmSync(home, { recursive: true }));

function record(serials: string[]): void {
  const path = join(home, 'records.db');
  const records = openRecords({ path, clock: createSystemClock(), host: 'line-1' });
  if (!records.ok) throw new Error(records.error.code);
  for (const unitSerial of serials) {
    const run = createRun({
      id: `run-${unitSerial}`,
      recipe: 'panel-less',
      unitSerial,
      startedAt: Date.now(),
    });
    const saved = records.value.save(run);
    if (!saved.ok) throw new Error(saved.error.code);
  }
  records.value.close();
}

const slipway = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const command = ['bin/slipway.js', 'batches', ...args, '--home', home];
    const env = { ...process.env, LANG: 'en_US.UTF-8' };
    const child = execFile(process.execPath, command, { env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });

it('opens an order once, counts each unit, says which are missing, and closes with a report', async () => {
  const serials = join(home, 'serials.txt');
  writeFileSync(serials, 'SN-1\r\nSN-2\nSN-3\n\n');
  const order = ['--order', '4711', '--recipe', 'panel-less', '--quantity', '3', '--serials', serials];
  expect(await slipway('open', ...order)).toMatchObject({ code: 0 });
  const again = await slipway('open', ...order);
  expect(again.code).toBe(2);
  expect(again.err).toContain('Order 4711 is open already');

  record(['SN-1', 'SN-2']);
  const shown = await slipway('show', '1');
  expect(shown.code).toBe(0);
  expect(shown.out).toMatch(/SN-1 +PASS/);
  expect(shown.out).toContain('SN-3');

  expect(await slipway('close', '1')).toMatchObject({ code: 0 });
  expect((await slipway('list', '--json')).out).toContain('"closedBy":"Ada"');
  const [csv, pdf] = [join(home, 'order.csv'), join(home, 'order.pdf')];
  expect(await slipway('report', '1', csv)).toMatchObject({ code: 0 });
  expect(await slipway('report', '1', pdf)).toMatchObject({ code: 0 });
  expect(readFileSync(csv, 'utf8')).toContain('SN-1');
  expect(readFileSync(pdf).toString('latin1', 0, 5)).toBe('%PDF-');
}, 120_000);

it('refuses an order of a recipe that is not there, and one without its quantity', async () => {
  const unknown = await slipway('open', '--order', '1', '--recipe', 'nothing', '--quantity', '3');
  expect(unknown.code).toBe(2);
  expect(unknown.err).toContain('nothing');
  const missing = await slipway('open', '--order', '1', '--recipe', 'panel-less');
  expect(missing.code).toBe(64);
  expect(missing.err).toContain('--quantity');
}, 60_000);
