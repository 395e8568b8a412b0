import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../src-shared/model/result.js';
import { parseStationConfig, type StationConfig } from '../core/config/station-config.js';
import { isSystemError } from '../core/ports/system-error.js';
import { formatProblem } from '../core/yaml/check.js';
import type { Context } from './context.js';

/** What `station.yaml` of a home says, without making or watching it; the defaults where there is none. `config-invalid`. */
export async function readHomeSettings(home: string, context: Context): Promise<Result<StationConfig>> {
  const file = join(home, 'station.yaml');
  let text = '';
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code !== 'ENOENT')
      return fail('config-invalid', { file, line: 1, column: 1, reason: error.message });
  }
  // A file without a word is refused; one that is not there is a new home's.
  const parsed = parseStationConfig(text === '' ? '{}' : text, file, {
    home,
    environment: context.environment,
  });
  if (parsed.ok) return ok(parsed.value.value);
  const [first] = parsed.error;
  const reason = first === undefined ? '' : formatProblem(first, context.messages);
  return fail('config-invalid', { file, line: first?.line ?? 1, column: first?.column ?? 1, reason });
}
