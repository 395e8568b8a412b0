import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPositionSearch } from './facet-search.js';
import { migrations } from './migrations.js';
import { connect } from './sqlite.js';

interface Row {
  bay: number;
  verdict: string;
  recipe: string;
  serial: string | null;
  isOrdered: boolean;
  gap: number;
}

const row: fc.Arbitrary<Row> = fc.record({
  bay: fc.integer({ min: 1, max: 3 }),
  verdict: fc.constantFrom('', 'PASS', 'FAIL'),
  recipe: fc.constantFrom('widget', 'gadget'),
  serial: fc.constantFrom(null, 'SN-1', 'SN-2'),
  isOrdered: fc.boolean(),
  gap: fc.integer({ min: 1, max: 5 }),
});

const search = fc.record({
  facet: fc.record(
    {
      bay: fc.integer({ min: 1, max: 4 }),
      verdict: fc.constantFrom('', 'PASS', 'FAIL', 'ERROR'),
      recipe: fc.constantFrom('widget', 'gadget'),
    },
    { requiredKeys: [] },
  ),
  unitSerial: fc.constantFrom(undefined, 'SN-1', 'SN-3'),
  batch: fc.constantFrom(undefined, 1, 2),
  below: fc.integer({ min: 0, max: 200 }),
  from: fc.integer({ min: 0, max: 200 }),
  limit: fc.integer({ min: 1, max: 12 }),
});

describe('the search for positions', () => {
  it('finds what walking over every run would find, in the same order', () => {
    const database = connect(':memory:', 'write');
    for (const migration of migrations) database.exec(migration);
    const find = createPositionSearch(database);
    const addFacet = database.prepare(
      `INSERT INTO facets (bay, recipe, model, operator, verdict, fault_code) VALUES (?, ?, '', '', ?, '')
       ON CONFLICT DO UPDATE SET model = model RETURNING id`,
    );
    const addRun = database.prepare(
      `INSERT INTO runs VALUES (?, ?, ?, ?, 0, 0, '', '', '', '', 1, '', '', NULL, NULL, NULL, NULL, NULL, '',
       NULL, '[]', '[]', NULL, NULL, NULL)`,
    );
    database.exec(`INSERT INTO batches VALUES (1, '4711', '', 1, 0, 0, '', NULL, NULL, '')`);
    const addToOrder = database.prepare('INSERT INTO batch_runs VALUES (1, ?, ?)');

    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.array(search, { maxLength: 10 }), (rows, searches) => {
        database.exec('DELETE FROM batch_runs; DELETE FROM runs; DELETE FROM facets');
        let position = 0;
        const runs = rows.map((one) => {
          position += one.gap;
          const { id } = addFacet.get(one.bay, one.recipe, one.verdict) as { id: number };
          addRun.run(position, `run-${position}`, id, one.serial);
          if (one.isOrdered) addToOrder.run(position, id);
          return { ...one, position };
        });
        for (const { facet, unitSerial, batch, below, from, limit } of searches) {
          const expected = runs
            .filter((run) => run.position < below && run.position >= from)
            .filter((run) => batch === undefined || (batch === 1 && run.isOrdered))
            .filter((run) => unitSerial === undefined || run.serial === unitSerial)
            .filter((run) => Object.entries(facet).every(([column, value]) => run[column as 'bay'] === value))
            .map((run) => run.position)
            .reverse()
            .slice(0, limit);
          expect(find({ facet, unitSerial, batch, below, from, limit })).toEqual(expected);
        }
      }),
    );
    database.close();
  });
});
