import { Composer, type Document, type ErrorCode } from 'yaml';
import type { FaultParams, Result } from '../../../src-shared/model/result.js';
import type { Position } from './problem.js';
import { limits, tokenize } from './tokens.js';

/** What is wrong with a file before its values are looked at. `offset` counts characters. */
export interface SyntaxProblem {
  offset: number;
  message: string;
  params?: FaultParams;
}

const messages: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'yamlAlias',
  BAD_INDENT: 'yamlIndent',
  BLOCK_AS_IMPLICIT_KEY: 'yamlNested',
  BLOCK_IN_FLOW: 'yamlIndent',
  MISSING_CHAR: 'yamlMissing',
  MULTILINE_IMPLICIT_KEY: 'yamlMultiline',
  TAB_AS_INDENT: 'yamlTab',
  TAG_RESOLVE_FAILED: 'yamlTag',
  BAD_COLLECTION_TYPE: 'yamlTag',
  RESOURCE_EXHAUSTION: 'tooComplex',
};

/** Decodes a file, or says what keeps it from being one: too large, or not UTF-8. */
export function decodeFile(file: Uint8Array): Result<string, SyntaxProblem> {
  if (file.byteLength > limits.bytes) {
    const params = { limit: limits.bytes / 1024 };
    return { ok: false, error: { offset: 0, message: 'fileTooLarge', params } };
  }
  try {
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(file) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { ok: false, error: { offset: 0, message: 'notUtf8' } };
  }
}

/** Parses one YAML 1.2 document, comments and positions kept. Bounded in time, depth and size; never throws. */
export function parseOneDocument(text: string): Result<Document.Parsed, SyntaxProblem[]> {
  const measured = tokenize(text);
  if ('tooMany' in measured) return { ok: false, error: [{ offset: 0, message: 'tooComplex' }] };
  if ('tooDeepAt' in measured) {
    const params = { limit: limits.depth };
    return { ok: false, error: [{ offset: measured.tooDeepAt, message: 'tooDeep', params }] };
  }

  const composer = new Composer({
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    // The check is quadratic; `values.ts` finds keys that stand twice in one pass.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [document, second] = composer.compose(measured.tokens, true, text.length);
  if (document === undefined) throw new Error('The YAML composer gave no document');
  const problems = [...document.errors, ...document.warnings].map((error): SyntaxProblem => {
    const message = messages[error.code] ?? 'yamlSyntax';
    return { offset: error.pos[0], message };
  });
  if (second !== undefined) problems.push({ offset: second.range[0], message: 'yamlSeveralDocuments' });
  return problems.length === 0 ? { ok: true, value: document } : { ok: false, error: problems };
}

/** Where an offset of a text is; lines and columns count from 1, columns in UTF-16 units as editors do. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - lineStart + 1 };
}
