import { beforeEach, describe, expect, it } from 'vitest';
import { fault } from '../../../src-shared/model/result.js';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { createFakeEngine, type FakeEngine } from '../../../test/fakes/engine.js';
import { createImageWatch, recheckTimes, type ImageWatch } from './image-watch.js';

describe('the watch over images', () => {
  let clock: FakeClock;
  let engine: FakeEngine;
  let watch: ImageWatch;
  let told: number;

  beforeEach(() => {
    clock = createFakeClock();
    engine = createFakeEngine({ clock, stationId: 'station-1' });
    watch = createImageWatch({ engine, clock });
    told = 0;
    watch.changes.subscribe(() => (told += 1));
  });

  const looks = (): number => engine.journal.filter((call) => call.startsWith('inspectImage')).length;

  it('asks the engine once for all who look at one name at a time', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, () => watch.look('flasher:latest')));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(looks()).toBe(1);
  });

  it('asks for each name', async () => {
    await Promise.all([watch.look('flasher:latest'), watch.look('other')]);
    expect(looks()).toBe(2);
  });

  it('asks anew for a look that comes later', async () => {
    await watch.look('flasher:latest');
    await clock.advanceAsync(1000);
    await watch.look('flasher:latest');
    expect(looks()).toBe(2);
  });

  it('never serves an answer from before an event to whoever asks after it', async () => {
    const release = engine.hold('inspectImage');
    const before = watch.look('flasher:latest');
    const changed = { id: 'sha256:new', digest: null, digests: [], labels: {} };
    engine.setImage('flasher:latest', changed);
    const after = watch.look('flasher:latest');
    release();
    await before;
    expect(await after).toEqual({ ok: true, value: changed });
    expect(looks()).toBe(2);
  });

  it('tells once of several events that come together', async () => {
    for (let event = 0; event < 5; event += 1) engine.setImage('other', null);
    await clock.advanceAsync(100);
    expect(told).toBe(1);
  });

  it('has everybody look again now and then, whatever the engine tells', async () => {
    await watch.look('flasher:latest');
    await clock.advanceAsync(recheckTimes.usual - 1);
    expect(told).toBe(0);
    await clock.advanceAsync(1);
    expect(told).toBe(1);
  });

  it('rests while nobody looks', async () => {
    await clock.advanceAsync(10 * recheckTimes.usual);
    expect(told).toBe(0);
  });

  it('looks again sooner after a look that failed', async () => {
    engine.failNext('inspectImage', fault('engine-error', { reason: 'busy' }));
    await watch.look('flasher:latest');
    await clock.advanceAsync(recheckTimes.afterFailure);
    expect(told).toBe(1);
  });

  it('does not take a missing image for a failure', async () => {
    await watch.look('other');
    await clock.advanceAsync(recheckTimes.afterFailure);
    expect(told).toBe(0);
  });

  it('leaves no listener and no timer', async () => {
    engine.setImage('other', null);
    await watch.look('flasher:latest');
    watch.dispose();
    expect(engine.open).toBe(0);
    await clock.advanceAsync(10 * recheckTimes.usual);
    expect(told).toBe(0);
  });
});
