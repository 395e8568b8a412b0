import { describe, expect, it } from 'vitest';
import { createFakeBay, logRecipe, type FakeBay } from '../../../test/fakes/bay.js';

const withTests = (tests: string): string =>
  `${logRecipe.replace("success: [{ log: '^DONE' }, { exitCode: 0 }]", "success: [{ log: '^DONE' }]")}tests:\n${tests}`;
const inside = withTests(
  "  - { name: boots, exec: [check, boot], timeout: 5s, expect: 'login:' }\n  - { name: version, exec: [check, version] }\n",
);
const apart = withTests("  - { name: self-test, exec: [selftest], image: 'flasher:latest', timeout: 5s }\n");

async function flashed(fake: FakeBay): Promise<void> {
  await fake.plug();
  fake.engine.last().print('DONE');
  await fake.pass(200);
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
    expect(fake.bay.view().run).toMatchObject({ verdict: 'TIMEOUT', fault: { code: 'test-timeout' } });
  });

  it('are the station’s ERROR when the engine cannot run them', async () => {
    const fake = createFakeBay({ recipe: inside });
    fake.engine.failNext('exec', { code: 'engine-error', params: { reason: 'x' } });
    await flashed(fake);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'test-error' } });
  });
});

describe('a test with an image of its own', () => {
  it('is given the port after the flasher has let go of it, and leaves nothing behind', async () => {
    const fake = createFakeBay({ recipe: apart });
    await fake.plug();
    fake.engine.onStarted = (container) => container.end(0);
    fake.engine.last().print('DONE');
    await fake.pass(500);
    expect(fake.bay.view().run?.verdict).toBe('PASS');
    const stopped = fake.engine.journal.findIndex((call) => call === 'stopContainer c1');
    const started = fake.engine.journal.findIndex((call) => call === 'startContainer c2');
    expect(stopped).toBeGreaterThanOrEqual(0);
    expect(stopped).toBeLessThan(started);
    expect(fake.engine.containers()).toEqual([]);
  });
});
