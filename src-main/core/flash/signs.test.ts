import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsedRecipe } from '../../../test/fakes/recipes.js';
import { httpRecipe, logRecipe } from '../../../test/fakes/bay.js';
import { judgeExit, polledPaths, readAnswer, readField, readLogLine, readPercent } from './signs.js';

const http = parsedRecipe(httpRecipe).recipe.flash;
const log = parsedRecipe(logRecipe).recipe.flash;

describe('a percentage', () => {
  it.each([
    [42, 42],
    ['42', 42],
    [' 42.5 % ', 42.5],
    [0, 0],
    ['100%', 100],
  ])('%j is %d', (given, percent) => expect(readPercent(given)).toBe(percent));
  it.each([[-1], [101], ['half'], [null], [Number.NaN], ['1e2']])('%j is none', (given) =>
    expect(readPercent(given)).toBeUndefined(),
  );
});

describe('a field of an answer', () => {
  it('is found along a dotted path, through lists too', () => {
    expect(readField({ job: { steps: [{ state: 'done' }] } }, 'job.steps.0.state')).toBe('done');
  });
  it('leads nowhere without harm, also into what every object inherits', () => {
    expect(readField({ job: null }, 'job.state')).toBeUndefined();
    expect(readField({}, 'constructor.name')).toBeUndefined();
    expect(readField('text', 'length')).toBeUndefined();
  });
});

describe('a line of output', () => {
  it('gives progress by the named groups', () => {
    expect(readLogLine(log, 'PROGRESS 12')).toEqual({ progress: { percent: 12 } });
  });
  it('is a sign when a sign matches, and failure outweighs success', () => {
    expect(readLogLine(log, 'DONE')).toEqual({ sign: { kind: 'success' } });
    const both = { ...log, failure: [{ log: /DONE/u }] };
    expect(readLogLine(both, 'DONE')).toMatchObject({ sign: { kind: 'failure', reason: 'DONE' } });
  });
  it('never throws, whatever it says', () => {
    fc.assert(fc.property(fc.string(), (line) => void readLogLine(log, line)));
  });
});

describe('an answer of the panel', () => {
  it('gives progress, the serial number, and the signs of its path alone', () => {
    expect(readAnswer(http, '/status', { percent: 5, serial: 'W-1', state: 'flashing' })).toEqual({
      progress: { percent: 5 },
      unitSerial: 'W-1',
    });
    expect(readAnswer(http, '/status', { state: 'done' })).toEqual({ sign: { kind: 'success' } });
    expect(readAnswer(http, '/other', { state: 'done' })).toEqual({});
  });
  it('is no success when the field only looks like it', () => {
    expect(readAnswer(http, '/status', { state: ['done'] })).toEqual({});
    expect(readAnswer(http, '/status', 'done')).toEqual({});
  });
  it('is asked for once a path, as often as the recipe says', () => {
    expect(polledPaths(http)).toEqual([{ path: '/status', everyMs: 500 }]);
  });
});

describe('the end of the flasher', () => {
  it('is never a success on its own', () => {
    expect(judgeExit(http, { exitCode: 0, outOfMemory: false })).toMatchObject({
      verdict: 'ERROR',
      fault: { code: 'flash-ended-without-sign' },
    });
  });
  it('is a success when the recipe says so', () => {
    expect(judgeExit(log, { exitCode: 0, outOfMemory: false })).toBe('success');
  });
  it.each([null, 126, 127, 134, 137, 139, 143])(
    'is no failure of the unit’s with code %s, of which “non-zero” does not speak: it never ran, or was killed',
    (exitCode) => {
      const any = { ...log, failure: [{ exitCode: 'non-zero' as const }] };
      expect(judgeExit(any, { exitCode, outOfMemory: false })).toMatchObject({ verdict: 'ERROR' });
    },
  );
  it.each([1, 3, 124, 125, 255])('is a failure with code %i where the recipe says so', (exitCode) => {
    const any = { ...log, failure: [{ exitCode: 'non-zero' as const }] };
    expect(judgeExit(any, { exitCode, outOfMemory: false })).toMatchObject({ verdict: 'FAIL' });
    const named = { ...log, failure: [{ exitCode: 137 }] };
    expect(judgeExit(named, { exitCode: 137, outOfMemory: false })).toMatchObject({ verdict: 'FAIL' });
  });
  it('is the station’s fault when memory ran out, whatever the code', () => {
    expect(judgeExit(log, { exitCode: 0, outOfMemory: true })).toMatchObject({
      fault: { code: 'container-out-of-memory' },
    });
  });
});
