import type { BayHold, BayRun, BayStatus, BayView } from '../../../src-shared/model/bay.js';
import { fault, type Fault } from '../../../src-shared/model/result.js';
import type { BayContext } from './bay-events.js';
import type { BaySnapshot } from './bay-machine.js';
import { currentPhase, type RunState } from './run-state.js';

interface Place {
  number: number;
  label: string;
  physicalPath: string;
}

/** What anybody may see of a bay, from the machine's state alone. */
export function viewBay(snapshot: BaySnapshot, place: Place, expectedMs: number | null): BayView {
  const { context } = snapshot;
  const { status, reason } = describe(snapshot, place);
  const matched = context.match?.ok === true ? context.match.value : undefined;
  const plan = context.run !== null && showsRun(snapshot) ? context.run.plan : matched;
  return {
    ...place,
    enabled: context.enabled,
    status,
    reason,
    port: context.port,
    recipe:
      plan === undefined
        ? null
        : { name: plan.recipe, title: plan.title, model: plan.model, hasPanel: plan.hasPanel },
    run:
      context.run !== null && showsRun(snapshot)
        ? viewRun(context.run, context.recordFault, expectedMs)
        : null,
    hold: context.hold,
  };
}

function showsRun(snapshot: BaySnapshot): boolean {
  return snapshot.matches('running') || snapshot.matches('ending') || snapshot.matches('ended');
}

function describe(snapshot: BaySnapshot, place: Place): { status: BayStatus; reason: Fault | null } {
  const { context } = snapshot;
  if (snapshot.matches('running') || snapshot.matches('ending')) {
    return { status: 'running', reason: pendingRecord(context) };
  }
  if (snapshot.matches('ended')) return { status: 'ended', reason: null };
  if (!context.enabled) {
    return { status: 'disabled', reason: fault('bay-disabled', { bay: place.number }) };
  }
  if (snapshot.matches('empty')) return { status: 'empty', reason: null };
  if (snapshot.matches('settling')) return { status: 'settling', reason: null };
  if (context.match?.ok === false) return { status: 'unmatched', reason: context.match.error };
  if (context.hold !== null) return { status: 'blocked', reason: heldFault(context.hold, place.number) };
  const inTheWay = context.gate ?? context.imageFault;
  if (inTheWay !== null) return { status: 'blocked', reason: inTheWay };
  return { status: 'ready', reason: context.armed ? null : fault('waiting-for-operator') };
}

/** `bay-held`, with who has it. */
export function heldFault({ kind, operator }: BayHold, bay: number): Fault {
  return fault('bay-held', { bay, kind, operator: operator === '' ? 'none' : operator });
}

function pendingRecord(context: BayContext): Fault | null {
  const conclusion = context.run?.conclusion ?? null;
  if (context.recordFault === null || conclusion === null) return null;
  return fault('record-pending', { verdict: conclusion.verdict });
}

function viewRun(run: RunState, recordFault: Fault | null, expectedMs: number | null): BayRun {
  const over = run.conclusion !== null;
  return {
    id: run.id,
    attempt: run.attempt,
    adopted: run.adopted,
    unitSerial: run.unitSerial,
    phase: currentPhase(run),
    progress: run.progress,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    expectedMs,
    panelPort: over ? null : run.hostPort,
    panelReady: run.panelReady && !over,
    containerId: run.containerId,
    asks: run.asks,
    test: run.liveTest,
    allowance: run.allowance,
    // Nobody sees a verdict that is not on disk.
    verdict: run.recorded ? (run.conclusion?.verdict ?? null) : null,
    fault: run.recorded ? (run.conclusion?.fault ?? null) : recordFault,
  };
}
