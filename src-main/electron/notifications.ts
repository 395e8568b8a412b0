import type { Messages } from '../../src-shared/messages/messages.js';
import type { SyncDisposable } from '../core/disposable.js';
import type { Station } from '../core/station-api.js';
import type { Log } from './log.js';

export interface Notice {
  readonly title: string;
  readonly body: string;
  readonly onClick: () => void;
}

/** Whatever shows a notice: the system, or a test. */
export interface Notifier {
  isSupported(): boolean;
  show(notice: Notice): void;
}

export interface VerdictNotices {
  readonly station: Pick<Station, 'subscribe'>;
  readonly notifier: Notifier;
  readonly messages: () => Messages;
  /** Somebody clicked on the notice of this bay. */
  readonly onClick: (bay: number) => void;
  readonly log: Log;
}

/** Tells each run's verdict by the system's own means, whatever the window shows or whether it shows at all. */
export function noticeVerdicts({
  station,
  notifier,
  messages,
  onClick,
  log,
}: VerdictNotices): SyncDisposable {
  let isComplaintMade = false;
  return station.subscribe('verdict', undefined, ({ bay, verdict, unitSerial, attempt }) => {
    if (!notifier.isSupported()) {
      if (!isComplaintMade) log.warn('this system shows no notifications');
      isComplaintMade = true;
      return;
    }
    const words = messages();
    notifier.show({
      title: words.text('shell.verdict.title', { bay, verdict: words.text(`words.verdict.${verdict}`) }),
      body:
        unitSerial === null
          ? words.text('shell.verdict.unknownUnit', { attempt })
          : words.text('shell.verdict.unit', { unit: unitSerial, attempt }),
      onClick: () => onClick(bay),
    });
  });
}
