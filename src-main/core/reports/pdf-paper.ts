import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** The two cuts of the font that is embedded. Narrow ones: a label has little room, and its printer's own font is narrow too. */
const files = {
  plain: 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf',
  bold: 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf',
} as const;
export type Cut = keyof typeof files;

/** The height of a capital of that font, as part of the font's size. */
export const capHeight = 0.729;

/** A PDF that is being written, with the letters of Latin, Greek, Cyrillic and more scripts embedded. */
export interface PdfPaper {
  readonly document: PDFKit.PDFDocument;
  /** Chooses the cut of what is written next. */
  readonly use: (cut: Cut) => PDFKit.PDFDocument;
  /** A text as it can be written: a character that the font has not is named by its code point, such as [U+4E01]. */
  readonly readable: (text: string) => string;
  /** Characters that the font had not, as `丁 (U+4E01)`, each once. */
  readonly unshown: ReadonlySet<string>;
  /** Ends the document; resolves to all of it. */
  end(): Promise<Buffer>;
}

/** Begins a PDF. Its parts are loaded when one is wanted: they take longer than all else of the station's start. */
export async function createPdfPaper(options: Omit<PDFKit.PDFDocumentOptions, 'font'>): Promise<PdfPaper> {
  const [{ default: PDFDocument }, { create }] = await Promise.all([import('pdfkit'), import('fontkit')]);
  const resolve = createRequire(import.meta.url).resolve;
  const [plain, bold] = await Promise.all([readFile(resolve(files.plain)), readFile(resolve(files.bold))]);
  const repertoires = [create(plain), create(bold)].map((font) =>
    'hasGlyphForCodePoint' in font ? font : null,
  );
  const document = new PDFDocument({ ...options, font: resolve(files.plain) });
  document.registerFont('plain', plain).registerFont('bold', bold);

  const chunks: Buffer[] = [];
  const ended = new Promise<Buffer>((settle, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', () => settle(Buffer.concat(chunks)));
    document.on('error', reject);
  });

  const unshown = new Set<string>();
  function shown(character: string): string {
    if (/^\p{Cc}$/u.test(character)) return ' ';
    const point = character.codePointAt(0) ?? 0;
    if (repertoires.every((font) => font?.hasGlyphForCodePoint(point) === true)) return character;
    const name = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
    unshown.add(/^\p{C}$/u.test(character) ? name : `${character} (${name})`);
    return `[${name}]`;
  }

  return {
    document,
    use: (cut) => document.font(cut),
    readable: (text) => text.replace(/./gsu, shown),
    unshown,
    end() {
      document.end();
      return ended;
    },
  };
}
