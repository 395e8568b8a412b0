import type { LabelDrawing, LabelShape } from '../../../src-shared/model/label.js';
import { fail, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { fillIn } from './values.js';

/** How wide a character of font 0 is on average, as part of its height. */
const averageWidth = 0.55;

/**
 * A text as it can stand in a field (^FD) that is read with ^FH: what the printer would take for a command (`^`, `~`),
 * the escape sign itself and control characters become `_` and two hexadecimal digits.
 * Source: Zebra, ZPL II Programming Guide, ^FH.
 */
export function escapeZpl(text: string): string {
  return text.replace(/[\p{Cc}^~_\\]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `_${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

/** A drawing in ZPL: UTF-8 (^CI28), one label. Bar codes are pictures, so that they are what the preview shows, dot by dot. */
export function toZpl({ width, height, dotsPerMm, shapes }: LabelDrawing): string {
  const dots = (mm: number): number => Math.round(mm * dotsPerMm);
  return [
    '^XA',
    '^CI28',
    `^PW${dots(width)}`,
    `^LL${dots(height)}`,
    '^LH0,0',
    ...shapes.map((shape) => shapeZpl(shape, dots)),
    '^XZ',
    '',
  ].join('\n');
}

function shapeZpl(shape: LabelShape, dots: (mm: number) => number): string {
  if (shape.kind === 'box') {
    const { x, y, width, height, thickness } = shape;
    const sides = [width, height, thickness].map((side) => Math.max(1, dots(side)));
    return `^FO${dots(x)},${dots(y)}^GB${sides.join(',')}^FS`;
  }
  if (shape.kind === 'text') {
    const { x, y, height, width, text } = shape;
    const high = dots(height);
    const wanted = Math.max(1, text.length) * averageWidth * height;
    const narrow =
      width === null || wanted <= width ? high : Math.max(1, Math.floor(high * (width / wanted)));
    return `^FO${dots(x)},${dots(y)}^A0N,${high},${narrow}^FH^FD${escapeZpl(text)}^FS`;
  }
  return picture(shape.rects, dots);
}

/** ^GFA: a picture as hexadecimal rows of whole bytes. */
function picture(rects: [number, number, number, number][], dots: (mm: number) => number): string {
  const placed = rects.map(([x, y, width, height]) => ({
    left: dots(x),
    top: dots(y),
    right: dots(x + width),
    bottom: dots(y + height),
  }));
  const left = Math.min(...placed.map((rect) => rect.left));
  const top = Math.min(...placed.map((rect) => rect.top));
  const rowBytes = Math.ceil((Math.max(...placed.map((rect) => rect.right)) - left) / 8);
  const rows = Math.max(...placed.map((rect) => rect.bottom)) - top;
  const bits = Buffer.alloc(rowBytes * rows);
  for (const rect of placed) {
    for (let row = rect.top - top; row < rect.bottom - top; row += 1) {
      for (let column = rect.left - left; column < rect.right - left; column += 1) {
        const place = row * rowBytes + (column >> 3);
        bits[place] = (bits[place] ?? 0) | (0x80 >> (column & 7));
      }
    }
  }
  const total = bits.length;
  return `^FO${left},${top}^GFA,${total},${total},${rowBytes},${bits.toString('hex').toUpperCase()}^FS`;
}

/**
 * A template in the printer's own language with a run's values in it, each escaped. A placeholder must stand in a
 * field (^FD) that says ^FH, or its escapes would be printed: `label-template-wrong`. In a Code 128 (^BC), `>` begins an
 * instruction and is written `>0`.
 */
export function fillZpl(template: string, run: RunRecord, file: string): Result<string> {
  let wrong: number | undefined;
  const filled = fillIn(template, run, (value, offset) => {
    const before = template.slice(0, offset);
    const field = before.slice(Math.max(before.lastIndexOf('^FS'), before.lastIndexOf('^XA'), 0));
    if (!/\^FH_?\s*\^FD[^^~]*$/i.test(field)) wrong ??= before.split('\n').length;
    return escapeZpl(/\^BC/i.test(field) ? value.replaceAll('>', '>0') : value);
  });
  if (wrong === undefined) return filled;
  return fail('label-template-wrong', { file, line: wrong, column: 1, reason: '^FH^FD' });
}
