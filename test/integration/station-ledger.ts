import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LabelJob } from '../../src-shared/model/label.js';
import type { Result } from '../../src-shared/model/result.js';
import type { RunRecord } from '../../src-shared/model/run.js';
import { createSystemClock } from '../../src-main/core/clock.js';
import { openRecords } from '../../src-main/core/records/open-records.js';
import type { Records } from '../../src-main/core/records/records.js';
import { createRunLogs } from '../../src-main/core/records/run-logs.js';
import { verifyChain } from '../../src-main/core/records/verify-chain.js';
import { bayOf, runOf, type Line } from './station-harness.js';

/** What the next station would find on the disk. */
export interface OnDisk {
  runs: RunRecord[];
  unfinished: RunRecord[];
  seals: number;
  head: string;
  problems: string[];
  /** By run. */
  labels: Map<string, LabelJob[]>;
  waitingEvents: number;
  /** By the counters of the shift. */
  ended: number;
}

export function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail ?? ''}`);
  return result.value;
}

/**
 * Reads the records of a station that is gone just as a kill left them, in a copy: what there is to recover is
 * still there for the station that comes next.
 *
 * @param noted a seal that was seen earlier: it must be in the chain for good
 */
export async function lookAtDisk(home: string, noted: string | undefined): Promise<OnDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-look-'));
  const path = join(folder, 'records.db');
  let records: Records | undefined;
  try {
    for (const suffix of ['', '-wal']) {
      const file = join(home, `records.db${suffix}`);
      if (existsSync(file)) copyFileSync(file, path + suffix);
    }
    records = valueOf(openRecords({ path, clock: createSystemClock(), host: 'look' }));
    const runs = allRuns(records);
    const chain = valueOf(await verifyChain({ path, noted }));
    const { labels, outbox } = records;
    return {
      runs,
      unfinished: valueOf(records.unfinished()),
      seals: chain.records,
      head: chain.head,
      problems: chain.problems.map(({ kind, run, seq }) => `${kind} ${run} ${seq}`),
      labels: new Map(runs.map(({ id }) => [id, valueOf(labels.ofRun(id))])),
      waitingEvents: valueOf(outbox.tallies()).reduce((sum, { waiting }) => sum + waiting, 0),
      ended: records.counters().runs,
    };
  } finally {
    records?.close();
    rmSync(folder, { recursive: true });
  }
}

function allRuns(records: Records): RunRecord[] {
  const found: RunRecord[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const page = valueOf(records.list(before === undefined ? { limit: 500 } : { limit: 500, before }));
    if (page.length === 0) return found;
    found.push(...page);
  }
}

/** The lines of a run's log as they are on the disk; none where the kill came before the first. */
export async function logOf(home: string, runId: string): Promise<{ seqs: number[]; printed: string[] }> {
  const read = await createRunLogs({ folder: join(home, 'logs'), clock: createSystemClock() }).read(
    runId,
    0,
    1_000_000,
  );
  if (!read.ok && read.error.code === 'log-missing') return { seqs: [], printed: [] };
  const { lines } = valueOf(read);
  return {
    seqs: lines.map(({ seq }) => seq),
    printed: lines.filter(({ source }) => source === 'out').map(({ text }) => text),
  };
}

/** What was shown of a run, whoever looked. */
interface Shown {
  verdict: string | null;
  unitSerial: string | null;
  record: RunRecord | null;
}

/** Keeps all that stations showed, and holds the disk against it. */
export interface Ledger {
  hear(line: Line): void;
  /** Throws when anything that was shown, or was on the disk before, is not there as it was. */
  compare(disk: OnDisk): void;
  readonly figures: {
    events: number;
    adopted: number;
    wentOn: number;
    shown: number;
    verdicts: number;
    numbers: number;
  };
}

export function createLedger(): Ledger {
  const shown = new Map<string, Shown>();
  const adopted = new Set<string>();
  const onDisk = new Map<string, RunRecord>();
  /** Which unit (by the first run of its attempts) has a serial number. */
  const numbers = new Map<string, string>();
  let events = 0;

  function show(runId: string, verdict: string | null, unitSerial: string | null): void {
    const before = shown.get(runId);
    const record = before?.record ?? null;
    if (before !== undefined && before.verdict !== null) {
      expect(verdict, `the verdict of ${runId}, shown before`).toBe(before.verdict);
    }
    shown.set(runId, { verdict, unitSerial: unitSerial ?? before?.unitSerial ?? null, record });
  }

  function compareRun(id: string, { verdict, unitSerial, record }: Shown, kept: RunRecord | undefined): void {
    expect(kept?.id, `${id} was shown, and is there`).toBe(id);
    if (kept === undefined) return;
    if (record !== null) expect(kept, `${id} is as it was shown`).toEqual(record);
    if (verdict !== null) expect(kept.verdict, `${id} has the verdict that was shown`).toBe(verdict);
    // A number that was shown may be on a label by now.
    if (unitSerial !== null) {
      expect(kept.unitSerial, `${id} has the serial number that was shown`).toBe(unitSerial);
    }
  }

  return {
    get figures() {
      const verdicts = [...shown.values()].filter(({ verdict }) => verdict !== null).length;
      const wentOn = [...adopted].filter((id) =>
        ['PASS', 'FAIL'].includes(onDisk.get(id)?.verdict ?? ''),
      ).length;
      return { events, adopted: adopted.size, wentOn, shown: shown.size, verdicts, numbers: numbers.size };
    },
    hear(line) {
      events += 1;
      const run = bayOf(line)?.run ?? null;
      if (line.type === 'bay' && run !== null) {
        show(run.id, run.verdict, run.unitSerial);
        if (run.adopted) adopted.add(run.id);
      }
      if (line.type === 'progress') show(String(line['runId']), null, line['unitSerial'] as string | null);
      if (line.type === 'run') {
        const record = runOf(line) ?? null;
        expect(record, 'a run that has a verdict is on record').not.toBeNull();
        show(String(line['runId']), record?.verdict ?? null, record?.unitSerial ?? null);
        shown.set(String(line['runId']), {
          verdict: null,
          unitSerial: null,
          ...shown.get(String(line['runId'])),
          record,
        });
      }
    },
    compare({ runs, unfinished, seals, problems, ended }) {
      expect(problems, 'the chain is whole').toEqual([]);
      const found = new Map(runs.map((run) => [run.id, run]));
      expect(found.size, 'no run is there twice').toBe(runs.length);
      for (const [id, what] of shown) compareRun(id, what, found.get(id));
      for (const [id, before] of onDisk) {
        const kept = found.get(id);
        expect(kept?.id, `${id} was there, and still is`).toBe(id);
        if (before.verdict !== null) expect(kept, `${id} has ended, and never changes`).toEqual(before);
      }
      for (const run of runs) {
        onDisk.set(run.id, run);
        const { identity } = run;
        if (identity?.source !== 'allocated' || identity.serial === null) continue;
        const unit = run.firstRun ?? run.id;
        expect(numbers.get(identity.serial) ?? unit, `${identity.serial} is one unit’s`).toBe(unit);
        numbers.set(identity.serial, unit);
      }
      const withVerdict = runs.filter(({ verdict }) => verdict !== null).length;
      expect(seals, 'each verdict has its seal').toBe(withVerdict);
      expect(ended, 'the counters count what is there').toBe(withVerdict);
      const places = unfinished.map(({ physicalPath }) => physicalPath);
      expect(new Set(places).size, 'a bay has one run at a time').toBe(places.length);
    },
  };
}
