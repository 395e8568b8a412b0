import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecipeMeasurement } from '../recipes/test-schema.js';
import { readJUnitFile } from './junit-file.js';
import { judgeMeasurement, measureAll } from './measure.js';

const wanted = (change: Partial<RecipeMeasurement>): RecipeMeasurement => ({ name: 'vcc', ...change });
const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });

describe('a measurement', () => {
  it('passes exactly when its number is within both limits, the limits included', () => {
    fc.assert(
      fc.property(number, number, number, (value, one, other) => {
        const [min, max] = one < other ? [one, other] : [other, one];
        const judged = judgeMeasurement(wanted({ min, max }), String(value), 'unit');
        expect(judged.verdict).toBe(value >= min && value <= max ? 'PASS' : 'FAIL');
        expect(judgeMeasurement(wanted({ min, max }), String(min), 'unit').verdict).toBe('PASS');
        expect(judgeMeasurement(wanted({ min, max }), String(max), 'unit').verdict).toBe('PASS');
      }),
    );
  });

  it('never passes a limit with something that is no number, whoever said it', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('unit' as const, 'program' as const), (text, speaker) => {
        const judged = judgeMeasurement(wanted({ min: -Infinity }), text, speaker);
        if (judged.number === null) expect(judged.verdict).toBe(speaker === 'unit' ? 'FAIL' : 'ERROR');
        else expect(Number.isFinite(judged.number)).toBe(true);
      }),
    );
  });

  it.each(['3,3', '0x10', 'NaN', 'Infinity', '1e999', '', '3.3V', '--'])('takes %s for no number', (text) => {
    expect(judgeMeasurement(wanted({ min: 0 }), text, 'unit')).toMatchObject({
      number: null,
      verdict: 'FAIL',
    });
  });

  it('is judged by all that was said, however little of it is kept', () => {
    const matches = /^[0-9a-f]+$/u;
    const hash = 'a'.repeat(200);
    expect(judgeMeasurement(wanted({ matches }), `${hash} but not this unit`, 'unit').verdict).toBe('FAIL');
    expect(judgeMeasurement(wanted({ equals: hash }), `${hash}0`, 'unit').verdict).toBe('FAIL');
    expect(judgeMeasurement(wanted({ max: 5 }), `1${'0'.repeat(250)}e-260`, 'unit').verdict).toBe('PASS');
    expect(judgeMeasurement(wanted({ max: 5 }), `${'0'.repeat(199)}1000`, 'unit').verdict).toBe('FAIL');
  });

  it('needs a value where it has no limits: an empty one is none', () => {
    expect(judgeMeasurement(wanted({}), ' ', 'unit')).toMatchObject({ text: null, verdict: 'FAIL' });
    expect(judgeMeasurement(wanted({}), '', 'program').verdict).toBe('ERROR');
    expect(judgeMeasurement(wanted({ equals: '' }), '', 'unit').verdict).toBe('PASS');
    expect(judgeMeasurement(wanted({ matches: /^$/u }), '', 'unit').verdict).toBe('PASS');
  });

  it('comes from a group, a pattern, or the last line of JSON', () => {
    const output = 'noise\n{"vcc": 1}\n{"sensors": {"vcc": 3.3}, "vcc": 2}\ntemp: 21 C\n{broken}\n';
    const said = { output, groups: { version: '2.4' }, speaker: 'program' } as const;
    const found = measureAll(
      [
        wanted({ name: 'version' }),
        wanted({ json: 'sensors.vcc' }),
        wanted({ name: 'temp', pattern: /temp: (?<value>\d+)/u }),
        wanted({ name: 'none', json: 'nothing.here' }),
      ],
      said,
    );
    expect(found.map(({ text, verdict }) => [text, verdict])).toEqual([
      ['2.4', 'PASS'],
      ['3.3', 'PASS'],
      ['21', 'PASS'],
      [null, 'ERROR'],
    ]);
  });
});

describe('a JUnit file', () => {
  const whole =
    '<?xml version="1.0"?><!-- <x> --><testsuites name="a>b"><testsuite><properties/>' +
    '<testcase name="one &amp; &#x41;"><failure message="no &lt;"><![CDATA[</testcase>]]></failure></testcase>' +
    '<testcase name="two"/><testcase name="three"><skipped/></testcase></testsuite></testsuites>';

  it('is counted by its cases alone', () => {
    expect(readJUnitFile(whole)).toEqual({
      tests: 3,
      failures: 1,
      errors: 0,
      skipped: 1,
      failed: [{ name: 'one & A', message: 'no <' }],
    });
  });

  it('that is cut off anywhere is broken', () => {
    for (let end = 0; end < whole.length; end += 1) expect(readJUnitFile(whole.slice(0, end))).toBeNull();
  });

  it('is read or refused, whatever bytes it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        readJUnitFile(text);
        readJUnitFile(`<testsuite>${text}</testsuite>`);
      }),
    );
  });

  it('that defines entities is refused', () => {
    expect(readJUnitFile('<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>')).toBeNull();
  });
});
