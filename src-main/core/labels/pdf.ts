import type { LabelDrawing } from '../../../src-shared/model/label.js';

/** Points a mm. */
const points = 72 / 25.4;

/** A drawing as a PDF of one page of the label's own size. */
export async function toPdf({ width, height, shapes }: LabelDrawing): Promise<Buffer> {
  // Loaded when it is wanted: a station that prints no PDF starts without it.
  const { default: PDFDocument } = await import('pdfkit');
  const document = new PDFDocument({
    size: [width * points, height * points],
    margin: 0,
    font: 'Helvetica-Bold',
  });
  const chunks: Buffer[] = [];
  const ended = new Promise<Buffer>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', () => resolve(Buffer.concat(chunks)));
    document.on('error', reject);
  });
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
      const text = shape.text.replace(/[^\u0020-\u007e\u00a0-\u00ff–—‘’“”•…€]/gu, '?');
      document.fontSize(shape.height * 0.9);
      const wide = document.widthOfString(text);
      const narrow = shape.width === null ? 1 : Math.min(1, shape.width / wide);
      document.save().translate(shape.x, shape.y).scale(narrow, 1);
      document.fillColor('black').text(text, 0, 0, { lineBreak: false });
      document.restore();
    }
  }
  document.end();
  return ended;
}
