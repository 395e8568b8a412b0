import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createMessages } from '../../../src-shared/messages/messages.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { Locale } from '../../../src-shared/model/station.js';
import { createFile } from '../files/atomic-file.js';
import { readBoundedFile } from '../files/bounded-file.js';
import { isSystemError } from '../ports/system-error.js';

/**
 * The id by which this station knows its containers, in `<home>/station-id`: made once, then kept for ever.
 * Fails with `home-unwritable`, or `config-invalid` when the file holds something else: a new id in its
 * place would leave the containers that still run without a station.
 */
export async function stationId(home: string, locale: Locale = 'en'): Promise<Result<string>> {
  const file = join(home, 'station-id');
  let content = await readBoundedFile(file, 1024);
  if (!content.ok && content.error === 'ENOENT') {
    try {
      await createFile(file, `${randomUUID()}\n`, 0o600);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return fail('home-unwritable', { path: home }, error.message);
    }
    // Read back: another process may have been quicker.
    content = await readBoundedFile(file, 1024);
  }
  if (!content.ok) return fail('home-unwritable', { path: home }, content.error);
  const id = Buffer.from(content.value).toString('utf8').trim();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return ok(id);
  const reason = createMessages(locale).text('recipes.stationIdDamaged');
  return fail('config-invalid', { file, line: 1, column: 1, reason });
}
