import type { Progress } from '../../../src-shared/model/run.js';
import { fault } from '../../../src-shared/model/result.js';
import type { Conclusion } from '../bays/run-state.js';
import type { ContainerInfo } from '../docker/engine.js';
import type { ProgressSource, Recipe, Sign } from '../recipes/schema.js';

/** What a progress source or a sign found in one line or one answer. */
export interface Finding {
  progress?: Partial<Progress>;
  unitSerial?: string;
  /** The recipe's sign of success, or of failure with the flasher's own words. */
  sign?: { kind: 'success' } | { kind: 'failure'; reason: string };
}

type HttpSign = Extract<Sign, { http: unknown }>;
type HttpProgress = Extract<ProgressSource, { http: unknown }>;

/** A percentage as flashers write it: a number or text such as `42`, `42 %`, `42.5`. Out of range is not a percentage. */
export function readPercent(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';
  const match = /^\s*(\d{1,3}(?:\.\d+)?)\s*%?\s*$/.exec(text);
  const percent = match?.[1] === undefined ? Number.NaN : Number(match[1]);
  return percent >= 0 && percent <= 100 ? percent : undefined;
}

/** Follows a dotted path (`job.steps.0.state`) into a JSON answer; undefined where it leads nowhere. */
export function readField(answer: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as Record<string, unknown>)[key];
  }, answer);
}

function readText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 500) : undefined;
}

function toFinding(found: { percent: unknown; step: unknown; message: unknown; serial: unknown }): Finding {
  const percent = readPercent(found.percent);
  const step = readText(found.step);
  const message = readText(found.message);
  const unitSerial = readText(found.serial);
  const progress: Partial<Progress> = {
    ...(percent === undefined ? {} : { percent }),
    ...(step === undefined ? {} : { step }),
    ...(message === undefined ? {} : { message }),
  };
  return {
    ...(Object.keys(progress).length === 0 ? {} : { progress }),
    ...(unitSerial === undefined ? {} : { unitSerial }),
  };
}

/** One line of the flasher's output, read by the recipe's patterns. A sign of failure outweighs one of success. */
export function readLogLine(flash: Recipe['flash'], line: string): Finding {
  const finding: Finding = {};
  for (const source of flash.progress) {
    if (!('log' in source)) continue;
    const groups = source.log.exec(line)?.groups;
    if (groups === undefined) continue;
    const { percent, step, message, serial } = groups;
    Object.assign(finding, toFinding({ percent, step, message, serial }));
  }
  if (flash.failure.some((sign) => 'log' in sign && sign.log.test(line))) {
    return { ...finding, sign: { kind: 'failure', reason: line.trim().slice(0, 300) } };
  }
  if (flash.success.some((sign) => 'log' in sign && sign.log.test(line))) {
    return { ...finding, sign: { kind: 'success' } };
  }
  return finding;
}

/** Every path of the panel that the recipe reads, each once. */
export function polledPaths(flash: Recipe['flash']): { path: string; everyMs: number }[] {
  const paths = new Map<string, number>();
  const defaultEvery = 500;
  for (const source of flash.progress) {
    if ('http' in source) {
      paths.set(source.http.path, Math.min(source.http.every, paths.get(source.http.path) ?? Infinity));
    }
  }
  for (const sign of [...flash.success, ...flash.failure]) {
    if ('http' in sign && !paths.has(sign.http.path)) paths.set(sign.http.path, defaultEvery);
  }
  return [...paths].map(([path, everyMs]) => ({ path, everyMs }));
}

/** The panel's JSON answer at one path, read by the recipe's fields. */
export function readAnswer(flash: Recipe['flash'], path: string, answer: unknown): Finding {
  const finding: Finding = {};
  const sources = flash.progress.filter(
    (source): source is HttpProgress => 'http' in source && source.http.path === path,
  );
  for (const { http } of sources) {
    const field = (name: string | undefined): unknown =>
      name === undefined ? undefined : readField(answer, name);
    const percent = field(http.percent);
    Object.assign(
      finding,
      toFinding({
        percent,
        step: field(http.step),
        message: field(http.message),
        serial: field(http.unitSerial),
      }),
    );
  }
  const seen = (sign: Sign): sign is HttpSign =>
    'http' in sign && sign.http.path === path && readField(answer, sign.http.field) === sign.http.equals;
  if (flash.failure.some(seen)) {
    const reason = finding.progress?.message ?? readText(readField(answer, 'error')) ?? path;
    return { ...finding, sign: { kind: 'failure', reason } };
  }
  if (flash.success.some(seen)) return { ...finding, sign: { kind: 'success' } };
  return finding;
}

/**
 * What the end of the flasher's process means. A container that merely exits is never a PASS unless the
 * recipe says that its exit code is the sign. 126 and 127 say that it never ran, and 128 + N that
 * signal N ended it: an engine that was stopped, a crash. `non-zero` speaks of none of them; by its number, each can be
 * named. docs.docker.com/engine/containers/run/#exit-status, signal(7).
 */
export function judgeExit(
  flash: Recipe['flash'],
  container: Pick<ContainerInfo, 'exitCode' | 'outOfMemory'>,
): 'success' | Conclusion {
  const { exitCode, outOfMemory } = container;
  if (outOfMemory) return { verdict: 'ERROR', fault: fault('container-out-of-memory') };
  const matches = (sign: Sign): boolean =>
    'exitCode' in sign &&
    (sign.exitCode === 'non-zero' ? isOwnFailure(exitCode) : sign.exitCode === exitCode);
  if (flash.failure.some(matches)) {
    return { verdict: 'FAIL', fault: fault('flash-failed-exit', { exitCode: exitCode ?? '?' }) };
  }
  if (exitCode !== null && flash.success.some(matches)) return 'success';
  if (exitCode !== null && isSignal(exitCode)) {
    return { verdict: 'ERROR', fault: fault('container-killed', { exitCode }) };
  }
  if (exitCode === 126 || exitCode === 127) {
    return { verdict: 'ERROR', fault: fault('container-command-missing', { exitCode }) };
  }
  return { verdict: 'ERROR', fault: fault('flash-ended-without-sign', { exitCode: exitCode ?? '?' }) };
}

/** Signals have numbers up to 31, and real-time ones up to 64, with which nobody ends a process. */
const isSignal = (exitCode: number): boolean => exitCode > 128 && exitCode <= 128 + 31;

/** Whether the flasher itself said by its code that it failed. */
function isOwnFailure(exitCode: number | null): boolean {
  return exitCode !== null && exitCode !== 0 && exitCode !== 126 && exitCode !== 127 && !isSignal(exitCode);
}
