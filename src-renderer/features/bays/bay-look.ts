import type { MessageKey } from '../../../src-shared/messages/catalogue.js';
import type { BayView } from '../../../src-shared/model/bay.js';
import type { Port } from '../../../src-shared/model/port.js';
import type { Fault } from '../../../src-shared/model/result.js';
import type { Verdict } from '../../../src-shared/model/run.js';
import type { Counters } from '../../../src-shared/model/station.js';
import type { IconName, VerdictTone } from '../../ui/icons.js';

/** How a bay is drawn: its one word, its colour, its shape, and the sentence below. Only a translation of what the station says. */
export interface BayLook {
  readonly tone: VerdictTone | 'running' | 'ready' | 'blocked' | 'quiet';
  readonly word: MessageKey;
  /** The verdict's shape, or the icon of a bay without one. */
  readonly verdict: VerdictTone | null;
  readonly icon: IconName;
  /** Why the bay is as it is, where the station says so. */
  readonly fault: Fault | null;
}

const verdictTones: Record<Verdict, VerdictTone> = {
  PASS: 'pass',
  FAIL: 'fail',
  ERROR: 'error',
  TIMEOUT: 'timeout',
  ABORTED: 'aborted',
};

export function toneOf(verdict: Verdict): VerdictTone {
  return verdictTones[verdict];
}

export function lookOf(view: BayView): BayLook {
  const { run, status } = view;
  const quiet = { tone: 'quiet', verdict: null, fault: view.reason } as const;
  switch (status) {
    case 'ended':
      if (run === null || run.verdict === null)
        return { ...quiet, word: 'words.status.ended', icon: 'check', fault: run?.fault ?? null };
      return {
        tone: toneOf(run.verdict),
        word: `words.verdict.${run.verdict}`,
        verdict: toneOf(run.verdict),
        icon: 'check',
        fault: run.fault,
      };
    case 'running':
      // Nothing goes on until somebody answers: that must not look like work.
      if (run !== null && run.asks !== null) {
        return { ...quiet, tone: 'blocked', word: `words.asks.${run.asks.kind}`, icon: 'warning' };
      }
      return {
        tone: 'running',
        word: run === null ? 'words.status.running' : `words.phase.${run.phase}`,
        verdict: null,
        icon: 'flash',
        fault: run?.fault ?? null,
      };
    case 'ready':
      return { ...quiet, tone: 'ready', word: 'words.status.ready', icon: 'flash' };
    case 'blocked':
      return { ...quiet, tone: 'blocked', word: 'words.status.blocked', icon: 'warning' };
    case 'unmatched':
      return { ...quiet, word: 'words.status.unmatched', icon: 'recipe' };
    case 'disabled':
      return { ...quiet, word: 'words.status.disabled', icon: 'power' };
    case 'settling':
      return { ...quiet, word: 'words.status.settling', icon: 'dots' };
    case 'empty':
      return { ...quiet, word: 'words.status.empty', icon: 'plug' };
  }
}

/** What the one button of a bay does now; null where there is nothing to do. */
export function primaryAction(view: BayView): 'flash' | 'retry' | 'abort' | null {
  if (view.status === 'running') return 'abort';
  // A verdict stays to be read after its unit has gone; there is nothing to flash then.
  if (view.status === 'ended') return view.port === null ? null : 'retry';
  return view.status === 'ready' || view.status === 'blocked' ? 'flash' : null;
}

/** Whether nothing but too little support of its image keeps a bay from flashing: an engineer can allow one run. */
export function canBeAllowed({ status, reason }: BayView): boolean {
  return status === 'blocked' && reason?.code === 'image-support-too-low';
}

/** What is plugged in: its product where it tells one, and the name of its port. */
export function deviceName(port: Port): { product: string | null; port: string } {
  return {
    product: port.product ?? port.manufacturer ?? null,
    port: port.path.split('/').at(-1) ?? port.path,
  };
}

/** How long a run has taken so far, or took, in ms. */
export function elapsed(run: { startedAt: number; endedAt: number | null }, now: number): number {
  return Math.max(0, (run.endedAt ?? now) - run.startedAt);
}

/** The share of good units among those that were judged, 0-100; null before any was. Errors of the station say nothing of the units. */
export function yieldOf(counters: Counters): number | null {
  const judged = counters.pass + counters.fail;
  return judged === 0 ? null : (100 * counters.pass) / judged;
}
