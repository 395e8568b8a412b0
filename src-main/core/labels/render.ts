import { isAbsolute, join } from 'node:path';
import type { Messages } from '../../../src-shared/messages/messages.js';
import type { LabelDrawing } from '../../../src-shared/model/label.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import type { LabelSettings } from '../config/label-config.js';
import { readBoundedFile } from '../files/bounded-file.js';
import { explainProblem } from '../yaml/check.js';
import { limits } from '../yaml/tokens.js';
import { drawLabel } from './draw.js';
import { parseLabelTemplate } from './template.js';
import { unknownPlaceholders } from './values.js';
import { fillZpl, toZpl } from './zpl.js';

/** A label of a run as it goes to a printer; `drawing` is null for a template in the printer's own language. */
export interface RenderedLabel {
  zpl: string;
  drawing: LabelDrawing | null;
}

/**
 * Reads a label's template and puts a run's values into it. `label-template-missing`, `label-template-wrong`,
 * `label-value-missing`, `label-code-impossible`.
 */
export async function renderLabel(
  { template }: Pick<LabelSettings, 'template'>,
  run: RunRecord,
  { home, messages }: { home: string; messages: Messages },
): Promise<Result<RenderedLabel>> {
  const file = isAbsolute(template) ? template : join(home, template);
  const content = await readBoundedFile(file, limits.bytes);
  if (!content.ok) return fail('label-template-missing', { file, reason: content.error });
  const wrong = (line: number, column: number, reason: string) =>
    fail('label-template-wrong', { file, line, column, reason });
  if (/\.zpl$/i.test(file)) {
    const text = new TextDecoder().decode(content.value);
    const [name] = unknownPlaceholders(text);
    if (name !== undefined) {
      const line = text.slice(0, text.indexOf(`{${name}}`)).split('\n').length;
      return wrong(line, 1, messages.text('recipes.placeholder', { name }));
    }
    const zpl = fillZpl(text, run, file);
    return zpl.ok ? ok({ zpl: zpl.value, drawing: null }) : zpl;
  }
  const parsed = parseLabelTemplate(content.value, file);
  if (!parsed.ok) {
    const [first] = parsed.error;
    if (first === undefined) throw new Error('A template that was refused has no problem');
    const at = first.at === '' ? '' : `${first.at}: `;
    return wrong(first.line, first.column, `${at}${explainProblem(first, messages)}`);
  }
  const drawing = await drawLabel(parsed.value.value, run);
  return drawing.ok ? ok({ zpl: toZpl(drawing.value), drawing: drawing.value }) : drawing;
}
