import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { sandboxArguments } from '../../../scripts/electron-runtime.mjs';
import { projectRoot } from '../../../scripts/lib/main.mjs';

/** How long a window may take to deal with its station before it is killed, in ms. */
const endLimitMs = 20_000;
/** How long it may take to open, in ms: several times what a busy machine needs. */
const openLimitMs = 25_000;

export interface WindowOptions {
  /** What Electron loads: a file, or the checkout. */
  readonly entry: string;
  readonly home: string;
  readonly environment?: Record<string, string>;
  readonly words?: readonly string[];
  /** Its first page will not get as far as to be loaded. */
  readonly isCutShort?: boolean;
}

/** A window of the application in a process of its own. */
export interface TestWindow {
  readonly app: ElectronApplication;
  /** The window's page. */
  readonly page: Page;
  /** What the process has written to standard error so far. */
  readonly errors: () => string;
  /** Errors on the page's console: what it threw, and what its policy refused. */
  readonly complaints: () => string[];
  /** Resolves to the exit code once the process has ended by itself. */
  readonly ended: Promise<number | null>;
  /** Ends it as a service manager would (SIGTERM), and resolves to the exit code. */
  readonly end: () => Promise<number | null>;
  /** Ends it as a power cut would (SIGKILL). */
  readonly kill: () => Promise<void>;
}

export async function openWindow(options: WindowOptions): Promise<TestWindow> {
  const { entry, home, environment = {}, words = [], isCutShort = false } = options;
  const app = await _electron.launch({
    executablePath: electron(),
    args: ['-r', playwrightLoader(), ...sandboxArguments(), entry, '--home', home, ...words],
    // As the station's own settings say, not as Playwright would have it.
    colorScheme: null,
    env: { ...inheritedEnvironment(), SLIPWAY_UNATTENDED: '1', ...environment },
    timeout: openLimitMs,
  });
  const child = app.process();
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const complaints: string[] = [];
  let page: Page;
  try {
    page = await app.firstWindow({ timeout: openLimitMs });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    if (!isCutShort) await page.waitForLoadState('load', { timeout: openLimitMs });
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`No window opened. Standard error:\n${errors}`, { cause: error });
  }
  return {
    app,
    page,
    errors: () => errors,
    complaints: () => complaints,
    ended,
    async end() {
      child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), endLimitMs);
      const code = await ended;
      clearTimeout(limit);
      return code;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/**
 * What holds the application back until Playwright listens. Playwright loads it by itself only into an
 * Electron that it has found by itself; without it, a window that opens early is now and then not seen.
 */
function playwrightLoader(): string {
  const manifest = createRequire(import.meta.url).resolve('playwright-core/package.json');
  return join(dirname(manifest), 'lib', 'server', 'electron', 'loader.js');
}

/** The Electron that global-setup found. */
export function electron(): string {
  const found = process.env['SLIPWAY_TEST_ELECTRON'];
  if (found === undefined) throw new Error('global-setup has not run: SLIPWAY_TEST_ELECTRON is not set');
  return found;
}

/** What the window needs to know when it runs over the fake station. */
export function fakeWindowOptions(home: string): WindowOptions {
  const entry = process.env['SLIPWAY_TEST_FAKE_WINDOW'];
  if (entry === undefined) throw new Error('global-setup has not run: SLIPWAY_TEST_FAKE_WINDOW is not set');
  return { entry, home, environment: { SLIPWAY_ROOT: projectRoot } };
}

/** This process's environment without what is meant for Slipway. */
export function inheritedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('SLIPWAY_'),
  );
  return Object.fromEntries(entries);
}
