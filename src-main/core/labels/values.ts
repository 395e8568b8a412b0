import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';

/** What a placeholder stands for, of one run. Dates and times are local. */
const fields: Readonly<Record<string, (run: RunRecord) => string | number | null>> = {
  serial: (run) => run.unitSerial,
  model: (run) => run.identity?.model ?? run.model,
  recipe: (run) => run.recipe,
  run: (run) => run.id,
  verdict: (run) => run.verdict,
  date: (run) => dateOf(run.endedAt ?? run.startedAt),
  time: (run) => timeOf(run.endedAt ?? run.startedAt),
  bay: (run) => run.bay,
  bayLabel: (run) => run.bayLabel,
  operator: (run) => run.operator,
  host: (run) => run.host,
  attempt: (run) => run.attempt,
  image: (run) => run.imageName,
  imageId: (run) => run.imageId,
  contentHash: (run) => run.contentHash,
};

const two = (number: number): string => String(number).padStart(2, '0');

function dateOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function timeOf(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Whether a template may say it; of a measurement, only a run knows whether there is one. */
export function isPlaceholder(name: string): boolean {
  return Object.hasOwn(fields, name) || /^measurement(\.[^.{}]+){1,2}(\.unit)?$/.test(name);
}

/** The value of a placeholder; undefined when the run has none. `measurement.TEST.NAME`, with `.unit` for its unit. */
function valueOf(name: string, run: RunRecord): string | undefined {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field !== undefined) {
    const value = field(run);
    return value === null ? undefined : String(value);
  }
  for (const test of run.tests) {
    for (const one of test.attempts.at(-1)?.measurements ?? []) {
      const names = [`measurement.${test.name}.${one.name}`, `measurement.${one.name}`];
      if (names.includes(name)) return one.text ?? undefined;
      if (names.some((each) => `${each}.unit` === name)) return one.unit ?? '';
    }
  }
  return undefined;
}

/** `{name}`; `{{` and `}}` are the braces themselves. */
const placeholder = /\{\{|\}\}|\{([^{}]*)\}/g;

/** The names in a text that no run has, for a template's errors. */
export function unknownPlaceholders(text: string): string[] {
  return [...text.matchAll(placeholder)].flatMap(([whole, name]) =>
    whole === '{{' || whole === '}}' || isPlaceholder(name ?? '') ? [] : [name ?? ''],
  );
}

/**
 * Puts a run's values into a text. `escape` makes each harmless where it goes.
 * Fails with `label-value-missing`: a label with a hole in it is no label.
 */
export function fillIn(
  text: string,
  run: RunRecord,
  escape: (value: string, offset: number) => string = (value) => value,
): Result<string> {
  let missing: string | undefined;
  const filled = text.replace(placeholder, (whole: string, name: string | undefined, offset: number) => {
    if (whole === '{{') return '{';
    if (whole === '}}') return '}';
    const value = valueOf(name ?? '', run);
    if (value === undefined) missing ??= name ?? '';
    return escape(value ?? '', offset);
  });
  return missing === undefined
    ? ok(filled)
    : fail('label-value-missing', { placeholder: missing, run: run.id });
}
