import { describe, expect, it } from 'vitest';
import { fault } from '../../../src-shared/model/result.js';
import { aPort } from '../../../test/fakes/bay-data.js';
import { createFakeBay, httpRecipe, logRecipe, type FakeBay } from '../../../test/fakes/bay.js';

const answer = (body: object, status = 200) =>
  ({ kind: 'answered', status, body: JSON.stringify(body) }) as const;

function panelSays(fake: FakeBay, status: object): void {
  fake.panel.set('GET /status', answer(status));
}

async function plugAndFlash(fake: FakeBay): Promise<void> {
  panelSays(fake, { state: 'idle' });
  fake.panel.set('POST /flash', answer({}, 302));
  await fake.plug();
  await fake.pass(1000);
}

describe('a run driven through the panel', () => {
  it('is started once by request, followed, and passes; the container is gone and the record complete', async () => {
    const fake = createFakeBay();
    await plugAndFlash(fake);
    expect(fake.bay.view()).toMatchObject({
      status: 'running',
      run: { phase: 'flash', panelPort: 1080, panelReady: true },
    });
    panelSays(fake, { state: 'flashing', percent: 42, serial: 'W-1' });
    await fake.pass(600);
    expect(fake.bay.view().run).toMatchObject({
      progress: { percent: 42 },
      unitSerial: 'W-1',
      verdict: null,
    });
    panelSays(fake, { state: 'done', percent: 100 });
    await fake.pass(600);
    expect(fake.bay.view()).toMatchObject({ status: 'ended', run: { verdict: 'PASS', fault: null } });
    expect(fake.engine.containers()).toEqual([]);
    expect(fake.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
    expect(fake.records.saved.at(-1)).toMatchObject({
      verdict: 'PASS',
      unitSerial: 'W-1',
      contentHash: 'a'.repeat(64),
      operator: 'ana',
    });
    expect(fake.records.saved.at(-1)?.phases.map(({ phase }) => phase)).toEqual([
      'prepare',
      'create',
      'start',
      'panel',
      'flash',
      'finish',
    ]);
    expect(fake.verdicts).toHaveLength(1);
  });

  it('fails the unit when the panel says so, in the flasher’s own words', async () => {
    const fake = createFakeBay();
    await plugAndFlash(fake);
    panelSays(fake, { state: 'error', error: 'CRC mismatch' });
    await fake.pass(1000);
    expect(fake.bay.view().run).toMatchObject({
      verdict: 'FAIL',
      fault: { code: 'flash-failed', params: { reason: 'CRC mismatch' } },
    });
  });

  it('has what it flashes on record as soon as that is known: another life of the station compares', async () => {
    const fake = createFakeBay();
    let known = (): void => undefined;
    const hashing = new Promise<void>((resolve) => (known = resolve));
    fake.beforeContent = () => hashing;
    await plugAndFlash(fake);
    expect(fake.records.saved.at(-1)).toMatchObject({ contentHash: null, verdict: null });
    known();
    await fake.pass();
    expect(fake.records.saved.at(-1)).toMatchObject({ contentHash: 'a'.repeat(64), verdict: null });
  });

  it('does not blame the unit when the flasher fails because the cable was pulled', async () => {
    const fake = createFakeBay();
    await plugAndFlash(fake);
    panelSays(fake, { state: 'error', error: 'I/O error' });
    fake.changePort();
    await fake.pass(1000);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ABORTED', fault: { code: 'unplugged' } });
  });

  it('is the station’s ERROR when the panel refuses to start, and is never asked twice', async () => {
    const fake = createFakeBay();
    panelSays(fake, { state: 'idle' });
    fake.panel.set('POST /flash', answer({}, 403));
    await fake.plug();
    await fake.pass(1500);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'flash-not-started' } });
    expect(fake.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });

  it('never passes by an exit code before it has taken the request to flash', async () => {
    const recipe = httpRecipe.replace(/success: .*/, 'success: [{ exitCode: 0 }]');
    const fake = createFakeBay({ recipe });
    panelSays(fake, { state: 'idle' });
    let drop = (): void => undefined;
    fake.panel.set(
      'POST /flash',
      new Promise((resolve) => (drop = () => resolve({ kind: 'silent', reason: 'ECONNRESET' }))),
    );
    await fake.plug();
    await fake.pass(100);
    fake.engine.last().end(0);
    await fake.pass(1000);
    drop();
    await fake.pass(1000);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'flash-not-started' } });
  });

  it('passes by its exit code once it has taken the request, even if it ends at once', async () => {
    const recipe = httpRecipe.replace(/success: .*/, 'success: [{ exitCode: 0 }]');
    const fake = createFakeBay({ recipe });
    panelSays(fake, { state: 'idle' });
    fake.panel.set('POST /flash', answer({}));
    const get = fake.panel.get.bind(fake.panel);
    fake.panel.get = (request) => {
      if (request === 'POST /flash') fake.engine.last().end(0);
      return get(request);
    };
    await fake.plug();
    await fake.pass(1000);
    expect(fake.bay.view().run?.verdict).toBe('PASS');
    expect(fake.records.saved.at(-1)?.phases.find(({ phase }) => phase === 'flash')?.takenAt).toBeGreaterThan(
      0,
    );
  });

  it('ends when the panel never answers', async () => {
    const fake = createFakeBay();
    await fake.plug();
    await fake.pass(7000);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'panel-not-ready' } });
  });

  it('never passes a unit whose port was exchanged meanwhile: writes into a dead node look like success', async () => {
    const fake = createFakeBay();
    await plugAndFlash(fake);
    fake.changePort();
    panelSays(fake, { state: 'done' });
    await fake.pass(600);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ABORTED', fault: { code: 'unplugged' } });
  });

  it('never passes a unit when the workspace changed meanwhile', async () => {
    const fake = createFakeBay();
    await plugAndFlash(fake);
    fake.changeContent();
    panelSays(fake, { state: 'done' });
    await fake.pass(600);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'content-changed' } });
  });

  it('takes the next port when the engine finds the first one taken', async () => {
    const fake = createFakeBay();
    fake.engine.takenPorts.add(1080);
    await plugAndFlash(fake);
    expect(fake.bay.view().run).toMatchObject({ phase: 'flash', panelPort: 1081 });
    expect(fake.engine.containers()).toHaveLength(1);
  });
});

describe('a run that only prints', () => {
  it('reads progress and success from its lines', async () => {
    const fake = createFakeBay({ recipe: logRecipe });
    await fake.plug();
    fake.engine.last().print('PROGRESS 30');
    await fake.pass();
    expect(fake.bay.view().run?.progress.percent).toBe(30);
    fake.engine.last().print('DONE');
    await fake.pass(100);
    expect(fake.bay.view().run?.verdict).toBe('PASS');
  });

  it.each([
    [0, 'PASS', undefined],
    [3, 'FAIL', 'flash-failed-exit'],
    [1, 'ERROR', 'flash-ended-without-sign'],
    [137, 'ERROR', 'container-killed'],
    [127, 'ERROR', 'container-command-missing'],
  ] as const)('means by exit code %i: %s', async (exitCode, verdict, code) => {
    const fake = createFakeBay({ recipe: logRecipe });
    await fake.plug();
    fake.engine.last().end(exitCode);
    await fake.pass(800);
    expect(fake.bay.view().run).toMatchObject({ verdict, fault: code === undefined ? null : { code } });
  });

  it('fails by its words although it ends with 0, however long those take to be read', async () => {
    const fake = createFakeBay({ recipe: logRecipe });
    const open = fake.logs.open.bind(fake.logs);
    let release = (): void => undefined;
    const disk = new Promise<void>((resolve) => (release = resolve));
    fake.logs.open = async (runId) => {
      const opened = await open(runId);
      if (!opened.ok) return opened;
      const replay = opened.value.replay.bind(opened.value);
      // What is on disk comes once the disk is done with something else.
      opened.value.replay = (onLine) => disk.then(() => replay(onLine));
      return opened;
    };
    fake.engine.onStarted = (container) => {
      container.print('ERROR: verify failed');
      container.end(0);
    };
    await fake.plug();
    await fake.pass(1000);
    expect(fake.bay.view().run?.verdict).toBeNull();
    release();
    await fake.pass(1000);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'FAIL', fault: { code: 'flash-failed' } });
  });

  it('never passes by its words once its memory ran out: a part of it was killed', async () => {
    const fake = createFakeBay({ recipe: logRecipe });
    await fake.plug();
    fake.engine.last().starve();
    await fake.pass();
    fake.engine.last().print('DONE');
    await fake.pass(1000);
    expect(fake.bay.view().run).toMatchObject({
      verdict: 'ERROR',
      fault: { code: 'container-out-of-memory' },
    });
  });

  it('is a TIMEOUT when nothing moves any more', async () => {
    const fake = createFakeBay({ recipe: logRecipe });
    await fake.plug();
    await fake.pass(20_000);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'TIMEOUT', fault: { code: 'flash-stalled' } });
    expect(fake.engine.containers()).toEqual([]);
  });

  it('never writes a secret into its log', async () => {
    const fake = createFakeBay({ recipe: logRecipe });
    await fake.plug();
    fake.engine.last().print('licence 8974c408d831 accepted');
    await fake.pass();
    expect(fake.lines()).toContain('licence ••• accepted');
  });
});

describe('whatever happens in the middle of a run', () => {
  it('an unplug ends it, also while its container is only being created', async () => {
    const fake = createFakeBay();
    const release = fake.engine.hold('createContainer');
    const port = await fake.plug();
    fake.bay.detach(port);
    await fake.pass();
    release();
    await fake.pass(100);
    expect(fake.engine.containers()).toEqual([]);
    expect(fake.bay.view()).toMatchObject({ status: 'ended', port: null, run: { verdict: 'ABORTED' } });
  });

  it('an unplugged unit that is plugged in again is a new run', async () => {
    const fake = createFakeBay();
    await plugAndFlash(fake);
    const first = fake.bay.run()?.id;
    fake.bay.detach(aPort());
    await fake.pass(200);
    await fake.plug({ identity: 'again' });
    await fake.pass(1000);
    expect(fake.bay.view()).toMatchObject({ status: 'running', run: { attempt: 1 } });
    expect(fake.bay.run()?.id).not.toBe(first);
  });

  it('an engine that is away for a moment does not end it', async () => {
    const fake = createFakeBay();
    await plugAndFlash(fake);
    fake.engine.lose();
    fake.bay.engineLost();
    await fake.pass(3000);
    fake.engine.comeBack();
    fake.bay.engineBack();
    panelSays(fake, { state: 'done' });
    await fake.pass(1000);
    expect(fake.bay.view().run?.verdict).toBe('PASS');
    expect(fake.engine.containers()).toEqual([]);
  });

  it('an engine that stays away does', async () => {
    const fake = createFakeBay();
    await plugAndFlash(fake);
    fake.engine.lose();
    fake.bay.engineLost();
    await fake.pass(40_000);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ERROR', fault: { code: 'engine-lost' } });
  });

  it('a record that cannot be written keeps the verdict back until it can', async () => {
    const fake = createFakeBay();
    await plugAndFlash(fake);
    fake.records.refusal = fault('records-unwritable', { path: 'x' });
    panelSays(fake, { state: 'done' });
    await fake.pass(1000);
    expect(fake.bay.view()).toMatchObject({
      status: 'running',
      reason: { code: 'record-pending' },
      run: { verdict: null },
    });
    expect(fake.health.at(-1)).toBe('records-unwritable');
    fake.records.refusal = null;
    await fake.pass(2500);
    expect(fake.health.at(-1)).toBeNull();
    expect(fake.bay.view()).toMatchObject({ status: 'ended', run: { verdict: 'PASS' } });
  });

  it('a run that cannot be recorded makes no container, and the station is told', async () => {
    const fake = createFakeBay({ automatic: false });
    await fake.plug();
    fake.records.refusal = fault('records-unwritable', { path: 'x' });
    fake.bay.flash();
    await fake.pass(500);
    expect(fake.engine.journal.filter((call) => call.startsWith('createContainer'))).toEqual([]);
    expect(fake.health.at(-1)).toBe('records-unwritable');
    expect(fake.bay.view().run?.verdict).toBeNull();
  });

  it('nobody sees a run that is not on record', async () => {
    const fake = createFakeBay();
    const unrecorded: string[] = [];
    fake.bay.changes.subscribe(() => {
      const { run } = fake.bay.view();
      if (run !== null && !fake.records.saved.some(({ id }) => id === run.id)) unrecorded.push(run.id);
    });
    await fake.plug();
    expect(fake.bay.view()).toMatchObject({ status: 'running' });
    expect(unrecorded).toEqual([]);
  });

  it('an abort by the operator ends it, and Flash starts the next attempt', async () => {
    const fake = createFakeBay();
    await plugAndFlash(fake);
    expect(fake.bay.abort('aborted-by-operator')).toEqual({ ok: true });
    await fake.pass(200);
    expect(fake.bay.view().run).toMatchObject({ verdict: 'ABORTED', fault: { code: 'aborted-by-operator' } });
    expect(fake.bay.flash().ok).toBe(true);
    await fake.pass(100);
    expect(fake.bay.view().run).toMatchObject({ attempt: 2, verdict: null });
  });

  it('letting go leaves the container alone and nothing else behind', async () => {
    const fake = createFakeBay();
    await plugAndFlash(fake);
    await fake.bay.release();
    await fake.pass(1000);
    expect(fake.engine.containers()).toHaveLength(1);
    expect(fake.records.saved.at(-1)?.verdict).toBeNull();
    fake.images.dispose();
    expect(fake.clock.timers).toBe(0);
    expect(fake.logs.openLogs).toEqual([]);
    expect(fake.engine.open).toBe(0);
    expect(fake.defects).toEqual([]);
  });
});
