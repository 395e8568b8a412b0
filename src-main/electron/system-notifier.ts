import { Notification } from 'electron';
import type { Log } from './log.js';
import type { Notifier } from './notifications.js';

/** The system's own notifications. */
export function createSystemNotifier(icon: string, log: Log): Notifier {
  // What nobody holds is collected, and then its click reaches nobody.
  const shown = new Set<Notification>();
  return {
    isSupported: () => Notification.isSupported(),
    show({ title, body, onClick }) {
      const notification = new Notification({ title, body, icon });
      const forget = (): void => void shown.delete(notification);
      shown.add(notification);
      notification.on('click', () => {
        forget();
        onClick();
      });
      notification.on('close', forget);
      notification.on('failed', (_event, error) => {
        forget();
        log.warn('notification not shown', { error });
      });
      notification.show();
    },
  };
}
