import type { BayView } from '../../../src-shared/model/bay.js';
import { valueOf } from '../../../src-shared/model/limits.js';
import type { LiveTest } from '../../../src-shared/model/test.js';
import type { Language } from '../../state/language.svelte.js';
import type { BayLook } from './bay-look.js';

/** The sentences below a bay's word: why it is so and what to do, or what the flasher does now. */
export function bayDetail(view: BayView, look: BayLook, language: Language): string {
  const { text, what, remedy } = language;
  // A bay that waits for the operator: what to do matters, not why.
  if (look.fault?.code === 'waiting-for-operator') return remedy(look.fault);
  if (look.fault !== null) return `${what(look.fault)}\n${remedy(look.fault)}`;
  switch (view.status) {
    case 'running': {
      const { asks = null, test = null } = view.run ?? {};
      if (asks !== null)
        return text(asks.kind === 'identity' ? 'window.ask.waits' : 'window.ask.waitsConfirm');
      if (test !== null && view.run?.phase === 'test') return testDetail(test, text);
      const { step, message } = view.run?.progress ?? {};
      const said = [step, message].filter((part) => part !== undefined && part !== '');
      return [...new Set(said)].join(': ');
    }
    case 'empty':
      return text('window.bay.emptyHint');
    case 'disabled':
      return text('window.bay.disabledHint');
    case 'settling':
      return text('window.bay.settlingHint');
    case 'ready':
      return text('window.bay.readyHint');
    default:
      return '';
  }
}

/** The whole bay in one sentence, for a screen reader; without the percentage, which would never let it finish. */
export function baySummary(view: BayView, look: BayLook, language: Language): string {
  const { text } = language;
  const unit = view.run?.unitSerial;
  return [
    text('window.bay.title', { bay: view.number }),
    view.label,
    text(look.word),
    unit === null || unit === undefined ? null : text('window.bay.unit', { unit }),
    ...(look.fault === null ? [] : [language.what(look.fault)]),
  ]
    .filter((part) => part !== null && part !== '')
    .join(', ');
}

/** What a test does now: its name, its step, and what it has measured. */
function testDetail(test: LiveTest, text: Language['text']): string {
  const { name, index, count, attempt, attempts, step, measurements } = test;
  const now = text('window.test.now', { name, index, count });
  const again = attempts > 1 && attempt > 1 ? text('window.test.attempt', { attempt, attempts }) : null;
  const doing = step === null ? null : text('window.test.step', { index: step.index, count: step.count });
  const values = measurements.map((one) => `${one.name} ${valueOf(one)}`).join(', ');
  return [[now, again, doing].filter((part) => part !== null).join(' · '), values]
    .filter((line) => line !== '')
    .join('\n');
}
