import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** What every thread is given: where the driver's module is. A thread made of text has no place of its own to look from. */
export interface ThreadTask {
  driver: string;
}

/**
 * Runs a function on a thread of its own, and tells what it says, until it ends. It is handed over as text, so that there
 * is no file to be found beside the bundle, in a package or in a test: whatever it needs stands inside it, or is loaded with
 * the `require` that it is given; its task is in `workerData`. Throws what the thread throws.
 */
export function onThread(
  work: (load: NodeJS.Require) => void,
  task: object,
  told: (message: unknown) => void,
): Promise<void> {
  const driver = createRequire(import.meta.url).resolve('@photostructure/sqlite');
  return new Promise((resolve, reject) => {
    const workerData = { ...task, driver } satisfies ThreadTask;
    const thread = new Worker(`(${work.toString()})(require)`, { eval: true, workerData });
    thread.on('message', told);
    thread.once('error', reject);
    thread.once('exit', () => resolve());
  });
}
