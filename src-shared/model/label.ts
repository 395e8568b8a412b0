import { z } from 'zod';
import { faultSchema } from './result.js';

/** A name in `labels:` of station.yaml. */
export const labelNameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);

/** One thing on a label. Places and sizes are millimetres from the label's upper left corner. */
export type LabelShape =
  | {
      kind: 'text';
      x: number;
      y: number;
      /** Of a capital letter with its accent: the height of the printer's character cell. */
      height: number;
      /** No text is wider: it is made narrower instead. Null for no limit. */
      width: number | null;
      text: string;
    }
  | { kind: 'box'; x: number; y: number; width: number; height: number; thickness: number }
  /** A bar code as black rectangles, `[x, y, width, height]`; `data` is what a scanner reads. */
  | { kind: 'code'; data: string; rects: [number, number, number, number][] };

/** A label as it is drawn: the same for printer, PDF and preview. */
export interface LabelDrawing {
  /** In mm. */
  width: number;
  height: number;
  /** Of the printer. */
  dotsPerMm: number;
  shapes: LabelShape[];
}

/**
 * `uncertain`: the station ended while it was sending; somebody has to look whether it was printed. `cancelled`: by
 * a person.
 */
export const labelJobStates = ['waiting', 'sending', 'uncertain', 'printed', 'cancelled'] as const;

/** A label that was asked for. Times are milliseconds since the epoch. */
export const labelJobSchema = z.object({
  id: z.string(),
  run: z.string(),
  label: z.string(),
  /** 1 for the first of this label and run. */
  copy: z.number().int(),
  operator: z.string(),
  /** Why it is printed again; null for the first. */
  reason: z.string().nullable(),
  askedAt: z.number(),
  state: z.enum(labelJobStates),
  /** Such as `tcp 192.168.1.50:9100`. */
  printer: z.string(),
  /** SHA-256 of what was sent, hexadecimal. */
  contentHash: z.string().nullable(),
  endedAt: z.number().nullable(),
  attempts: z.number().int(),
  due: z.number(),
  fault: faultSchema.nullable(),
});
export type LabelJob = z.infer<typeof labelJobSchema>;

/** A label that a run can have. */
export interface LabelChoice {
  name: string;
  /** Null where there is none: the PDF can be printed by other means. */
  printer: string | null;
  /** Printed by itself at a PASS. */
  automatic: boolean;
}
