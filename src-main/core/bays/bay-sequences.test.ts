import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fail, fault, ok } from '../../../src-shared/model/result.js';
import { aPlan, aPort } from '../../../test/fakes/bay-data.js';
import { defaultTimes, type BayEvent, type Effect } from './bay-events.js';
import { createBayMachine, startBay, stepBay } from './bay-machine.js';

const machine = createBayMachine(defaultTimes);

type Step = BayEvent extends infer Event ? (Event extends { at: number } ? Omit<Event, 'at'> : never) : never;

const identity = { source: 'operator', serial: 'SN-1', model: null, at: 0, confirmed: null } as const;
const ask = { kind: 'identity', hint: null, pattern: '^SN' } as const;

/** The world as effects see it: what exists, and which answers are still on their way. */
interface World {
  containers: Set<string>;
  written: Map<string, string | null>;
  pending: Step[];
  shown: string[];
}

const outcomes = fc.record({
  which: fc.nat(20),
  fails: fc.boolean(),
});

const anyEvent: fc.Arbitrary<Step | 'answer'> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('answer' as const) },
  fc.constantFrom<Step>(
    { type: 'detached' },
    { type: 'attached', port: aPort({ identity: 'A' }) },
    { type: 'attached', port: aPort({ identity: 'B' }) },
    { type: 'abort', reason: 'aborted-by-operator' },
    { type: 'abort', reason: 'aborted-by-quit' },
    { type: 'engine-lost' },
    { type: 'engine-back' },
    { type: 'gate', fault: fault('engine-absent', { endpoint: 'x' }) },
    { type: 'gate', fault: null },
    { type: 'configured', enabled: false },
    { type: 'configured', enabled: true },
    { type: 'automatic', on: true },
    { type: 'matched', match: ok(aPlan({ hasTests: true, retries: 2 })) },
    { type: 'matched', match: fail('recipe-none-matches', { port: 'x' }) },
    { type: 'timer', timer: 'settle' },
    { type: 'timer', timer: 'flash' },
    { type: 'timer', timer: 'stall' },
    { type: 'timer', timer: 'engine' },
    { type: 'timer', timer: 'record' },
    { type: 'images-changed' },
    { type: 'image-checked', fault: fault('image-missing', { image: 'x' }) },
    { type: 'flash', runId: 'by-hand', operator: 'ana' },
    { type: 'held', hold: { kind: 'shell', operator: 'ana', since: 0 } },
    { type: 'held', hold: null },
    { type: 'identity-given', serial: 'SN-2' },
    { type: 'confirmed', operator: 'ana' },
  ),
);

describe('any sequence of events', () => {
  it('ends with no container left, every run recorded once, and no verdict shown that is not written', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyEvent, outcomes), { maxLength: 120 }), (steps) => {
        const world: World = { containers: new Set(), written: new Map(), pending: [], shown: [] };
        let [snapshot] = startBay(machine, { enabled: true, automatic: true, gate: null });
        let at = 0;
        let runs = 0;

        function send(event: Step, fails = false): void {
          at += 1;
          const [next, effects] = stepBay(machine, snapshot, { ...event, at });
          snapshot = next;
          for (const effect of effects) perform(effect, fails);
          expect(
            snapshot.context.run === null ||
              !snapshot.context.run.recorded ||
              world.written.get(snapshot.context.run.id),
          ).toBeTruthy();
        }

        function perform(effect: Effect, fails: boolean): void {
          const run = snapshot.context.run;
          const runId = run?.id ?? '';
          const answer = (event: Step): void => void world.pending.push(event);
          const failed: Step = {
            type: 'failed',
            runId,
            conclusion: { verdict: 'ERROR', fault: fault('engine-error', { reason: 'x' }) },
          };
          switch (effect.do) {
            case 'match':
              return answer({
                type: 'matched',
                match: ok(aPlan({ hasTests: fails, retries: 1, asksIdentity: runs % 3 === 0 })),
              });
            case 'check-image':
              return answer({ type: 'image-checked', fault: null });
            case 'request-flash':
              runs += 1;
              return answer({ type: 'flash', runId: `run-${runs}`, operator: 'ana' });
            case 'begin':
              world.written.set(runId, null);
              return answer(fails ? failed : { type: 'begun', runId });
            case 'identify':
              if (fails) return answer(failed);
              return answer(
                runs % 2 === 0
                  ? { type: 'identified', runId, identity }
                  : { type: 'identity-asked', runId, ask, identity },
              );
            case 'recognise':
              return answer({
                type: 'recognised',
                runId,
                passed: fails ? { run: 'run-0', at: 1 } : null,
              });
            case 'prepare':
              return answer(fails ? failed : { type: 'prepared', runId, imageId: 'i', imageDigest: null });
            case 'create':
              world.containers.add(runId);
              return answer({ type: 'created', runId, containerId: runId, hostPort: 1080 });
            case 'start':
              return answer(fails ? failed : { type: 'started', runId });
            case 'await-panel':
              return answer(fails ? failed : { type: 'panel-ready', runId });
            case 'follow':
              answer({ type: 'progress', runId, progress: { percent: 50 } });
              return answer(fails ? failed : { type: 'flashed', runId });
            case 'test':
              return answer({ type: 'tested', runId });
            case 'deal-with-container':
              world.containers.delete(runId);
              return answer({ type: 'dealt', runId });
            case 'record':
              if (fails)
                return answer({
                  type: 'record-failed',
                  runId,
                  fault: fault('records-unwritable', { path: 'x' }),
                });
              expect(world.written.get(runId), 'recorded once').toBeNull();
              expect(run?.conclusion).not.toBeNull();
              world.written.set(runId, run?.conclusion?.verdict ?? null);
              return answer({ type: 'recorded', runId });
            case 'announce':
              expect(world.written.get(runId)).toBeTruthy();
              world.shown.push(runId);
              return;
            default:
              return;
          }
        }

        for (const [step, { which, fails }] of steps) {
          if (step !== 'answer') send(step, fails);
          else if (world.pending.length > 0) {
            const [event] = world.pending.splice(which % world.pending.length, 1);
            if (event !== undefined) send(event, fails);
          }
        }
        // The end of the day: unplug, and let every answer arrive.
        send({ type: 'detached' });
        send({ type: 'abort', reason: 'aborted-by-quit' });
        for (
          let round = 0;
          round < 200 && (world.pending.length > 0 || snapshot.matches('ending'));
          round += 1
        ) {
          const event = world.pending.shift();
          send(event ?? { type: 'timer', timer: 'record' });
        }

        expect(snapshot.matches('running') || snapshot.matches('ending')).toBe(false);
        expect([...world.containers], 'containers left').toEqual([]);
        expect(
          [...world.written.values()].filter((verdict) => verdict === null),
          'runs without a verdict',
        ).toEqual([]);
        expect(new Set(world.shown).size).toBe(world.shown.length);
      }),
      { numRuns: 2000 },
    );
  });
});
