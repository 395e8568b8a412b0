import { ok } from '../src-shared/model/result.js';
import { createBatchTable } from '../src-main/core/records/batch-table.js';
import { createChain } from '../src-main/core/records/chain.js';
import { createMeasurementTable } from '../src-main/core/records/measurement-table.js';
import { migrations } from '../src-main/core/records/migrations.js';
import { openDatabase } from '../src-main/core/records/open-database.js';
import { createRunTable } from '../src-main/core/records/run-table.js';
import { closeWriter, inTransaction } from '../src-main/core/records/sqlite.js';
import { createTallyTable } from '../src-main/core/records/tally-table.js';
import { createHistory, type MadeRun } from './made-history.js';

/** Makes records of `count` runs, in few transactions, so that it takes seconds; gives some of them. */
export function fillHistory(path: string, count: number): MadeRun[] {
  const opened = openDatabase({ path, migrations });
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail ?? ''}`);
  const database = opened.value;
  const table = createRunTable(database, path);
  const tallies = createTallyTable(database);
  const measured = createMeasurementTable(database);
  const chain = createChain(database);
  inTransaction(database, () => chain.begin());
  const history = createHistory(count);
  const sample: MadeRun[] = [];
  // One order in the middle, of the recipe that was flashed most then.
  const orders = createBatchTable(database, {
    host: 'line-1',
    commit: (work) => {
      work();
      return ok();
    },
    attempt: (work) => work(),
  });
  const by = { operator: 'Operator', at: 0 };
  const atATime = 20_000;
  const ordered = Math.floor(count / 2 / atATime) * atATime;
  for (let from = 0; from < count; from += atATime) {
    inTransaction(database, () => {
      if (from === ordered) {
        const { recipe } = history(from);
        orders.open({ orderNumber: '4711', recipe, quantity: 2 * atATime, serials: [] }, by);
      }
      if (from === ordered + 2 * atATime) orders.close(1, by);
      for (let index = from; index < Math.min(count, from + atATime); index++) {
        const run = history(index);
        table.insert(run);
        const position = table.positionOf(run.id) ?? 0;
        tallies.count(run, position, orders.count(run, position));
        measured.insert(position, run);
        chain.seal(run);
        if (index % Math.floor(count / 40) === 0) sample.push(run);
      }
    });
  }
  closeWriter(database, path);
  return sample;
}
