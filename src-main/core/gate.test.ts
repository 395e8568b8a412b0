import { describe, expect, it } from 'vitest';
import { fault } from '../../src-shared/model/result.js';
import { createFakeClock } from '../../test/fakes/clock.js';
import { createFakeEngine } from '../../test/fakes/engine.js';
import { createFakeRecords } from '../../test/fakes/records.js';
import { createGate } from './gate.js';

function aGate() {
  const clock = createFakeClock();
  const engine = createFakeEngine({ clock, stationId: 'station-1' });
  const records = createFakeRecords();
  const gate = createGate({ clock, engine, records });
  return { clock, engine, records, gate };
}

describe('the gate of the station', () => {
  it('is shut until what an earlier life left has been looked at', () => {
    const { gate } = aGate();
    expect(gate.fault()?.code).toBe('station-starting');
    gate.reconciled();
    expect(gate.fault()).toBeNull();
  });

  it('is shut while the engine is away, says so in a banner, and wants another look when it is back', () => {
    const { gate, engine } = aGate();
    gate.reconciled();
    engine.lose();
    expect(gate.fault()?.code).toBe('engine-lost');
    expect(gate.faults()).toMatchObject([{ source: 'engine', fault: { code: 'engine-lost' } }]);
    engine.comeBack();
    expect(gate.fault()?.code).toBe('station-starting');
    gate.reconciled();
    expect(gate.fault()).toBeNull();
    expect(gate.faults()).toEqual([]);
  });

  it('is shut while results cannot be recorded, and opens by itself', () => {
    const { gate, records, clock } = aGate();
    gate.reconciled();
    records.refusal = fault('records-unwritable', { path: 'x' });
    gate.recordsHealth(records.refusal);
    expect(gate.fault()?.code).toBe('records-unwritable');
    clock.advance(10_000);
    expect(gate.fault()?.code).toBe('records-unwritable');
    records.refusal = null;
    clock.advance(3000);
    expect(gate.fault()).toBeNull();
  });

  it('leaves no timer and no listener behind', () => {
    const { gate, clock, engine } = aGate();
    gate.recordsHealth(fault('records-unwritable', { path: 'x' }));
    gate.dispose();
    expect(clock.timers).toBe(0);
    expect(engine.open).toBe(0);
  });
});
