import type { LabelDrawing, LabelShape } from '../../../src-shared/model/label.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import type { LabelTemplate } from './template.js';
import { fillIn } from './values.js';

/** ZPL printers' resolutions in dots a mm, as their makers give them. */
const dotsPerMm = { 152: 6, 203: 8, 300: 12, 600: 24 } as const;

/** A template with a run's values in it. Fails with `label-value-missing`, `label-code-impossible`. */
export async function drawLabel(template: LabelTemplate, run: RunRecord): Promise<Result<LabelDrawing>> {
  // Loaded when it is wanted. The named `raw` of this module is a symbology of that name; the default's is the encoder.
  const { default: bwip } = await import('bwip-js/node');
  const encode: Encoder = (code, data) => bwip.raw({ bcid: code, text: data });

  const [width, height] = template.size;
  const drawing: LabelDrawing = { width, height, dotsPerMm: dotsPerMm[template.dpi], shapes: [] };
  for (const element of template.elements) {
    const shape = shapeOf(element, run, drawing.dotsPerMm, encode);
    if (!shape.ok) return shape;
    drawing.shapes.push(shape.value);
  }
  return ok(drawing);
}

function shapeOf(
  element: LabelTemplate['elements'][number],
  run: RunRecord,
  dots: number,
  encode: Encoder,
): Result<LabelShape> {
  const [x, y] = element.at;
  if ('box' in element) {
    const [width, height] = element.box;
    return ok({ kind: 'box', x, y, width, height, thickness: element.thickness });
  }
  const text = fillIn('text' in element ? element.text : element.data, run);
  if (!text.ok) return text;
  if ('text' in element) {
    return ok({
      kind: 'text',
      x,
      y,
      height: element.height,
      width: element.width ?? null,
      text: oneLine(text.value),
    });
  }
  // A module that is no whole number of dots would be printed unevenly, and read badly.
  const module = Math.max(1, Math.round(element.module * dots)) / dots;
  const modules = modulesOf(element.code, text.value, encode);
  if (!modules.ok) return modules;
  const rects = modules.value.rects.map(([left, top, wide, high]): [number, number, number, number] =>
    element.code === 'code128'
      ? [x + left * module, y, wide * module, element.height]
      : [x + left * module, y + top * module, wide * module, high * module],
  );
  return ok({ kind: 'code', data: text.value, rects });
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

/** What bwip-js gives for a linear code (widths of bars and spaces in turn) and for a square one (a grid). */
interface LinearCode {
  sbs: number[];
}
interface SquareCode {
  pixs: number[];
  pixx: number;
  pixy: number;
}

type Code = LinearCode | SquareCode;
/** Throws what it has against the data. */
type Encoder = (code: string, data: string) => Code[];

function modulesOf(
  code: 'code128' | 'qr' | 'datamatrix',
  data: string,
  encode: Encoder,
): Result<{ rects: [number, number, number, number][] }> {
  try {
    const [first] = encode(code === 'qr' ? 'qrcode' : code, data);
    if (first === undefined) return fail('label-code-impossible', { code, data });
    return ok({ rects: 'sbs' in first ? barsOf(first) : dotsOf(first) });
  } catch (error) {
    // It throws what it has against the data: a character that the code cannot hold, or too much of it.
    if (!(error instanceof Error)) throw error;
    return fail('label-code-impossible', { code, data }, error.message);
  }
}

function barsOf({ sbs }: LinearCode): [number, number, number, number][] {
  const rects: [number, number, number, number][] = [];
  let left = 0;
  for (const [index, width] of sbs.entries()) {
    if (index % 2 === 0 && width > 0) rects.push([left, 0, width, 1]);
    left += width;
  }
  return rects;
}

/** Rows of dots, each run of black ones as one rectangle. */
function dotsOf({ pixs, pixx, pixy }: SquareCode): [number, number, number, number][] {
  const rects: [number, number, number, number][] = [];
  for (let row = 0; row < pixy; row += 1) {
    for (let column = 0; column < pixx; column += 1) {
      if (pixs[row * pixx + column] !== 1) continue;
      const first = column;
      while (column + 1 < pixx && pixs[row * pixx + column + 1] === 1) column += 1;
      rects.push([first, row, column - first + 1, 1]);
    }
  }
  return rects;
}
