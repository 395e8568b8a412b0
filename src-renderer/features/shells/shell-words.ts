import type { ShellRecord } from '../../../src-shared/model/shell.js';
import type { Language } from '../../state/language.svelte.js';

/** How a shell ended, or that it is open, in a few words. */
export function endOfShell({ ended }: Pick<ShellRecord, 'ended'>, language: Language): string {
  if (ended === null) return language.text('shells.isOpen');
  if (ended.fault !== null) return language.what(ended.fault);
  if (ended.exitCode === null) return language.text('shells.closed');
  return language.text('shells.exitCode', { code: ended.exitCode });
}
