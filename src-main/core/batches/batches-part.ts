import type { batchCalls, batchEvents } from '../../../src-shared/contract/batches.js';
import type { EventMessage } from '../../../src-shared/contract.js';
import type { Messages } from '../../../src-shared/messages/messages.js';
import type { Batch } from '../../../src-shared/model/batch.js';
import { fail, type Result } from '../../../src-shared/model/result.js';
import type { Bays } from '../bays/bays.js';
import type { Clock } from '../clock.js';
import type { ConfigStore } from '../config/config-store.js';
import { createEmitter } from '../emitter.js';
import type { StationPart } from '../part.js';
import type { RecipeStore } from '../recipes/recipe-store.js';
import type { Records } from '../records/records.js';
import { writeReport } from '../reports/report-file.js';
import { batchCsv, batchPdf } from './batch-report.js';

/** Serves orders; the open ones are told of again whenever a run ends. */
export function createBatchesPart({
  records: { batches },
  bays,
  clock,
  config,
  recipes,
  messages,
}: {
  records: Records;
  bays: Pick<Bays, 'verdicts'>;
  clock: Clock;
  config: ConfigStore;
  recipes: Pick<RecipeStore, 'find'>;
  messages: () => Messages;
}): StationPart<typeof batchCalls, typeof batchEvents> {
  const changes = createEmitter<EventMessage<'batches'>>();

  function open(): Batch[] {
    const listed = batches.list();
    // Records that cannot be read are told of by every call.
    return listed.ok ? listed.value.filter(({ closedAt }) => closedAt === null) : [];
  }
  function tell<Value>(result: Result<Value>): Promise<Result<Value>> {
    if (result.ok) changes.emit({ open: open() });
    return Promise.resolve(result);
  }
  const by = () => ({ operator: config.state.config.operator, at: clock.now() });
  const verdicts = bays.verdicts.subscribe(() => changes.emit({ open: open() }));

  return {
    handlers: {
      // An order of a recipe that is not there would wait for ever.
      'batches.open': (order) =>
        tell(
          recipes.find(order.recipe) === undefined
            ? fail('recipe-unknown', { recipe: order.recipe })
            : batches.open(order, by()),
        ),
      'batches.close': ({ batch }) => tell(batches.close(batch, by())),
      'batches.list': () => Promise.resolve(batches.list()),
      'batches.show': ({ batch }) => Promise.resolve(batches.show(batch)),
      'batches.report': async ({ batch, format, file }) => {
        const detail = batches.show(batch);
        if (!detail.ok) return detail;
        const report =
          format === 'csv'
            ? batchCsv(detail.value, messages())
            : await batchPdf(detail.value, messages(), config.state.config.name);
        return writeReport(file, report);
      },
    },
    streams: {
      batches: (_, listener) => {
        listener({ open: open() });
        return changes.subscribe(listener);
      },
    },
    stop() {
      verdicts.dispose();
      return Promise.resolve();
    },
  };
}
