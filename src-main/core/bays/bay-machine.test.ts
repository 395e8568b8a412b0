import { describe, expect, it } from 'vitest';
import { fail, fault, ok } from '../../../src-shared/model/result.js';
import { defaultTimes, type BayEvent, type Effect } from './bay-events.js';
import { createBayMachine, startBay, stepBay, type BaySnapshot } from './bay-machine.js';
import { aPlan, aPort, aRun } from '../../../test/fakes/bay-data.js';

const machine = createBayMachine(defaultTimes);

type Step = BayEvent extends infer Event ? (Event extends { at: number } ? Omit<Event, 'at'> : never) : never;

/** A bay driven by hand: events in, what it asks for out. */
function drive(automatic = true): {
  send: (...events: Step[]) => Effect[];
  snapshot: () => BaySnapshot;
} {
  let at = 1000;
  let [snapshot] = startBay(machine, { enabled: true, automatic, gate: null });
  return {
    send(...events) {
      const effects: Effect[] = [];
      for (const event of events) {
        at += 10;
        const [next, asked] = stepBay(machine, snapshot, { ...event, at });
        snapshot = next;
        effects.push(...asked);
      }
      return effects;
    },
    snapshot: () => snapshot,
  };
}

const names = (effects: Effect[]): string[] => effects.map((effect) => effect.do);
const plugged: Step[] = [
  { type: 'attached', port: aPort() },
  { type: 'matched', match: ok(aPlan()) },
  { type: 'timer', timer: 'settle' },
  { type: 'image-checked', fault: null },
];
const toFlashing: Step[] = [
  { type: 'flash', runId: 'run-1', operator: 'ana' },
  { type: 'begun', runId: 'run-1' },
  { type: 'prepared', runId: 'run-1', imageId: 'sha256:1', imageDigest: null },
  { type: 'created', runId: 'run-1', containerId: 'c1', hostPort: 1080 },
  { type: 'started', runId: 'run-1' },
  { type: 'panel-ready', runId: 'run-1' },
];
const ending: Step[] = [
  { type: 'dealt', runId: 'run-1' },
  { type: 'recorded', runId: 'run-1' },
];

describe('a plug', () => {
  it('asks for a run once the contact has settled, a recipe matches and its image is good', () => {
    const bay = drive();
    expect(names(bay.send(...plugged))).toContain('request-flash');
  });

  it('waits for the operator when automatic flashing is off', () => {
    const bay = drive(false);
    expect(names(bay.send(...plugged))).not.toContain('request-flash');
    expect(bay.snapshot().matches('present')).toBe(true);
  });

  it('that bounces counts once: each bounce starts the settle time anew', () => {
    const bay = drive();
    const effects = bay.send(
      { type: 'attached', port: aPort() },
      { type: 'detached' },
      { type: 'attached', port: aPort({ identity: 'second' }) },
      { type: 'matched', match: ok(aPlan()) },
      { type: 'timer', timer: 'settle' },
      { type: 'image-checked', fault: null },
    );
    expect(names(effects).filter((name) => name === 'request-flash')).toHaveLength(1);
    expect(bay.snapshot().context.port?.identity).toBe('second');
  });

  it('does not start by itself when its recipe appears only later: an edited recipe surprises nobody', () => {
    const bay = drive();
    bay.send(
      { type: 'attached', port: aPort() },
      { type: 'matched', match: fail('recipe-none-matches', { port: 'x' }) },
      { type: 'timer', timer: 'settle' },
    );
    const later = bay.send({ type: 'matched', match: ok(aPlan()) }, { type: 'image-checked', fault: null });
    expect(names(later)).not.toContain('request-flash');
  });

  it('starts by itself when what blocked the station goes away', () => {
    const bay = drive();
    bay.send({ type: 'gate', fault: fault('engine-absent', { endpoint: 'x' }) });
    expect(names(bay.send(...plugged))).not.toContain('request-flash');
    const back = bay.send({ type: 'gate', fault: null }, { type: 'image-checked', fault: null });
    expect(names(back)).toContain('request-flash');
  });
});

describe('a run', () => {
  it('goes through its steps and passes on the recipe’s sign', () => {
    const bay = drive(false);
    bay.send(...plugged);
    const effects = bay.send(...toFlashing, { type: 'flashed', runId: 'run-1' });
    expect(names(effects)).toEqual(
      expect.arrayContaining(['begin', 'prepare', 'create', 'start', 'await-panel', 'follow']),
    );
    expect(bay.snapshot().matches({ ending: 'dealing' })).toBe(true);
    expect(names(bay.send({ type: 'dealt', runId: 'run-1' }))).toContain('record');
    expect(names(bay.send({ type: 'recorded', runId: 'run-1' }))).toContain('announce');
    expect(bay.snapshot().context.run).toMatchObject({
      recorded: true,
      conclusion: { verdict: 'PASS', fault: null },
    });
  });

  it('writes down the unit’s serial number as soon as it is read', () => {
    const bay = drive(false);
    bay.send(...plugged, ...toFlashing);
    const read: Step = { type: 'progress', runId: 'run-1', progress: { percent: 1 }, unitSerial: 'W-1' };
    expect(names(bay.send(read))).toContain('note');
    expect(names(bay.send(read))).not.toContain('note');
  });

  it('writes down that it flashes before the request goes out', () => {
    const bay = drive(false);
    bay.send(...plugged);
    const effects = names(bay.send(...toFlashing));
    expect(effects.lastIndexOf('note')).toBeLessThan(effects.indexOf('follow'));
  });

  it('ends as ABORTED when the unit is unplugged, and the verdict stays to be read', () => {
    const bay = drive(false);
    bay.send(...plugged, ...toFlashing);
    expect(names(bay.send({ type: 'detached' }))).toEqual(
      expect.arrayContaining(['cancel', 'deal-with-container']),
    );
    bay.send(...ending);
    expect(bay.snapshot().matches({ ended: 'gone' })).toBe(true);
    expect(bay.snapshot().context.run?.conclusion).toEqual({
      verdict: 'ABORTED',
      fault: { code: 'unplugged' },
    });
  });

  it('keeps the first reason: an abort after the unplug changes nothing', () => {
    const bay = drive(false);
    bay.send(
      ...plugged,
      ...toFlashing,
      { type: 'detached' },
      { type: 'abort', reason: 'aborted-by-operator' },
    );
    expect(bay.snapshot().context.run?.conclusion?.fault?.code).toBe('unplugged');
  });

  it.each([
    ['flash', 'TIMEOUT', 'flash-timeout'],
    ['stall', 'TIMEOUT', 'flash-stalled'],
    ['engine', 'ERROR', 'engine-lost'],
  ] as const)('ends when its %s timer fires', (timer, verdict, code) => {
    const bay = drive(false);
    bay.send(...plugged, ...toFlashing, { type: 'engine-lost' }, { type: 'timer', timer });
    expect(bay.snapshot().context.run?.conclusion).toMatchObject({ verdict, fault: { code } });
  });

  it('survives an engine that comes back in time', () => {
    const bay = drive(false);
    bay.send(...plugged, ...toFlashing);
    expect(bay.send({ type: 'engine-lost' })).toContainEqual({
      do: 'start-timer',
      timer: 'engine',
      ms: defaultTimes.engine,
    });
    expect(bay.send({ type: 'engine-back' })).toContainEqual({ do: 'stop-timer', timer: 'engine' });
    expect(bay.snapshot().matches({ running: 'flashing' })).toBe(true);
  });

  it('takes no answer that belongs to another run', () => {
    const bay = drive(false);
    bay.send(...plugged, ...toFlashing, { type: 'flashed', runId: 'run-0' });
    expect(bay.snapshot().matches({ running: 'flashing' })).toBe(true);
  });

  it('shows no verdict before its record is on disk, and tries again', () => {
    const bay = drive(false);
    bay.send(
      ...plugged,
      ...toFlashing,
      { type: 'flashed', runId: 'run-1' },
      { type: 'dealt', runId: 'run-1' },
    );
    bay.send({ type: 'record-failed', runId: 'run-1', fault: fault('records-unwritable', { path: 'x' }) });
    expect(bay.snapshot().context.run?.recorded).toBe(false);
    expect(names(bay.send({ type: 'timer', timer: 'record' }))).toContain('record');
  });

  it('runs the tests after the flash, and their verdict is the run’s', () => {
    const bay = drive(false);
    const plan = aPlan({ hasTests: true });
    bay.send(
      { type: 'attached', port: aPort() },
      { type: 'matched', match: ok(plan) },
      { type: 'timer', timer: 'settle' },
    );
    bay.send(...toFlashing);
    expect(names(bay.send({ type: 'flashed', runId: 'run-1' }))).toContain('test');
    const bad = {
      name: 'boots',
      kind: 'exec' as const,
      optional: false,
      attempts: [],
      verdict: 'FAIL' as const,
      startedAt: 1,
      endedAt: 2,
      exitCode: 1,
      fault: fault('test-failed', { test: 'boots', reason: 'x' }),
    };
    bay.send({ type: 'test-ended', runId: 'run-1', outcome: bad }, { type: 'tested', runId: 'run-1' });
    expect(bay.snapshot().context.run?.conclusion).toEqual({ verdict: 'FAIL', fault: bad.fault });
  });

  it('is tried again as often as the recipe says, counting attempts', () => {
    const bay = drive(false);
    const plan = aPlan({ retries: 1 });
    bay.send(
      { type: 'attached', port: aPort() },
      { type: 'matched', match: ok(plan) },
      { type: 'timer', timer: 'settle' },
    );
    const failing: Step[] = [
      {
        type: 'failed',
        runId: 'run-1',
        conclusion: { verdict: 'FAIL', fault: fault('flash-failed', { reason: 'x' }) },
      },
      ...ending,
    ];
    bay.send(...toFlashing);
    expect(names(bay.send(...failing))).toContain('request-flash');
    bay.send(...toFlashing);
    expect(bay.snapshot().context.run?.attempt).toBe(2);
    expect(names(bay.send(...failing))).not.toContain('request-flash');
  });

  it('is not started again by the plug of a unit that stayed after a restart, but by another unit', () => {
    const same = drive();
    const run = aRun({ port: aPort({ identity: 'A' }) });
    same.send({ type: 'adopt', run, resume: { verdict: 'ERROR', fault: fault('run-interrupted') } });
    same.send(
      { type: 'attached', port: aPort({ identity: 'A' }) },
      { type: 'dealt', runId: run.id },
      { type: 'recorded', runId: run.id },
    );
    expect(same.snapshot().matches({ ended: 'shown' })).toBe(true);

    const other = drive();
    other.send({ type: 'adopt', run, resume: { verdict: 'ERROR', fault: fault('run-interrupted') } });
    other.send(
      { type: 'attached', port: aPort({ identity: 'B' }) },
      { type: 'dealt', runId: run.id },
      { type: 'recorded', runId: run.id },
    );
    expect(other.snapshot().matches('settling')).toBe(true);
  });
});

describe('a unit that is exchanged while the last run ends', () => {
  const exchanged: Step[] = [{ type: 'detached' }, { type: 'attached', port: aPort() }];

  it('is a new plug, also where the system cannot tell one plug from the next', () => {
    const bay = drive();
    bay.send(...plugged, ...toFlashing, { type: 'flashed', runId: 'run-1' }, ...exchanged, ...ending);
    expect(bay.snapshot().matches('settling')).toBe(true);
    expect(bay.snapshot().context.run).toBeNull();
  });

  it('is not flashed as the next attempt at the one before', () => {
    const bay = drive();
    const conclusion = { verdict: 'FAIL', fault: fault('flash-failed', { reason: 'x' }) } as const;
    bay.send(
      ...plugged.slice(0, 1),
      { type: 'matched', match: ok(aPlan({ retries: 2 })) },
      ...plugged.slice(2),
    );
    bay.send(...toFlashing, { type: 'failed', runId: 'run-1', conclusion }, ...exchanged);
    expect(names(bay.send(...ending))).not.toContain('request-flash');
    expect(bay.snapshot().matches('settling')).toBe(true);
  });
});

describe('a bay that somebody has for themselves', () => {
  const hold = { kind: 'serial-console', operator: 'ana', since: 1000 } as const;

  it('starts nothing by itself and nothing that is asked for', () => {
    const bay = drive();
    const effects = bay.send({ type: 'held', hold }, ...plugged, {
      type: 'flash',
      runId: 'run-1',
      operator: 'ana',
    });
    expect(names(effects)).not.toContain('request-flash');
    expect(bay.snapshot().matches('present')).toBe(true);
  });

  it('waits for the operator once it is given back: the unit may not be what it was', () => {
    const bay = drive();
    bay.send({ type: 'held', hold }, ...plugged);
    expect(names(bay.send({ type: 'held', hold: null }))).not.toContain('request-flash');
    bay.send(...toFlashing);
    expect(bay.snapshot().matches('running')).toBe(true);
  });

  it('retries nothing meanwhile', () => {
    const bay = drive();
    bay.send(
      ...plugged.slice(0, 1),
      { type: 'matched', match: ok(aPlan({ retries: 2 })) },
      ...plugged.slice(2),
    );
    bay.send(...toFlashing, { type: 'held', hold });
    bay.send({
      type: 'failed',
      runId: 'run-1',
      conclusion: { verdict: 'FAIL', fault: fault('flash-failed', { reason: 'x' }) },
    });
    expect(names(bay.send(...ending))).not.toContain('request-flash');
  });
});
