import type { Document } from 'yaml';
import type { z } from 'zod';
import { catalogues } from '../../../src-shared/messages/catalogue.js';
import type { Messages } from '../../../src-shared/messages/messages.js';
import type { Result } from '../../../src-shared/model/result.js';
import { explainIssues, pathsThatWantText, tellKnownKeys } from './explain.js';
import { formatPath, type PlainProblem, type Position, type YamlPath, type YamlProblem } from './problem.js';
import { decodeFile, parseOneDocument, positionAt, type SyntaxProblem } from './syntax.js';
import { isPlainScalar, offsetAt, pathKey, readValues } from './values.js';

export interface CheckOptions<Schema extends z.ZodType> {
  /** The file's name as problems shall show it. */
  file: string;
  schema: Schema;
  /**
   * Keys that are unknown to the schema but expected to be tried, by their path (`container.privileged`;
   * `*` stands for any index), with the catalogue's message that says what to do instead.
   */
  refusedKeys?: Readonly<Record<string, string>>;
  /** Whether a value may be shown in a problem; all may unless this says otherwise. */
  mayShow?: (path: YamlPath) => boolean;
}

/** A file that passed. */
export interface CheckedYaml<Value> {
  value: Value;
  text: string;
  /** With comments and positions; for edits that keep what a person wrote. */
  document: Document.Parsed;
  /** Where the value at a path stands, or its nearest parent that is there. */
  positionOf: (path: YamlPath) => Position;
}

/** A file with more problems than this shows the first ones: nobody reads on. */
const mostProblems = 50;

function isMessage(text: string): boolean {
  return Object.hasOwn(catalogues.en.recipes, text);
}

/**
 * Reads YAML by a schema. Every problem has a position and a message of the `recipes` catalogue. Never
 * throws, whatever the file holds. Where the schema wants text, a plain scalar is the text as written:
 * `productId: 0043` is `0043`, not 43.
 */
export function checkYaml<Schema extends z.ZodType>(
  content: string | Uint8Array,
  options: CheckOptions<Schema>,
): Result<CheckedYaml<z.output<Schema>>, YamlProblem[]> {
  const { file } = options;
  const decoded = decodeFile(typeof content === 'string' ? new TextEncoder().encode(content) : content);
  if (!decoded.ok) return { ok: false, error: placeSyntax(file, '', [decoded.error]) };
  const text = decoded.value;

  const parsed = parseOneDocument(text);
  if (!parsed.ok) return { ok: false, error: placeSyntax(file, text, parsed.error) };
  const document = parsed.value;

  const read = readBySchema(document, options);
  if (!read.ok)
    return {
      ok: false,
      error: 'syntax' in read ? placeSyntax(file, text, read.syntax) : place(read.problems),
    };
  return {
    ok: true,
    value: {
      value: read.value,
      text,
      document,
      positionOf: (path) => positionAt(text, offsetAt(document, path, 'value')),
    },
  };

  function place(problems: PlainProblem[]): YamlProblem[] {
    return problems
      .map(({ path, at, message, params }) => ({
        file,
        ...positionAt(text, offsetAt(document, path, at ?? 'value')),
        at: formatPath(path),
        message,
        ...(params === undefined ? {} : { params }),
      }))
      .sort((one, other) => one.line - other.line || one.column - other.column)
      .slice(0, mostProblems);
  }
}

type Read<Value> =
  | { ok: true; value: Value }
  | { ok: false; syntax: SyntaxProblem[] }
  | { ok: false; problems: PlainProblem[] };

function readBySchema<Schema extends z.ZodType>(
  document: Document.Parsed,
  { schema, refusedKeys = {}, mayShow = () => true }: CheckOptions<Schema>,
): Read<z.output<Schema>> {
  const asText = new Set<string>();
  for (;;) {
    const { value, problems } = readValues(document, asText);
    if (problems.length > 0) return { ok: false, syntax: problems };
    const result = schema.safeParse(value, { error: tellKnownKeys });
    if (result.success) return { ok: true, value: result.data };
    const { issues } = result.error;
    const wanted = pathsThatWantText(issues).filter(
      (path) => !asText.has(pathKey(path)) && isPlainScalar(document, path),
    );
    if (wanted.length === 0) {
      return { ok: false, problems: explainIssues(issues, value, { isMessage, refusedKeys, mayShow }) };
    }
    // Each turn takes more scalars as text, and there are only so many.
    for (const path of wanted) asText.add(pathKey(path));
  }
}

function placeSyntax(file: string, text: string, problems: SyntaxProblem[]): YamlProblem[] {
  return problems.slice(0, mostProblems).map(({ offset, message, params }) => ({
    file,
    ...positionAt(text, offset),
    at: '',
    message,
    ...(params === undefined ? {} : { params }),
  }));
}

/** A problem's sentence in a person's language, without its place. */
export function explainProblem(problem: YamlProblem, messages: Messages): string {
  const text = messages.lookUp(`recipes.${problem.message}`, problem.params);
  if (text === undefined) throw new Error(`No message recipes.${problem.message}`);
  return text;
}

/** `file:line:column: at: sentence`, as compilers print it, so that editors can jump there. */
export function formatProblem(problem: YamlProblem, messages: Messages): string {
  const at = problem.at === '' ? '' : `${problem.at}: `;
  return `${problem.file}:${problem.line}:${problem.column}: ${at}${explainProblem(problem, messages)}`;
}
