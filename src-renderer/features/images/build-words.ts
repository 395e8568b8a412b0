import type { InputChange, RecipeBuild } from '../../../src-shared/model/making.js';
import type { Language } from '../../state/language.svelte.js';

/** How many changed inputs a sentence names. */
const named = 4;

/** Which inputs of a recipe's image changed, in a sentence. */
export function changesText({ changes, more }: RecipeBuild, { text }: Language): string {
  if (changes === null || changes.length === 0) return text('images.changedUnknown');
  const shown = changes.slice(0, named).map((change) => changeText(change, text));
  const left = changes.length - shown.length + more;
  const inputs = shown.join(', ') + (left === 0 ? '' : ` ${text('images.changedMore', { count: left })}`);
  return text('images.changed', { inputs });
}

function changeText({ what, name, how }: InputChange, text: Language['text']): string {
  return what === 'argument'
    ? text('images.change-argument', { name })
    : text(`images.change-${how}`, { name });
}
