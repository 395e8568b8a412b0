import type { App, Session, WebContents } from 'electron';
import type { Log } from './log.js';

/** Where a page may go. What is not in the list may go nowhere. */
export interface Navigation {
  /** Lets these contents load what `isAllowed` says; everything else stays denied. */
  allow(contents: WebContents, isAllowed: (url: string) => boolean): void;
}

/**
 * Takes from every page and every session of this process, whoever makes them, what no page of Slipway
 * needs: other windows, other places, permissions, downloads, webviews, untrusted certificates.
 */
export function hardenApp(app: App, log: Log): Navigation {
  const allowed = new WeakMap<WebContents, (url: string) => boolean>();

  app.on('web-contents-created', (_event, contents) => {
    const check = (event: { preventDefault(): void; url: string }): void => {
      if (allowed.get(contents)?.(event.url) === true) return;
      event.preventDefault();
      log.warn('navigation refused', { url: originOf(event.url) });
    };
    contents.on('will-navigate', check);
    contents.on('will-frame-navigate', check);
    contents.on('will-redirect', check);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      log.warn('window refused', { url: originOf(url) });
      return { action: 'deny' };
    });
  });
  app.on('session-created', hardenSession);
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, decide) => {
    event.preventDefault();
    decide(false);
  });
  app.on('select-client-certificate', (event, _contents, _url, _certificates, choose) => {
    event.preventDefault();
    choose();
  });
  return { allow: (contents, isAllowed) => void allowed.set(contents, isAllowed) };
}

function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event) => event.preventDefault());
}

/** What a log may say of a URL: paths and queries can hold secrets. */
export function originOf(url: string): string {
  if (!URL.canParse(url)) return '-';
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
