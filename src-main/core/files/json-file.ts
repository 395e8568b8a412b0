import type { z } from 'zod';
import { readBoundedFile } from './bounded-file.js';

/**
 * What a JSON file of at most `limit` bytes says; undefined when it is not there, cannot be read, or says something else
 * than `schema` takes.
 */
export async function readJsonFile<Content>(
  path: string,
  limit: number,
  schema: z.ZodType<Content>,
): Promise<Content | undefined> {
  const file = await readBoundedFile(path, limit);
  if (!file.ok) return undefined;
  try {
    return schema.safeParse(JSON.parse(Buffer.from(file.value).toString('utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
