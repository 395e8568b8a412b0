import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { jobSchema, type Job } from '../../../src-shared/model/job.js';
import type { ProcessIdentity } from '../config/process-identity.js';
import { replaceFile } from '../files/atomic-file.js';
import { isSystemError } from '../ports/system-error.js';
import type { Leftover } from './jobs.js';

const identitySchema = z.object({ pid: z.number().int(), start: z.string() });
const leftoverSchema: z.ZodType<Leftover> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('folder'), path: z.string() }),
  z.object({ type: z.literal('process'), identity: identitySchema }),
  z.object({ type: z.literal('layer'), id: z.string() }),
]);

/** A job as it is on disk: with what would have to be cleaned if its process had died. */
export interface StoredJob {
  job: Job;
  process: ProcessIdentity;
  leftovers: Leftover[];
}

const storedSchema: z.ZodType<StoredJob> = z.object({
  job: jobSchema,
  process: identitySchema,
  leftovers: z.array(leftoverSchema),
});

/** The folder `jobs/` of a home: `<id>.json` beside `<id>.log`. */
export interface JobFiles {
  /** Fails with `jobs-unwritable`. */
  save(stored: StoredJob): Promise<Result<void>>;
  /** All that can be read. One that was damaged is as if it were not there: it is history, not a verdict. */
  readAll(): Promise<StoredJob[]>;
  remove(id: string): Promise<Result<void>>;
}

export function createJobFiles(folder: string): JobFiles {
  const pathOf = (id: string): string => join(folder, `${id}.json`);

  async function attempt(path: string, work: () => Promise<void>): Promise<Result<void>> {
    try {
      await work();
      return ok();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return fail('jobs-unwritable', { path, reason: error.code }, error.message);
    }
  }

  async function readOne(name: string): Promise<StoredJob[]> {
    try {
      const content: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
      const parsed = storedSchema.safeParse(content);
      return parsed.success ? [parsed.data] : [];
    } catch (error) {
      if (isSystemError(error) || error instanceof SyntaxError) return [];
      throw error;
    }
  }

  return {
    save: (stored) =>
      attempt(folder, async () => {
        await mkdir(folder, { recursive: true });
        await replaceFile(pathOf(stored.job.id), `${JSON.stringify(stored)}\n`, 0o600);
      }),
    async readAll() {
      let names: string[];
      try {
        names = await readdir(folder);
      } catch (error) {
        if (isSystemError(error)) return [];
        throw error;
      }
      const read = await Promise.all(names.filter((name) => /^[^.].*\.json$/.test(name)).map(readOne));
      return read.flat();
    },
    remove: (id) =>
      attempt(folder, async () => {
        await rm(pathOf(id), { force: true });
        await rm(join(folder, `${id}.log`), { force: true });
      }),
  };
}
