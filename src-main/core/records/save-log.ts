import { logLineText, type LogTimes } from '../../../src-shared/model/log-text.js';
import { ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { LogLine } from '../../../src-shared/model/run.js';
import { hostFault } from '../tar/host-fault.js';
import { makeWhole } from '../tar/host-target.js';
import { writeNewFile } from '../tar/read-tar.js';

/** As many lines as are in memory at once. */
const pageLines = 5000;

/**
 * Writes the log of a run into a file, whole or not at all: a page at a time, however long it is. Fails with
 * `log-missing`, `host-exists` and what else the disk says.
 *
 * @param startedAt of the run, in milliseconds since the epoch
 */
export async function saveLog(options: {
  read: (from: number, limit: number) => Promise<Result<{ lines: LogLine[]; total: number }>>;
  file: string;
  replace: boolean;
  times: LogTimes;
  startedAt: number;
}): Promise<Result<{ lines: number }>> {
  const { read, file, replace, times, startedAt } = options;
  return makeWhole(file, { kind: 'file', replace }, async (place) => {
    let count = 0;
    let refused: Fault | null = null;
    async function* pages(): AsyncGenerator<Buffer> {
      for (;;) {
        const page = await read(count, pageLines);
        if (!page.ok) {
          refused = page.error;
          return;
        }
        const { lines, total } = page.value;
        count += lines.length;
        const text = lines.map((line) => logLineText(line, { times, startedAt, withDate: true }));
        if (lines.length > 0) yield Buffer.from(`${text.join('\n')}\n`);
        if (lines.length === 0 || count >= total) return;
      }
    }
    try {
      await writeNewFile(place, pages(), { sync: true, onBytes: () => undefined });
    } catch (error) {
      return { ok: false, error: hostFault(error, file) };
    }
    // The compiler does not see that the pages set it.
    const problem = refused as Fault | null;
    return problem === null ? ok({ lines: count }) : { ok: false, error: problem };
  });
}
