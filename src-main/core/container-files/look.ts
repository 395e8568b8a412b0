import { randomUUID } from 'node:crypto';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { ContainerFilesEngine, ContainerPlace, RunOutcome } from './container-files-engine.js';
import { insideOf } from './mounts.js';
import { busyboxFormat, gnuFormat, parseBusyboxStat, parseGnuFind, type RawEntry } from './listing.js';

/** The most of a folder's list that is read, in bytes: names of a hundred thousand files and more. */
const longestList = 16 * 1024 ** 2;

/** Names and how much of them could be read; `null` where the image has no program for it. */
export type Looked = { entries: RawEntry[]; complete: boolean } | null;

/** Looks into a container that runs through programs of its image: GNU find, or those of BusyBox. */
export interface Look {
  /** What is in a folder; a link to one is followed. Fails with `file-missing`, `file-no-folder`, `file-forbidden`. */
  folder(place: ContainerPlace, path: string, signal: AbortSignal): Promise<Result<Looked>>;
  /** What is at one path, links not followed; no entry for what is not there. */
  at(place: ContainerPlace, path: string, signal: AbortSignal): Promise<Result<Looked>>;
}

type Way = 'gnu' | 'busybox' | 'none';

export function createLook(engine: ContainerFilesEngine): Look {
  /** What each container was found to have: a script may have taken away what its image has. */
  const ways = new Map<string, Way>();

  async function find(
    place: ContainerPlace,
    path: string,
    scope: string[],
    signal: AbortSignal,
  ): Promise<Result<Looked>> {
    const run = (command: string[]): Promise<Result<RunOutcome>> =>
      engine.run(place.id, { command, signal, outputLimit: longestList });
    const known = ways.get(place.id);
    if (known === 'none') return ok(null);
    if (known !== 'busybox') {
      const outcome = await run(['find', path, ...scope, '-printf', gnuFormat]);
      if (!outcome.ok) return outcome;
      if (!saysUnknownOption(outcome.value) && !isNoProgram(outcome.value)) {
        ways.set(place.id, 'gnu');
        return judged(outcome.value, path, parseGnuFind(outcome.value.output));
      }
      if (isNoProgram(outcome.value)) return noWay(place);
    }
    const mark = randomUUID();
    const format = busyboxFormat(mark);
    const outcome = await run(['find', path, ...scope, '-exec', 'stat', '-c', format, '{}', '+']);
    if (!outcome.ok) return outcome;
    const entries = parseBusyboxStat(outcome.value.output, mark);
    const useless = entries.length === 0 && /stat: (not found|no such)|unrecognized|invalid/i;
    if (isNoProgram(outcome.value) || (useless && useless.test(outcome.value.complaints)))
      return noWay(place);
    ways.set(place.id, 'busybox');
    return judged(outcome.value, path, entries);
  }

  function noWay(place: ContainerPlace): Result<Looked> {
    ways.set(place.id, 'none');
    return ok(null);
  }

  return {
    folder: (place, path, signal) =>
      find(place, insideOf(path), ['-mindepth', '1', '-maxdepth', '1'], signal),
    async at(place, path, signal) {
      const looked = await find(place, path, ['-maxdepth', '0'], signal);
      return !looked.ok && looked.error.code === 'file-missing'
        ? ok({ entries: [], complete: true })
        : looked;
    },
  };
}

/** Exit codes of a program that is not there, or is none. */
function isNoProgram({ exitCode }: RunOutcome): boolean {
  return exitCode === 126 || exitCode === 127;
}

function saysUnknownOption({ exitCode, complaints }: RunOutcome): boolean {
  return (
    exitCode !== 0 && /unrecognized|unknown (predicate|option)|invalid (predicate|option)/i.test(complaints)
  );
}

/** One name that went away meanwhile spoils no list; a folder that cannot be read at all is a fault. */
function judged(outcome: RunOutcome, path: string, entries: RawEntry[]): Result<Looked> {
  const { exitCode, complaints, truncated } = outcome;
  if (entries.length > 0 || exitCode === 0) return ok({ entries, complete: !truncated });
  const shown = path.replace(/\/\.$/, '') || '/';
  if (/no such file/i.test(complaints)) return fail('file-missing', { path: shown }, complaints);
  if (/not a directory/i.test(complaints)) return fail('file-no-folder', { path: shown }, complaints);
  if (/permission denied/i.test(complaints)) return fail('file-forbidden', { path: shown }, complaints);
  return fail('file-unreadable', { path: shown, reason: firstLine(complaints) }, complaints);
}

/** The first line of what a program complained about, for a message. */
export function firstLine(complaints: string): string {
  return complaints.trim().split('\n')[0]?.slice(0, 300) ?? '';
}
