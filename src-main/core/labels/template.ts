import { z } from 'zod';
import { checkYaml } from '../yaml/check.js';
import { unknownPlaceholders } from './values.js';

const millimetres = z.number().min(0).max(500);
const place = z.tuple([millimetres, millimetres]);
const filled = z
  .string()
  .min(1, 'textEmpty')
  .max(1000)
  .superRefine((text, context) => {
    const [name] = unknownPlaceholders(text);
    if (name !== undefined) context.addIssue({ code: 'custom', message: 'placeholder', params: { name } });
  });

const textSchema = z.strictObject({
  text: filled,
  at: place,
  height: millimetres.min(1).default(3),
  width: millimetres.min(1).optional(),
});
const codeSchema = z.strictObject({
  code: z.enum(['code128', 'qr', 'datamatrix']),
  data: filled,
  at: place,
  /** How wide the narrowest bar or dot is. */
  module: millimetres.min(0.05).default(0.25),
  /** Of the bars of a Code 128. */
  height: millimetres.min(1).default(8),
});
const boxSchema = z.strictObject({
  box: z.tuple([millimetres, millimetres]),
  at: place,
  thickness: millimetres.min(0.05).default(0.25),
});

const templateSchema = z.strictObject({
  size: z.tuple([z.number().min(5).max(500), z.number().min(5).max(500)]),
  dpi: z.union([z.literal(152), z.literal(203), z.literal(300), z.literal(600)]).default(203),
  elements: z.array(z.union([textSchema, codeSchema, boxSchema])).min(1),
});

/** A label of Slipway's own kind: texts, bar codes and boxes at places in mm. docs/labels.md lists the fields. */
export type LabelTemplate = z.output<typeof templateSchema>;

/** Reads a template, or says all that is wrong with it. */
export function parseLabelTemplate(content: string | Uint8Array, file: string) {
  return checkYaml(content, { file, schema: templateSchema });
}
