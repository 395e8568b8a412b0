import type { LabelDrawing } from '../../../src-shared/model/label.js';
import { capHeight, createPdfPaper } from '../reports/pdf-paper.js';

/** Points a mm. */
const points = 72 / 25.4;

/** A label as a PDF of one page of its own size. */
export interface LabelPdf {
  content: Buffer;
  /** Characters that the font has not, as `丁 (U+4E01)`; the label shows their code points. */
  unshown: string[];
}

/** A drawing as a PDF. */
export async function toPdf({ width, height, shapes }: LabelDrawing): Promise<LabelPdf> {
  const paper = await createPdfPaper({ size: [width * points, height * points], margin: 0 });
  const document = paper.use('bold');
  document.scale(points);
  for (const shape of shapes) {
    if (shape.kind === 'box') {
      const { x, y, thickness } = shape;
      // A line is drawn to both sides of its path; a printer draws it inside the box.
      document.lineWidth(thickness);
      document
        .rect(x + thickness / 2, y + thickness / 2, shape.width - thickness, shape.height - thickness)
        .stroke();
    } else if (shape.kind === 'code') {
      for (const rect of shape.rects) document.rect(...rect);
      document.fill('black');
    } else {
      const text = paper.readable(shape.text);
      const size = shape.height * 0.9;
      document.fontSize(size);
      const wide = document.widthOfString(text);
      const narrow = shape.width === null ? 1 : Math.min(1, shape.width / wide);
      // A capital's upper edge is where the text begins.
      document
        .save()
        .translate(shape.x, shape.y + size * capHeight)
        .scale(narrow, 1);
      document.fillColor('black').text(text, 0, 0, { lineBreak: false, baseline: 'alphabetic' });
      document.restore();
    }
  }
  return { content: await paper.end(), unshown: [...paper.unshown] };
}
