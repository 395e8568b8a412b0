import type { ImageSupport, SupportLevel } from '../model/image.js';
import type { MessageKey } from './catalogue.js';
import type { MessageParams } from './messages.js';

type Text = (key: MessageKey, params?: MessageParams) => string;

/** A level of support in the reader's language, whatever language the label is in: `Release Candidate 3`. */
export function supportWords(
  { level, candidate }: { level: SupportLevel; candidate?: number | null },
  text: Text,
): string {
  if (level !== 'release-candidate') return text(`images.support-${level}`);
  return candidate === null || candidate === undefined
    ? text('images.support-release-candidate')
    : text('images.support-candidate', { number: String(candidate) });
}

/** All that an image says of models: `widgy: Stable, gadget: Beta`; empty where it says nothing. */
export function supportSummary(support: readonly ImageSupport[], text: Text): string {
  return support.map((each) => `${each.model}: ${supportWords(each, text)}`).join(', ');
}
