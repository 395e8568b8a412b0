import type { JobLine } from '../../../src-shared/model/job.js';
import type { LogLine } from '../../../src-shared/model/run.js';

/**
 * A job's log is a file like a run's, with one field more before the text: the step's number, or `-`, and a
 * tab. Steps of a build run beside each other, so each line says which it is of.
 */
export function toLogText(step: number | null, text: string): string {
  return `${step ?? '-'}\t${text}`;
}

/** A line that was damaged is the whole job's. */
export function toJobLine({ seq, at, source, text }: LogLine): JobLine {
  const match = /^(\d{1,6}|-)\t(.*)$/su.exec(text);
  const [, step = '-', rest = text] = match ?? [];
  return { seq, at, source, step: step === '-' ? null : Number(step), text: rest };
}
