import type * as Threads from 'node:worker_threads';
import type * as Sqlite from '@photostructure/sqlite';
import { z } from 'zod';
import { ok, type Result } from '../../../src-shared/model/result.js';
import { onThread, type ThreadTask } from './on-thread.js';
import { databaseFault, locationOf, type ConnectionMode, type SqlValue } from './sqlite.js';

interface Task {
  location: string;
  questions: string[];
}

const answerSchema = z.union([
  z.object({ answers: z.array(z.array(z.union([z.null(), z.number(), z.string()]))) }),
  z.object({ error: z.object({ message: z.string(), errcode: z.number().optional() }) }),
]);

/** What the thread runs: see `onThread`. */
function work(load: NodeJS.Require): void {
  const thread = load('node:worker_threads') as typeof Threads;
  const { driver, location, questions } = thread.workerData as Task & ThreadTask;
  const { DatabaseSync } = load(driver) as typeof Sqlite;
  try {
    const database = new DatabaseSync(location, { readOnly: true, timeout: 5000 });
    try {
      const answers: SqlValue[][] = [];
      // As in `readValues`: a statement that was prepared would keep the files after the close.
      database.function('take_value', (value: SqlValue) => {
        answers.at(-1)?.push(value);
        return null;
      });
      for (const question of questions) {
        answers.push([]);
        database.exec(`WITH answer (value) AS (${question}) SELECT take_value(value) FROM answer`);
      }
      thread.parentPort?.postMessage({ answers });
    } finally {
      database.close();
    }
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    thread.parentPort?.postMessage({ error: { message, errcode } });
  }
}

/**
 * Reads a database on a thread and a connection of its own, for what takes seconds: bays and window go on meanwhile, and so
 * does whoever writes that database. Each question is a `SELECT` of one column, whose values are the answer. Faults as of
 * `databaseFault`.
 */
export async function askAside(
  path: string,
  mode: Exclude<ConnectionMode, 'write'>,
  questions: string[],
): Promise<Result<SqlValue[][]>> {
  let said: unknown;
  const task: Task = { location: locationOf(path, mode), questions };
  await onThread(work, task, (message) => (said = message));
  const answer = answerSchema.parse(said);
  if ('answers' in answer) return ok(answer.answers);
  const { message, errcode } = answer.error;
  return databaseFault(Object.assign(new Error(message), errcode === undefined ? {} : { errcode }), path);
}
