import type { Messages } from '../../../src-shared/messages/messages.js';
import type { BatchDetail, BatchUnit } from '../../../src-shared/model/batch.js';
import { faultCodes } from '../../../src-shared/model/fault-codes.js';
import { csvLine } from '../reports/csv.js';
import { createPdfPaper, type Cut, type PdfPaper } from '../reports/pdf-paper.js';

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
const widths = [130, 75, 50, 240] as const;

/** An order as a PDF of A4 pages in the station's language: what was ordered, what came of it, and every unit. */
export async function batchPdf(
  detail: BatchDetail,
  messages: Messages,
  stationName: string,
): Promise<Buffer> {
  const { batch, units, missing } = detail;
  const text = messages.text.bind(messages);
  const paper = await createPdfPaper({ size: 'A4', margin: left, info: { Title: batch.orderNumber } });
  const { document, use, readable } = paper;
  const when = (at: number | null): string =>
    at === null ? '-' : new Date(at).toLocaleString(messages.locale);

  use('bold')
    .fontSize(18)
    .text(readable(text('history.report.title', { order: batch.orderNumber })));
  document.moveDown(0.3);
  use('plain')
    .fontSize(10)
    .text(readable(`${stationName} (${batch.host})`));
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
    use('plain').text(readable(name), left, y, { width: 170 });
    use('bold').text(readable(value), left + 180, y, { width: 320 });
  }
  document.moveDown();
  row(
    paper,
    [
      text('history.filter.unit'),
      text('history.filter.verdict'),
      text('history.charts.runs'),
      text('window.runs.reason'),
    ],
    'bold',
  );
  for (const unit of [...units].reverse()) row(paper, cellsOf(unit, messages), 'plain');
  for (const serial of missing) row(paper, [serial, text('history.batch.notFlashed'), '0', ''], 'plain');
  if (paper.unshown.size > 0) {
    const letters = [...paper.unshown].map((each) => /U\+[0-9A-F]+/.exec(each)?.[0] ?? each).join(', ');
    document.moveDown().text(text('history.report.unshown', { letters }), left);
  }
  return paper.end();
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

/** A line of the table; a reason takes as many lines as it needs. */
function row({ document, use, readable }: PdfPaper, cells: readonly string[], cut: Cut): void {
  use(cut).fontSize(9);
  const columns = cells.map((cell, index) => ({ text: readable(cell), width: (widths[index] ?? 100) - 6 }));
  const height = Math.max(...columns.map(({ text, width }) => document.heightOfString(text, { width })));
  if (document.y + height > document.page.height - left) document.addPage();
  const y = document.y;
  let x = left;
  for (const { text, width } of columns) {
    document.text(text, x, y, { width });
    x += width + 6;
  }
  document.x = left;
  document.y = y + height + 3;
}
