import type { UnitIdentity } from '../../../src-shared/model/identity.js';
import type { Result } from '../../../src-shared/model/result.js';
import { fail, ok } from '../../../src-shared/model/result.js';
import { defaultSerialSettings } from '../../../src-shared/model/serial.js';
import type { LiveTest, TestOutcome } from '../../../src-shared/model/test.js';
import type { ContainerSpec } from '../docker/engine.js';
import type { Recipe } from '../recipes/schema.js';
import { whenAsked } from '../recipes/identity-schema.js';
import { takesPort, actionsOf } from '../recipes/test-schema.js';
import { runTests, type TestLog, type TestPlaces } from '../tests/run-tests.js';
import { identifyFlashed, type Identification } from './identity-step.js';
import type { RunParts } from './run-parts.js';
import type { RunState } from './run-state.js';

/** The tests of one run: where they are run, and what becomes of what they leave. */
export interface TestStep {
  /**
   * Asks what was flashed who it is, where the recipe wants that, and runs the phases. Resolves when every phase
   * and every tear-down is over, also after the signal aborted: whether all passed, or why the unit is refused.
   */
  run(run: RunState, containerId: string): Promise<boolean | Refusal>;
  /** Resolves when nothing of the tests goes on any more. */
  settled(): Promise<void>;
  /** From now on the run goes on without this station: what is set up stays so. */
  leave(): void;
  /** Takes away containers of tests that a station of before, or a lost engine, left. */
  removeContainers(run: RunState): Promise<void>;
}

/** Why a unit gets no further once it has said who it is. */
export type Refusal = Extract<Identification, { kind: 'ends' }>;

export function createTestStep(options: {
  runId: string;
  recipe: Recipe;
  parts: RunParts;
  signal: AbortSignal;
  log: TestLog;
  specFor: (run: RunState) => Result<ContainerSpec>;
  onIdentified: (identity: UnitIdentity) => void;
  onLive: (live: LiveTest) => void;
  onEnd: (outcome: TestOutcome) => void;
}): TestStep {
  const { runId, recipe, parts, signal, log, specFor, onIdentified, onLive, onEnd } = options;
  const { engine, clock } = parts;
  let running: Promise<unknown> = Promise.resolve();
  let left = false;
  let isFree = recipe.flash.releasesPort;
  let containers = 0;

  function placesOf(run: RunState, containerId: string): TestPlaces {
    return {
      engine,
      containerId,
      ownSpec(image, command) {
        const spec = specFor(run);
        // The same recipe and secrets made the flasher's container a moment ago.
        if (!spec.ok) throw new Error(`no spec for a test: ${spec.error.code}`);
        containers += 1;
        // The time makes it another than that of a station that was killed in this run.
        const name = `${spec.value.name}-test${containers}-${clock.now().toString(36)}`;
        return { ...spec.value, name, image, command };
      },
      async freePort() {
        if (isFree) return ok();
        log.say('log.test-frees-port');
        const stopped = await engine.stopContainer(containerId, 0);
        isFree = stopped.ok;
        return stopped;
      },
      openPort(baudRate) {
        // The node's name may be another unit's by now, in another bay even.
        if (!parts.portIsSame(run.port)) return Promise.resolve(fail('serial-gone', { path: run.port.path }));
        return parts.serial.open({ ...defaultSerialSettings, baudRate, node: run.port.node });
      },
      fill(text) {
        const { unitSerial } = run;
        if (text.includes('{serial}') && unitSerial === null) return fail('serial-unknown');
        return ok(text.replaceAll('{serial}', unitSerial ?? '').replaceAll('{model}', run.plan.model));
      },
    };
  }

  async function identifyAndTest(run: RunState, containerId: string): Promise<boolean | Refusal> {
    let unitSerial = run.unitSerial;
    if (whenAsked(recipe.identity) === 'after') {
      const { freePort } = placesOf(run, containerId);
      const found = await identifyFlashed({ run, recipe, parts, log, signal, freePort });
      if (found.kind === 'ends') return found;
      if (signal.aborted || found.identity === null) return false;
      onIdentified(found.identity);
      unitSerial = found.identity.serial;
    }
    const outcomes = await runTests({
      tests: recipe.tests,
      done: run.tests,
      places: placesOf({ ...run, unitSerial }, containerId),
      clock,
      messages: parts.messages(),
      signal,
      log,
      mayTearDown: () => !left,
      onLive,
      onEnd,
    });
    return outcomes.every(({ verdict }) => verdict === 'PASS');
  }

  return {
    run(run, containerId) {
      const done = identifyAndTest(run, containerId);
      running = done;
      return done;
    },
    async settled() {
      await running.catch(() => undefined);
    },
    leave() {
      left = true;
    },
    async removeContainers(run) {
      if (!recipe.tests.some((test) => actionsOf(test).some(takesPort))) return;
      const owned = await engine.listOwned();
      if (!owned.ok) return;
      for (const { id, name, labels } of owned.value) {
        if (id === run.containerId || labels['io.slipway.run'] !== runId || !name.includes('-test')) continue;
        await engine.removeContainer(id);
      }
    },
  };
}
