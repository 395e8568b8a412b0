import { readFile } from 'node:fs/promises';
import { arch, homedir, release, type, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Messages } from '../../../src-shared/messages/messages.js';
import type { DoctorCheck, EngineView } from '../../../src-shared/model/station.js';
import { isSystemError } from '../ports/system-error.js';
import { withoutSecrets } from './without-secrets.js';

/** What somebody who helps from far away asks first. */
export interface TicketFacts {
  /** Milliseconds since the epoch. */
  at: number;
  /** Versions as their programs say them. */
  slipway: string;
  node: string;
  /** E.g. `Debian GNU/Linux 12 (bookworm)`. */
  system: string;
  kernel: string;
  architecture: string;
  engine: EngineView;
  /** The user's home folder, which the ticket shortens to `~`. */
  userHome: string;
  /** Who is logged in; the ticket has ••• in its place. Empty when there is nobody to hide. */
  userName: string;
}

/** The facts of this machine and this process. */
export async function readTicketFacts(
  options: Pick<TicketFacts, 'at' | 'slipway' | 'engine'> & { etcRoot?: string },
): Promise<TicketFacts> {
  const { at, slipway, engine, etcRoot = '/etc' } = options;
  return {
    at,
    slipway,
    node: process.versions.node,
    system: (await readSystemName(etcRoot)) ?? type(),
    kernel: release(),
    architecture: arch(),
    engine,
    userHome: homedir(),
    userName: nameOfUser(),
  };
}

/** A user id without an account has no name. */
function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch (error) {
    if (isSystemError(error)) return '';
    throw error;
  }
}

/** `PRETTY_NAME` of os-release(5). */
async function readSystemName(etcRoot: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(etcRoot, 'os-release'), 'utf8');
    return /^PRETTY_NAME=["']?(.*?)["']?$/m.exec(text)?.[1];
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/**
 * The examination as plain text for a support ticket: versions, then one line a check, then how many are not
 * well. Without names and passwords of addresses, and with the home folder as `~`. Ends with a line end.
 */
export function formatForTicket(
  checks: readonly DoctorCheck[],
  facts: TicketFacts,
  messages: Messages,
): string {
  const { slipway, node, system, kernel, architecture, engine } = facts;
  const { endpoint, version, apiVersion } = engine;
  const states = checks.map(({ state }) => messages.text(`doctor.state.${state}`));
  const width = Math.max(0, ...states.map(({ length }) => length));
  const count = (wanted: DoctorCheck['state']): number =>
    checks.filter(({ state }) => state === wanted).length;
  const lines = [
    messages.text('doctor.ticket.head', { time: new Date(facts.at).toISOString() }),
    messages.text('doctor.ticket.versions', { slipway, node, system, kernel, architecture }),
    version === null
      ? messages.text('doctor.ticket.no-engine', { endpoint: endpoint === '' ? '–' : endpoint })
      : messages.text('doctor.ticket.engine', { version, api: apiVersion ?? '–', endpoint }),
    '',
    ...checks.map((check, index) => `${(states[index] ?? '').padEnd(width)}  ${explain(check, messages)}`),
    '',
    messages.text('doctor.ticket.summary', { problems: count('problem'), warnings: count('warning') }),
  ];
  return `${lines.map((line) => safe(line, facts)).join('\n')}\n`;
}

/** A check as one sentence: what it is about, the reason, the command that mends it. */
function explain({ check, reason, params, command }: DoctorCheck, messages: Messages): string {
  const title = messages.lookUp(`doctor.${check}.title`) ?? check;
  // A check of another version of Slipway has its keys at least.
  const why = messages.lookUp(`doctor.${reason}`, params) ?? reason;
  const mend = command === undefined ? [] : [messages.text('doctor.ticket.command', { command })];
  return [`${title}: ${why}`, ...mend].join(' ');
}

function safe(line: string, { userHome, userName }: TicketFacts): string {
  const plain = withoutSecrets(line.replace(/\p{Cc}+/gu, ' '));
  // The root folder as a home would make every path of it one.
  const homely =
    userHome.length < 2
      ? plain
      : plain.replace(new RegExp(`(?<![\\w.-])${literal(userHome)}(?![\\w-]|\\.\\w)`, 'g'), '~');
  // Everybody knows root, and it is a word of the doctor's.
  if (userName.length < 2 || userName === 'root') return homely;
  return homely.replace(new RegExp(`(?<![\\w.-])${literal(userName)}(?![\\w-]|\\.\\w)`, 'g'), '•••');
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
