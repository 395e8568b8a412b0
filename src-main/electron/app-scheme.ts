import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { CustomScheme, Protocol } from 'electron';
import type { Clock } from '../core/clock.js';
import type { SyncDisposable } from '../core/disposable.js';
import { assetPath } from './asset-path.js';

/** The scheme of Slipway's own pages, instead of `file://`: an origin of its own, with headers. */
export const appScheme = 'app';
/** The window's page; no other origin may talk to the station. */
export const windowOrigin = 'app://slipway';

/** To be registered before the app is ready. */
export const schemePrivileges: CustomScheme = {
  scheme: appScheme,
  privileges: { standard: true, secure: true, supportFetchAPI: true },
};

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wav': 'audio/wav',
  '.ogg': 'audio/ogg',
};

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "frame-src 'none'",
  // A log is searched beside the page: an expression that takes for ever holds up nothing.
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // Text becomes markup only through Svelte's own templates.
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html slipway-log-search',
].join('; ');

/** What every answer of the app scheme says, whatever the page. */
export const commonHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** A page asks for all that it loads at once within a millisecond or two, and has its bytes a few later; ms. */
const quietAfterScripts = 10;

/**
 * Serves the built page in `folder` as `app://slipway/`, and nothing else. Resolves once the page has its scripts: from
 * there on it needs nothing of this process until it asks the station.
 */
export function serveWindow(protocol: Protocol, folder: string, clock: Clock): Promise<void> {
  let quiet: SyncDisposable | null = null;
  let hasScript = false;
  let isServed = false;
  let resolve: () => void = () => undefined;
  const scriptsServed = new Promise<void>((done) => {
    resolve = done;
  });
  const handedOver = (path: string): void => {
    if (isServed) return;
    hasScript ||= extname(path) === '.js';
    quiet?.dispose();
    if (!hasScript) return;
    quiet = clock.after(quietAfterScripts, () => {
      isServed = true;
      resolve();
    });
  };
  protocol.handle(appScheme, async (request) => {
    const url = new URL(request.url);
    if (url.host !== new URL(windowOrigin).host || request.method !== 'GET') return notFound();
    const path = assetPath(folder, url.pathname);
    const type = path === undefined ? undefined : contentTypes[extname(path)];
    if (path === undefined || type === undefined) return notFound();
    try {
      // Electron's readFile also reads inside a packaged archive.
      const body = await readFile(path);
      const headers = {
        ...commonHeaders,
        'Content-Type': type,
        'Content-Security-Policy': contentSecurityPolicy,
      };
      handedOver(path);
      return new Response(new Uint8Array(body), { headers });
    } catch (error) {
      if (isMissing(error)) return notFound();
      throw error;
    }
  });
  return scriptsServed;
}

function notFound(): Response {
  return new Response(null, { status: 404, headers: commonHeaders });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR');
}
