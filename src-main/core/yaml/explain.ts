import type { z } from 'zod';
import type { FaultParams } from '../../../src-shared/model/result.js';
import type { PlainProblem, YamlPath } from './problem.js';
import { closest } from './suggest.js';

type Issue = z.core.$ZodIssue;

/** Messages of the schemas carry this before the keys that are known; zod's issues do not say them. */
const knownKeysMark = 'unknownKey|';

/** To be given to zod's parse: makes unknown keys tell which ones are known. */
export function tellKnownKeys(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const shape = (issue.inst as { def?: { shape?: object } } | undefined)?.def?.shape ?? {};
  return knownKeysMark + Object.keys(shape).join('|');
}

/** What a schema's users need to know of it to explain its issues. */
export interface Explanations {
  /** Whether this is a key of the catalogue; zod's own English is not. */
  isMessage: (text: string) => boolean;
  /** Keys that are unknown but expected to be tried, with the message that says what to do instead. */
  refusedKeys: Readonly<Record<string, string>>;
  /** Whether the value at this path may be shown. */
  mayShow: (path: YamlPath) => boolean;
}

/** Zod's issues as problems with a message of the catalogue. `value` is what was parsed. */
export function explainIssues(issues: readonly Issue[], value: unknown, how: Explanations): PlainProblem[] {
  return withoutFollowers(issues).flatMap((issue) => explain(issue, [], value, how));
}

/** A block with an unknown key often breaks the block's own rule, too; saying both would only confuse. */
function withoutFollowers(issues: readonly Issue[]): Issue[] {
  const place = (issue: Issue): string => JSON.stringify(pathOf(issue));
  const withUnknownKeys = new Set(
    issues.filter(({ code }) => code === 'unrecognized_keys').map((issue) => place(issue)),
  );
  return issues.filter((issue) => issue.code !== 'custom' || !withUnknownKeys.has(place(issue)));
}

/** The paths at which text is wanted and something else was found. */
export function pathsThatWantText(issues: readonly Issue[], prefix: YamlPath = []): YamlPath[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...pathOf(issue)];
    if (issue.code === 'invalid_type' && issue.expected === 'string') return [path];
    if (issue.code === 'invalid_value' && issue.values.every((one) => typeof one === 'string')) return [path];
    if (issue.code === 'invalid_union') {
      const meant = branchMeant(issue);
      const branches = meant === undefined ? issue.errors : [meant];
      return branches.flatMap((branch) => pathsThatWantText(branch, path));
    }
    return [];
  });
}

function pathOf(issue: Issue): (string | number)[] {
  return issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
}

function explain(issue: Issue, prefix: YamlPath, root: unknown, how: Explanations): PlainProblem[] {
  const path = [...prefix, ...pathOf(issue)];
  const found = valueAt(root, path);
  const params: FaultParams = { ...describe(found.value, how.mayShow(path)), ...ownParams(issue) };
  const problem = (message: string, more: FaultParams = {}): PlainProblem[] => [
    { path, message, params: { ...params, ...more } },
  ];

  if (issue.code === 'unrecognized_keys') return explainKeys(issue, path, how);
  if (issue.code === 'invalid_key') {
    const message = issue.issues.find((inner) => how.isMessage(inner.message))?.message ?? 'keyInvalid';
    return [{ path, at: 'key', message, params: { key: String(path.at(-1)) } }];
  }
  if (issue.code === 'invalid_union') {
    const branch = branchMeant(issue);
    if (branch !== undefined)
      return withoutFollowers(branch).flatMap((inner) => explain(inner, path, root, how));
  }
  if (!found.there && path.length > 0) {
    return [{ path, message: 'missing', params: { key: String(path.at(-1)), ...expectation(issue) } }];
  }
  if (how.isMessage(issue.message)) return problem(issue.message);

  switch (issue.code) {
    case 'invalid_type':
      return problem('wrongType', { expected: issue.expected });
    case 'invalid_value':
      return oneOf(issue.values.map(String), found.value, problem);
    case 'invalid_union':
      return oneOf(unionOptions(issue), found.value, problem);
    case 'too_small':
    case 'too_big': {
      const limit = Number(issue.code === 'too_small' ? issue.minimum : issue.maximum);
      const size = issue.code === 'too_small' ? 'Small' : 'Big';
      if (issue.origin === 'number' || issue.origin === 'int') return problem(`number${size}`, { limit });
      return problem(issue.origin === 'string' ? `text${size}` : `list${size}`, { limit });
    }
    default:
      return problem('invalid');
  }
}

type Say = (message: string, more?: FaultParams) => PlainProblem[];

function oneOf(options: string[], found: unknown, say: Say): PlainProblem[] {
  const expected = options.join(', ');
  const meant = typeof found === 'string' ? closest(found, options) : undefined;
  return meant === undefined ? say('notOneOf', { expected }) : say('notOneOfMeant', { expected, meant });
}

function explainKeys(
  issue: Issue & { code: 'unrecognized_keys' },
  path: YamlPath,
  how: Explanations,
): PlainProblem[] {
  const known = issue.message.startsWith(knownKeysMark)
    ? issue.message.slice(knownKeysMark.length).split('|')
    : [];
  return issue.keys.map((key) => {
    const at = { path: [...path, key], at: 'key' as const };
    const refused =
      how.refusedKeys[[...path.map((step) => (typeof step === 'number' ? '*' : step)), key].join('.')];
    if (refused !== undefined) return { ...at, message: refused, params: { key } };
    const meant = closest(key, known);
    const expected = known.join(', ');
    if (meant !== undefined) return { ...at, message: 'unknownKeyMeant', params: { key, meant, expected } };
    return { ...at, message: 'unknownKey', params: { key, expected } };
  });
}

/** The one branch of a union whose kind of value this is: its errors are deeper than the value itself. */
function branchMeant(issue: Issue & { code: 'invalid_union' }): readonly Issue[] | undefined {
  const fitting = issue.errors.filter(
    (branch) =>
      !branch.some(
        (inner) =>
          inner.path.length === 0 && (inner.code === 'invalid_type' || inner.code === 'invalid_value'),
      ),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

function ownParams(issue: Issue): FaultParams {
  const params: FaultParams = {};
  if (issue.code === 'invalid_value') params['expected'] = issue.values.map(String).join(', ');
  if (issue.code !== 'custom') return params;
  for (const [name, value] of Object.entries(issue.params ?? {})) {
    if (typeof value === 'string' || typeof value === 'number') params[name] = value;
  }
  return params;
}

/** What belongs at a key that is missing: a kind of value, or the values to choose from. */
function expectation(issue: Issue): FaultParams {
  if (issue.code === 'invalid_type') return { expected: issue.expected, options: '' };
  const options = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const choices = issue.code === 'invalid_union' ? unionOptions(issue) : options;
  return { expected: choices.length > 0 ? 'options' : 'value', options: choices.join(', ') };
}

/** What the key that tells the branches of a union apart may hold. */
function unionOptions(issue: Issue & { code: 'invalid_union' }): string[] {
  return 'options' in issue ? (issue.options ?? []).map(String) : [];
}

function valueAt(root: unknown, path: YamlPath): { there: boolean; value: unknown } {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) {
      return { there: false, value: undefined };
    }
    value = (value as Record<string | number, unknown>)[step];
  }
  return { there: true, value };
}

const shownLength = 60;

/** `kind` is for a message's `select`; `found` shows a scalar, shortened, or nothing when it may not be shown. */
function describe(value: unknown, mayShow: boolean): { kind: string; found: string } {
  if (value === null || value === undefined) return { kind: 'nothing', found: '' };
  if (Array.isArray(value)) return { kind: 'list', found: '' };
  if (typeof value === 'object') return { kind: 'block', found: '' };
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (!scalar || !mayShow) return { kind: 'hidden', found: '' };
  const text = String(value).replace(/\s+/g, ' ');
  return { kind: typeof value, found: text.length > shownLength ? `${text.slice(0, shownLength)}…` : text };
}
