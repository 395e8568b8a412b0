import type { Port } from '../../src-shared/model/port.js';
import { beginRun, type RunPlan, type RunState } from '../../src-main/core/bays/run-state.js';

/** Ports, plans and runs for tests: what a test does not name is ordinary. */

export function aPort(change: Partial<Port> = {}): Port {
  return {
    path: '/dev/ttyACM0',
    node: '/dev/ttyACM0',
    kind: 'device',
    physicalPath: 'usb:1-1:1.0',
    identity: 'first',
    ...change,
  };
}

export function aPlan(change: Partial<RunPlan> = {}): RunPlan {
  return {
    recipe: 'widgy',
    recipeHash: 'f'.repeat(64),
    title: { en: 'Widgy', es: 'Widgy' },
    model: 'widgy',
    imageName: 'widget-deployer',
    hasPanel: true,
    asksIdentity: false,
    hasTests: false,
    timeoutMs: 60_000,
    stallMs: 10_000,
    retries: 0,
    retryOn: ['FAIL', 'ERROR', 'TIMEOUT'],
    ...change,
  };
}

export function aRun(change: Partial<RunState> = {}): RunState {
  const fresh = beginRun({
    id: 'run-1',
    plan: aPlan(),
    port: aPort(),
    attempt: 1,
    operator: 'ana',
    startedAt: 0,
  });
  return { ...fresh, ...change };
}
