import { z } from 'zod';
import type { Measurement } from '../../../src-shared/model/test.js';
import type { RecipeMeasurement } from '../recipes/test-schema.js';

/** What a test said, for the measurements to be found in. */
export interface Said {
  output: string;
  /** What named groups of `expect` patterns matched. */
  groups: Readonly<Record<string, string>>;
  /** Whose words these are: what the unit says badly is the unit's, what a program says badly the station's. */
  speaker: 'unit' | 'program';
}

/** A decimal number as programs and boards print it; no comma, no hexadecimal, no infinity. */
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
/** The longest value that is kept, in characters. */
const longest = 200;

/** Captures and judges every measurement of a phase, in the recipe's order. Pure. */
export function measureAll(wanted: readonly RecipeMeasurement[], said: Said): Measurement[] {
  const last = wanted.some(({ json }) => json !== undefined) ? lastJsonLine(said.output) : undefined;
  return wanted.map((one) => judgeMeasurement(one, capture(one, said, last), said.speaker));
}

/** Whether a value is looked for in all that was said, not in what an expectation matched. */
export function looksInOutput({ pattern, json }: RecipeMeasurement): boolean {
  return pattern !== undefined || json !== undefined;
}

function capture(
  { name, pattern, json }: RecipeMeasurement,
  { output, groups }: Said,
  last: unknown,
): string | null {
  if (pattern !== undefined) {
    const match = pattern.exec(output);
    return match === null ? null : (match.groups?.['value'] ?? match[0]);
  }
  if (json === undefined) return Object.hasOwn(groups, name) ? (groups[name] ?? null) : null;
  let value = last;
  for (const step of json.split('.')) {
    const parsed = z.record(z.string(), z.unknown()).safeParse(value);
    if (!parsed.success || !Object.hasOwn(parsed.data, step)) return null;
    value = parsed.data[step];
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : null;
}

function lastJsonLine(output: string): unknown {
  for (const line of output.split('\n').reverse()) {
    const text = line.trim();
    if (!text.startsWith('{') || !text.endsWith('}')) continue;
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

/** Judges one captured text, all of it. Limits are inclusive; without any, a value is enough, and nothing is none. */
export function judgeMeasurement(
  { name, unit, min, max, equals, matches }: RecipeMeasurement,
  captured: string | null,
  speaker: Said['speaker'],
): Measurement {
  const isText = typeof equals === 'string' || matches !== undefined;
  const trimmed = captured?.trim() ?? null;
  const text = trimmed === '' && !isText ? null : trimmed;
  const number = text !== null && decimal.test(text) && Number.isFinite(Number(text)) ? Number(text) : null;
  const needsNumber = min !== undefined || max !== undefined || typeof equals === 'number';
  const unusable = text === null || (needsNumber && number === null);
  const within =
    !unusable &&
    (min === undefined || (number ?? NaN) >= min) &&
    (max === undefined || (number ?? NaN) <= max) &&
    (equals === undefined || (typeof equals === 'number' ? number === equals : text === equals)) &&
    (matches === undefined || matches.test(text));
  return {
    name,
    text: text?.slice(0, longest) ?? null,
    number,
    ...(unit === undefined ? {} : { unit }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(equals === undefined ? {} : { equals }),
    ...(matches === undefined ? {} : { matches: matches.source }),
    verdict: unusable ? (speaker === 'unit' ? 'FAIL' : 'ERROR') : within ? 'PASS' : 'FAIL',
  };
}
