import { z } from 'zod';
import { settingsSchema, type Settings } from '../../../src-shared/model/station.js';

/** Looser than the settings themselves: what the station would refuse is kept as well, so that it can be mended. */
const draftsSchema = z
  .object({
    name: z.string(),
    workspace: z.string(),
    operator: z.string(),
    autoFlash: settingsSchema.shape.autoFlash,
    locale: settingsSchema.shape.locale,
    theme: settingsSchema.shape.theme,
  })
  .partial();

const changeSchema = settingsSchema.partial();

/** What was typed before the page was loaded anew; of another version of the page only what fits. */
export function parseDrafts(kept: string): z.infer<typeof draftsSchema> {
  try {
    const parsed = draftsSchema.safeParse(JSON.parse(kept));
    return parsed.success ? parsed.data : {};
  } catch {
    // Not ours, or cut off: nobody can say what was typed.
    return {};
  }
}

/** A change as the station takes it; undefined for what its schema would refuse. */
export function parseChange(change: Partial<Settings>): z.infer<typeof changeSchema> | undefined {
  return changeSchema.safeParse(change).data;
}
