import type { FaultParams } from '../../../src-shared/model/result.js';
import type { RecipeProblem } from '../../../src-shared/model/station.js';

/** What is wrong with a YAML file, where. `message` is a key of the `recipes` catalogue; lines and columns count from 1. */
export type YamlProblem = RecipeProblem;

export type YamlPath = readonly (string | number)[];

/** Lines and columns count from 1. */
export interface Position {
  line: number;
  column: number;
}

/** A problem before it has a file and a position. */
export interface PlainProblem {
  path: YamlPath;
  /** `key`: the position is that of the key at `path`, not of its value. */
  at?: 'key';
  message: string;
  params?: FaultParams;
}

/** `flash.success[0].http`; keys that are no plain words are quoted: `bays["usb:1-2:1.0"]`. */
export function formatPath(path: YamlPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\w-]+$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}
