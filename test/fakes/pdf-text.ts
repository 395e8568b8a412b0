import { inflateSync } from 'node:zlib';

/**
 * The lines of a PDF that pdfkit made, in the order they were written: its streams are inflated, and what was drawn is
 * read back through each font's own ToUnicode table, as a reader's "copy" does.
 * Source: PDF 32000-1:2008, 9.4.3 (showing text) and 9.10.3 (ToUnicode).
 */
export function textsOf(pdf: Buffer): string[] {
  const objects = objectsOf(pdf);
  const tables = new Map<string, Map<number, string>>();
  for (const [, { head }] of objects) {
    // Resources name the fonts that pages use: /F2 9 0 R.
    for (const [, name = '', id = ''] of head.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const font = objects.get(id)?.head ?? '';
      const table = objects.get(/\/ToUnicode (\d+) 0 R/.exec(font)?.[1] ?? '')?.stream;
      if (table !== undefined) tables.set(name, unicodeOf(table));
    }
  }
  const lines: string[] = [];
  for (const [, { stream }] of objects) {
    let table = new Map<number, string>();
    for (const [, name, shown] of stream.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (name !== undefined) table = tables.get(name) ?? new Map<number, string>();
      if (shown === undefined) continue;
      const glyphs = [...shown.matchAll(/<([0-9a-f]*)>/g)].flatMap(
        ([, hex = '']) => hex.match(/.{4}/g) ?? [],
      );
      lines.push(glyphs.map((glyph) => table.get(Number.parseInt(glyph, 16)) ?? '\ufffd').join(''));
    }
  }
  return lines;
}

function objectsOf(pdf: Buffer): Map<string, { head: string; stream: string }> {
  const objects = new Map<string, { head: string; stream: string }>();
  const text = pdf.toString('latin1');
  for (const { 0: begin, 1: id = '', index } of text.matchAll(/^(\d+) 0 obj\n/gm)) {
    const body = text.slice(index + begin.length, text.indexOf('\nendobj', index));
    const at = body.indexOf('stream\n');
    const head = at < 0 ? body : body.slice(0, at);
    const length = Number(/\/Length (\d+)/.exec(head)?.[1] ?? 0);
    const raw = Buffer.from(body.slice(at + 7, at + 7 + length), 'latin1');
    const isText = at >= 0 && !/\/Length1|\/Subtype \/CIDFontType0C/.test(head);
    const stream = !isText ? '' : head.includes('/FlateDecode') ? inflateSync(raw).toString('latin1') : '';
    objects.set(id, { head, stream });
  }
  return objects;
}

/** A table in the form that pdfkit writes: ranges of glyphs, each with the list of what they stand for. */
function unicodeOf(table: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const [, first = '', list = ''] of table.matchAll(/<([0-9a-f]+)> <[0-9a-f]+> \[([^\]]*)\]/g)) {
    let glyph = Number.parseInt(first, 16);
    for (const [, hex = ''] of list.matchAll(/<([0-9a-f ]*)>/g)) {
      found.set(glyph, Buffer.from(hex.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'));
      glyph += 1;
    }
  }
  return found;
}
