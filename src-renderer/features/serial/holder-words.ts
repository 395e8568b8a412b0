import type { MessageKey } from '../../../src-shared/messages/catalogue.js';
import type { PortHolder } from '../../../src-shared/model/console.js';

const says: Readonly<Record<PortHolder['by'], { who: MessageKey; hint: MessageKey }>> = {
  'no-port': { who: 'serial.holder.noPort', hint: 'serial.hint.noPort' },
  nobody: { who: 'serial.holder.nobody', hint: 'serial.hint.nobody' },
  console: { who: 'serial.holder.console', hint: 'serial.hint.nobody' },
  run: { who: 'serial.holder.run', hint: 'serial.hint.run' },
  shell: { who: 'serial.holder.shell', hint: 'serial.hint.shell' },
  other: { who: 'serial.holder.other', hint: 'serial.hint.other' },
};

/** Who has the port now. */
export const holderKey = ({ by }: PortHolder): MessageKey => says[by].who;

/** What to do to get it. */
export const holderHint = ({ by }: PortHolder): MessageKey => says[by].hint;
