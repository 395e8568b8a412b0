import { session as sessions, type Session } from 'electron';
import { appScheme } from './app-scheme.js';
import { originOf } from './hardening.js';
import type { Log } from './log.js';
import type { PanelOrigin } from './panel-origin.js';
import { retryUrl } from './retry-page.js';

/**
 * A bay's own session: in memory, with no cookie, cache or storage in common with any other. It is one a
 * bay and not one a run, because Electron never lets go of a session; it is emptied after each run.
 */
export interface PanelSession {
  readonly session: Session;
  /** Confines every request to this origin. Waits until what a former run left is gone. */
  confine(origin: PanelOrigin, retryPage: () => Response): Promise<void>;
  /** Forgets all that the panel kept. */
  empty(): void;
  /** Resolves to whether the panel answers HTTP at all. */
  probe(url: string, signal: AbortSignal): Promise<boolean>;
}

export function createPanelSession(bay: number, log: Log): PanelSession {
  const session = sessions.fromPartition(`panel-${bay}`, { cache: false });
  let confined: PanelOrigin | undefined;
  let retryPage: (() => Response) | undefined;
  let emptied: Promise<unknown> = Promise.resolve();

  session.webRequest.onBeforeRequest(({ url, resourceType }, decide) => {
    const isOwn = url === retryUrl && resourceType === 'mainFrame';
    const allowed = isOwn || confined?.permitsRequest(url) === true;
    if (!allowed) log.warn('panel request refused', { bay, url: originOf(url) });
    decide({ cancel: !allowed });
  });
  session.protocol.handle(appScheme, ({ url }) =>
    url === retryUrl && retryPage !== undefined ? retryPage() : new Response(null, { status: 404 }),
  );

  return {
    session,
    async confine(origin, page) {
      await emptied;
      confined = origin;
      retryPage = page;
      // What never passes as a request (name look-ups, WebRTC, preconnections) finds a proxy that is not there.
      await session.setProxy({
        mode: 'fixed_servers',
        proxyRules: 'socks5://127.0.0.1:1',
        proxyBypassRules: `<-loopback>;${new URL(origin.url).host}`,
      });
    },
    empty() {
      confined = undefined;
      retryPage = undefined;
      // One after the other, so that a panel never starts before all that was before it is gone.
      emptied = emptied
        .then(() =>
          Promise.all([
            session.clearStorageData(),
            session.clearCache(),
            session.clearAuthCache(),
            session.closeAllConnections(),
          ]),
        )
        .catch((error: unknown) => log.error('panel session not emptied', { bay, error: String(error) }));
    },
    async probe(url, signal) {
      try {
        const response = await session.fetch(url, { signal, redirect: 'manual' });
        await response.body?.cancel();
        return true;
      } catch {
        return false; // No answer is an answer here; the next probe follows.
      }
    },
  };
}
