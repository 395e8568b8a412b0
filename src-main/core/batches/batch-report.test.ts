import { describe, expect, it } from 'vitest';
import { createMessages } from '../../../src-shared/messages/messages.js';
import type { BatchDetail } from '../../../src-shared/model/batch.js';
import { fault } from '../../../src-shared/model/result.js';
import { textsOf } from '../../../test/fakes/pdf-text.js';
import { batchCsv, batchPdf } from './batch-report.js';

const detail: BatchDetail = {
  batch: {
    id: 1,
    orderNumber: '4711/ä',
    recipe: 'widget',
    quantity: 120,
    expectsSerials: true,
    openedAt: 0,
    openedBy: 'J. Álvarez',
    closedAt: 1000,
    closedBy: '丁',
    host: 'line-1',
    passed: 119,
    failed: 1,
    other: 0,
    doubles: 0,
    unexpected: 0,
  },
  units: Array.from({ length: 120 }, (_, index) => ({
    serial: index === 0 ? '=cmd()' : `SN-${index}`,
    expected: true,
    runs: 1,
    passes: 1,
    lastRun: 'run-0000-0001',
    lastAt: 0,
    verdict: 'PASS' as const,
    faultCode: '',
    fault: null,
  })),
  missing: ['SN-900'],
};

describe('the report of an order', () => {
  it('has a line for every unit and for every one that is missing, and no formulas', () => {
    const lines = batchCsv(detail, createMessages('en')).trimEnd().split('\r\n');
    expect(lines).toHaveLength(122);
    expect(lines[1]).toContain('4711/ä,widget,SN-119,PASS,');
    expect(lines.at(-2)).toContain("'=cmd()");
    expect(lines.at(-1)).toBe('4711/ä,widget,SN-900,,,true,0,0,,,');
  });

  it('says why a unit did not pass with a code, and in words', () => {
    const [unit] = detail.units;
    if (unit === undefined) throw new Error('no unit');
    const failed = { ...unit, verdict: 'FAIL' as const, faultCode: 'flash-failed' };
    const told = { ...failed, fault: fault('flash-failed', { reason: 'CRC' }) };
    const csv = batchCsv({ ...detail, units: [told, { ...failed, serial: 'SN-2' }] }, createMessages('es'));
    expect(csv).toContain('FAIL,flash-failed,');
    expect(csv).toContain(',El flasheador comunicó un fallo: CRC\r\n');
    expect(csv).toContain(',El flasheador comunicó un fallo: …\r\n');
  });

  it.each(['en', 'es'] as const)('is a PDF of several pages in %s', async (locale) => {
    const pdf = await batchPdf(detail, createMessages(locale), 'Línea 2');
    const text = pdf.toString('latin1');
    expect(text.startsWith('%PDF-')).toBe(true);
    expect(text.match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(2);
    expect(text.trimEnd().endsWith('%%EOF')).toBe(true);
    const written = textsOf(pdf);
    expect(written).toContain('Línea 2 (line-1)');
    expect(written.filter((each) => each.startsWith('SN-'))).toHaveLength(120);
  });

  it('writes every script that its font has, and says what the font has not', async () => {
    const [unit] = detail.units;
    if (unit === undefined) throw new Error('no unit');
    const told = { ...unit, serial: 'Ж-Ω-ő', verdict: 'FAIL' as const, faultCode: 'flash-failed' };
    const units = [{ ...told, fault: fault('flash-failed', { reason: 'ошибка' }) }];
    const written = textsOf(await batchPdf({ ...detail, units }, createMessages('en'), 'Łódź'));
    expect(written).toContain('Ж-Ω-ő');
    expect(written.join(' ')).toContain('The flasher reported a failure: ошибка (flash-failed)');
    expect(written.join(' ')).toMatch(/Closed .*, \[U\+4E01\] .*shown by their Unicode numbers: U\+4E01\./);
  });
});
