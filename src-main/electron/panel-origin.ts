/** The only place a panel may talk to: a bay's port on this machine. */
export interface PanelOrigin {
  /** The panel's first page. */
  readonly url: string;
  /** Whether a request stays with the panel: HTTP and WebSocket to exactly that port, and what needs no network. */
  permitsRequest(url: string): boolean;
  /** Whether the panel may show this page, in its top frame or in a frame of its own. */
  permitsPage(url: string): boolean;
}

const local = new Set(['data:', 'blob:']);
const empty = new Set(['about:blank', 'about:srcdoc']);

/** `port` is where the panel is published on 127.0.0.1. Compared as parsed origins, never as text. */
export function panelOrigin(port: number): PanelOrigin {
  const http = new URL(`http://127.0.0.1:${port}/`);
  const webSocket = new URL(`ws://127.0.0.1:${port}/`);
  const isOrigin = (url: URL, origins: readonly URL[]): boolean =>
    origins.some(({ protocol, host }) => url.protocol === protocol && url.host === host);
  return {
    url: http.href,
    permitsRequest(url) {
      if (!URL.canParse(url)) return false;
      const parsed = new URL(url);
      return local.has(parsed.protocol) || isOrigin(parsed, [http, webSocket]);
    },
    permitsPage(url) {
      if (empty.has(url)) return true;
      return URL.canParse(url) && isOrigin(new URL(url), [http]);
    },
  };
}
