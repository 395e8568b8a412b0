import { app, Menu, protocol } from 'electron';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMessages, type Messages } from '../../src-shared/messages/messages.js';
import { fault, type Fault } from '../../src-shared/model/result.js';
import { schemePrivileges } from './app-scheme.js';
import { showStartFailure } from './dialogs.js';
import type { Log } from './log.js';

/**
 * What has to happen before the application is ready. False when another window has this home: it has
 * been brought to the front, and this process has nothing to do.
 */
export function prepareApp(home: string): { isFirst: boolean; problem: Fault | null } {
  protocol.registerSchemesAsPrivileged([schemePrivileges]);
  // What the system's notifications are kept under; the same as in electron-builder.yml.
  app.setAppUserModelId('io.slipway.station');
  // The default menu would be made for nothing.
  Menu.setApplicationMenu(null);
  // Whoever starts it as root has to leave the sandbox out; to ask for both ends every child process.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  // What Chromium keeps, the lock among it: so there is one window a home, not one a user.
  const userData = join(home, 'electron');
  try {
    mkdirSync(userData, { recursive: true });
  } catch (error) {
    return { isFirst: true, problem: fault('home-unwritable', { path: home }, String(error)) };
  }
  app.setPath('userData', userData);
  return { isFirst: app.requestSingleInstanceLock(), problem: null };
}

/** Tells a person why the station does not start, in the system's language, and ends with exit code 1. */
export async function refuseToStart(cause: unknown, log: Log): Promise<void> {
  await app.whenReady();
  const messages = createMessages(app.getLocale().startsWith('es') ? 'es' : 'en');
  const { what, remedy } = isFault(cause) ? wordsOf(cause, messages) : bugWords(messages);
  log.error('the station did not start', isFault(cause) ? { fault: cause } : { error: described(cause) });
  process.stderr.write(`${what}\n${remedy}\n`);
  // A box waits for somebody to close it; where nobody will, standard error has said it.
  if (process.env['SLIPWAY_UNATTENDED'] !== '1') {
    showStartFailure(messages, what, remedy);
  }
  app.exit(1);
}

function isFault(cause: unknown): cause is Fault {
  return typeof cause === 'object' && cause !== null && 'code' in cause && !(cause instanceof Error);
}

function wordsOf(cause: Fault, messages: Messages): { what: string; remedy: string } {
  return { what: messages.what(cause), remedy: messages.remedy(cause) };
}

function bugWords(messages: Messages): { what: string; remedy: string } {
  return { what: messages.text('shell.start.bug'), remedy: messages.text('shell.start.bugRemedy') };
}

export function described(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
