import type { Messages } from '../../../src-shared/messages/messages.js';
import type { BatchDetail, BatchUnit } from '../../../src-shared/model/batch.js';
import { faultCodes } from '../../../src-shared/model/fault-codes.js';
import { csvLine } from '../reports/csv.js';

/** The columns of the report as CSV; a new one goes to the end. Times are UTC, ISO 8601. */
const columns = [
  'order',
  'recipe',
  'unit',
  'verdict',
  'fault',
  'expected',
  'runs',
  'passes',
  'last_run',
  'ended',
  'reason',
];

/** An order as CSV: a line a unit, and one for each expected unit that nobody flashed. Its `reason` is in words, the rest in no language. */
export function batchCsv({ batch, units, missing }: BatchDetail, messages: Messages): string {
  const line = (...cells: Parameters<typeof csvLine>[0]): string =>
    csvLine([batch.orderNumber, batch.recipe, ...cells]);
  return [
    `\ufeff${csvLine(columns)}`,
    ...[...units]
      .reverse()
      .map(({ serial, verdict, faultCode, expected, runs, passes, lastRun, lastAt, fault }) =>
        line(
          serial,
          verdict,
          faultCode || null,
          expected,
          runs,
          passes,
          lastRun,
          new Date(lastAt).toISOString(),
          reasonOf({ fault, faultCode }, messages) || null,
        ),
      ),
    ...missing.map((serial) => line(serial, null, null, true, 0, 0, null, null, null)),
  ].join('');
}

const left = 50;
const widths = [150, 90, 45, 190] as const;

/** An order as a PDF of A4 pages in the station's language: what was ordered, what came of it, and every unit. */
export async function batchPdf(
  detail: BatchDetail,
  messages: Messages,
  stationName: string,
): Promise<Buffer> {
  // Loaded when it is wanted: it takes longer than all else of the station's start.
  const { default: PDFDocument } = await import('pdfkit');
  const { batch, units, missing } = detail;
  const text = messages.text.bind(messages);
  const document = new PDFDocument({ size: 'A4', margin: left, info: { Title: batch.orderNumber } });
  const parts: Buffer[] = [];
  const whole = new Promise<Buffer>((resolve, reject) => {
    document.on('data', (part: Buffer) => parts.push(part));
    document.on('end', () => resolve(Buffer.concat(parts)));
    document.on('error', reject);
  });
  const when = (at: number | null): string =>
    at === null ? '-' : new Date(at).toLocaleString(messages.locale);

  document
    .font('Helvetica-Bold')
    .fontSize(18)
    .text(text('history.report.title', { order: latin(batch.orderNumber) }));
  document
    .moveDown(0.3)
    .font('Helvetica')
    .fontSize(10)
    .text(latin(`${stationName} (${batch.host})`));
  document.moveDown();
  const facts: [string, string][] = [
    [text('history.filter.recipe'), batch.recipe],
    [text('history.batch.quantity'), String(batch.quantity)],
    [text('words.verdict.PASS'), String(batch.passed)],
    [text('words.verdict.FAIL'), String(batch.failed)],
    [text('window.counters.other'), String(batch.other)],
    [text('history.batch.doubles'), String(batch.doubles)],
    [text('history.batch.unexpected'), String(batch.unexpected)],
    [text('history.batch.missing'), batch.expectsSerials ? String(missing.length) : '-'],
    [text('history.batch.opened'), `${when(batch.openedAt)}, ${batch.openedBy || '-'}`],
    [text('history.batch.closed'), `${when(batch.closedAt)}, ${batch.closedBy ?? '-'}`],
  ];
  for (const [name, value] of facts) {
    const y = document.y;
    document.font('Helvetica').text(latin(name), left, y, { width: 170 });
    document.font('Helvetica-Bold').text(latin(value), left + 180, y, { width: 320 });
  }
  document.moveDown();
  row(
    document,
    [
      text('history.filter.unit'),
      text('history.filter.verdict'),
      text('history.charts.runs'),
      text('window.runs.reason'),
    ],
    'Helvetica-Bold',
  );
  for (const unit of [...units].reverse()) row(document, cellsOf(unit, messages), 'Helvetica');
  for (const serial of missing)
    row(document, [serial, text('history.batch.notFlashed'), '0', ''], 'Helvetica');
  document.end();
  return whole;
}

/** Why a unit did not pass, in a sentence; what its code stands for where the record does not say more. */
function reasonOf({ fault, faultCode }: Pick<BatchUnit, 'fault' | 'faultCode'>, messages: Messages): string {
  if (fault !== null) return messages.what(fault);
  const code = faultCodes.find((each) => each === faultCode);
  return code === undefined ? faultCode : messages.kind(code);
}

function cellsOf(unit: BatchUnit, messages: Messages): string[] {
  const { serial, verdict, runs, faultCode, expected } = unit;
  const sentence = reasonOf(unit, messages);
  const reason = [
    expected ? '' : messages.text('history.batch.notOnList'),
    sentence === '' ? '' : `${sentence} (${faultCode})`,
  ]
    .filter((part) => part !== '')
    .join(', ');
  return [serial ?? '-', messages.text(`words.verdict.${verdict}`), String(runs), reason];
}

function row(document: PDFKit.PDFDocument, cells: readonly string[], font: string): void {
  if (document.y > document.page.height - 80) document.addPage();
  const y = document.y;
  let x = left;
  document.font(font).fontSize(9);
  cells.forEach((cell, index) => {
    const width = widths[index] ?? 100;
    document.text(latin(cell), x, y, { width: width - 6, height: 12, ellipsis: true, lineBreak: false });
    x += width;
  });
  document.x = left;
  document.y = y + 14;
}

/** The fonts that every PDF reader has know the Latin letters of Western Europe; anything else is shown as a question mark. */
function latin(text: string): string {
  return text.replace(/[^\t\x20-\x7e\u00a0-\u00ff–—‘’“”…€]/g, '?');
}
