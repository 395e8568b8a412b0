import { describe, expect, it } from 'vitest';
import { createRun } from '../../../test/fakes/records.js';
import { createMessages } from '../../../src-shared/messages/messages.js';
import { ok } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { formatProblem } from '../yaml/check.js';
import { drawLabel } from './draw.js';
import { textsOf } from '../../../test/fakes/pdf-text.js';
import { toPdf } from './pdf.js';
import { printerProblem } from './printer.js';
import { parseLabelTemplate, type LabelTemplate } from './template.js';
import { fillIn } from './values.js';
import { escapeZpl, fillZpl, toZpl } from './zpl.js';

const messages = createMessages('en');
const times = { verdict: 'PASS', startedAt: 0, endedAt: 1, exitCode: null } as const;
const run: RunRecord = createRun({
  id: 'run-000001',
  unitSerial: 'SN^1~',
  startedAt: new Date(2026, 10, 23, 14, 5).getTime() - 60_000,
  tests: [
    {
      ...times,
      name: 'power',
      kind: 'serial',
      optional: false,
      attempts: [
        { ...times, measurements: [{ name: 'vcc', text: '3.30', number: 3.3, unit: 'V', verdict: 'PASS' }] },
      ],
    },
  ],
});

function template(text: string): LabelTemplate {
  const parsed = parseLabelTemplate(text, 'unit.yaml');
  if (!parsed.ok) throw new Error(parsed.error.map((each) => formatProblem(each, messages)).join('\n'));
  return parsed.value.value;
}
async function drawn(text: string) {
  const drawing = await drawLabel(template(text), run);
  if (!drawing.ok) throw new Error(drawing.error.code);
  return drawing.value;
}
const label = `
size: [50, 30]
elements:
  - { text: '{model} {serial}', at: [2, 2], height: 4, width: 30 }
  - { text: 'Vcc {measurement.power.vcc} {measurement.vcc.unit}', at: [2, 8] }
  - { code: qr, data: '{serial}', at: [36, 2], module: 0.5 }
  - { box: [48, 28], at: [1, 1] }
`;

describe('placeholders', () => {
  it('stand for what the run knows, its measurements too, with braces of one’s own doubled', () => {
    const text = '{serial} {date} {time} {measurement.power.vcc} {measurement.vcc.unit} {{x}}';
    expect(fillIn(text, run)).toEqual(ok('SN^1~ 2026-11-23 14:05 3.30 V {x}'));
  });

  it('leave no hole: a value that the run lacks is refused', () => {
    expect(fillIn('{measurement.power.current}', run)).toMatchObject({
      error: { code: 'label-value-missing' },
    });
    expect(fillIn('{serial}', { ...run, unitSerial: null })).toMatchObject({
      error: { params: { placeholder: 'serial' } },
    });
  });
});

describe('a template', () => {
  it.each([
    ['a misspelt placeholder', "size: [50, 30]\nelements:\n  - { text: '{serail}', at: [0, 0] }", /“serail”/],
    ['no elements', 'size: [50, 30]\nelements: []', /unit\.yaml:2:/],
    ['a size that is none', 'size: [0, 30]\nelements:\n  - { text: a, at: [0, 0] }', /unit\.yaml:1:/],
  ])('with %s is refused with its place', (_, text, words) => {
    const parsed = parseLabelTemplate(text, 'unit.yaml');
    expect(parsed.ok ? '' : parsed.error.map((each) => formatProblem(each, messages)).join()).toMatch(words);
  });
});

describe('ZPL', () => {
  it('has every value escaped, so that no serial number is a command', async () => {
    expect(escapeZpl('^XZ~JR_\\\u0007 ñ')).toBe('_5EXZ_7EJR_5F_5C_07 ñ');
    const zpl = toZpl(await drawn(label));
    expect(zpl).toContain('^FH^FDwidget-1 SN_5E1_7E^FS');
    expect(zpl.match(/\^XA/g)).toHaveLength(1);
    expect(zpl.startsWith('^XA\n^CI28\n^PW400\n^LL240\n')).toBe(true);
    expect(zpl).toContain('^FO8,8^GB384,224,2^FS');
  });

  it('makes a text narrower that would be too wide', async () => {
    const wide = toZpl(
      await drawn(
        "size: [50, 30]\nelements:\n  - { text: '{contentHash}', at: [2, 2], height: 4, width: 30 }",
      ),
    );
    expect(wide).toMatch(/\^A0N,32,6\^FH/);
  });

  it('has bar codes as pictures, dot for dot what is drawn', async () => {
    const drawing = await drawn(
      'size: [50, 30]\nelements:\n  - { code: datamatrix, data: W-1, at: [1, 1], module: 0.5 }',
    );
    const [, total = '', row = '', hex = ''] =
      /\^FO8,8\^GFA,\d+,(\d+),(\d+),([0-9A-F]+)\^FS/.exec(toZpl(drawing)) ?? [];
    // 10 × 10 modules of 4 dots: 40 dots are 5 bytes a row.
    expect([total, row, hex.length]).toEqual(['200', '5', 400]);
    // The left edge of a Data Matrix is black, its upper edge dashed.
    expect(hex.slice(0, 10)).toBe('F0F0F0F0F0');
  });

  it('of a raw template keeps all but the placeholders, which must stand in a field with ^FH', () => {
    const raw = '^XA^FO10,10^A0N,30^FH^FD{serial}^FS^BY2^BCN,80^FH^FD{operator}^FS^XZ';
    const filled = fillZpl(raw, { ...run, operator: 'A>B' }, 'unit.zpl');
    expect(filled).toEqual(ok('^XA^FO10,10^A0N,30^FH^FDSN_5E1_7E^FS^BY2^BCN,80^FH^FDA>0B^FS^XZ'));
    expect(fillZpl('^XA\n^FO1,1^FD{serial}^FS^XZ', run, 'unit.zpl')).toMatchObject({
      error: { code: 'label-template-wrong', params: { line: 2 } },
    });
  });
});

it('draws Code 128 with whole dots a module, and refuses what a code cannot hold', async () => {
  const [code] = (
    await drawn('size: [50, 30]\nelements:\n  - { code: code128, data: W-0001, at: [1, 1], module: 0.3 }')
  ).shapes;
  if (code?.kind !== 'code') throw new Error('no code');
  const widths = new Set(code.rects.map(([, , width]) => Math.round(width * 8 * 1000) / 1000));
  expect([...widths].every((dots) => dots % 2 === 0)).toBe(true);
  const tooMuch = template(
    `size: [50, 30]\nelements:\n  - { code: datamatrix, data: '${'x'.repeat(900)}{run}', at: [0, 0] }`,
  );
  const huge = await drawLabel(tooMuch, { ...run, id: 'y'.repeat(3000) });
  expect(huge).toMatchObject({ error: { code: 'label-code-impossible' } });
});

it('makes a PDF of one page of the label’s own size', async () => {
  const pdf = (await toPdf(await drawn(label))).content.toString('latin1');
  expect(pdf.startsWith('%PDF-1.')).toBe(true);
  expect(pdf).toMatch(/MediaBox \[0 0 141\.7\d* 85\.0\d*\]/);
  expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1);
});

it('has letters of many scripts in its PDF, and names by its number what the font has not', async () => {
  const texts = ['Łódź ğş Český ½ –', 'Станция Ї', 'Ελλάδα ώ', '丁 🔧\u0000'];
  const shapes = texts.map((text) => ({ kind: 'text', x: 1, y: 1, height: 3, width: null, text }) as const);
  const { content, unshown } = await toPdf({ width: 50, height: 30, dotsPerMm: 8, shapes });
  expect(textsOf(content)).toEqual([...texts.slice(0, 3), '[U+4E01] [U+1F527] ']);
  expect(unshown).toEqual(['丁 (U+4E01)', '🔧 (U+1F527)']);
});

it.each([
  [['030,0,0,0370,000,0,0,0,000,0,0,0', '000,0,0,0,0,2,4,0,00000000,1,000', '1234,0'], null],
  [['030,1,0,0370,000,0,0,0,000,0,0,0', '000,0,0,0,0,2,4,0,00000000,1,000', '1234,0'], 'paper'],
  [['030,1,1,0370,000,0,0,0,000,0,0,0', '000,0,1,0,0,2,4,0,00000000,1,000', '1234,0'], 'paper'],
  [['030,0,1,0370,000,0,0,0,000,0,0,0', '000,0,0,0,0,2,4,0,00000000,1,000', '1234,0'], 'paused'],
  [['030,0,1,0370,000,0,0,0,000,0,0,0', '000,0,1,0,0,2,4,0,00000000,1,000', '1234,0'], 'open'],
  [['030,0,0,0370,000,0,0,0,000,0,0,0', '000,0,0,1,0,2,4,0,00000000,1,000', '1234,0'], 'ribbon'],
] as const)('reads what keeps a printer from printing out of its status: %#', (lines, problem) => {
  expect(printerProblem(lines)).toBe(problem);
});
