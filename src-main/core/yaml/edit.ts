import { isDeepStrictEqual } from 'node:util';
import { isAlias, isMap, isScalar, isSeq, parse, type Document, type YAMLMap } from 'yaml';
import type { YamlPath } from './problem.js';
import { parseOneDocument } from './syntax.js';
import { findNode } from './values.js';

/** What may be written into a file: scalars, or a small block of them. */
export type EditValue = string | number | boolean | { readonly [key: string]: string | number | boolean };

/**
 * Sets the value at a path of a YAML text and leaves every other character as it is: comments, blank lines,
 * quotes and order. The text must be a valid document, and every list on the path must have the entry that
 * the path names. Where a document is too unusual to be edited in place, the whole of it is written anew
 * with its comments.
 */
export function editYaml(text: string, path: YamlPath, value: EditValue): string {
  const document = documentOf(text);
  const edited = editInPlace(text, document, path, value);
  makeWay(document, path);
  document.setIn(path, typeof value === 'object' ? document.createNode(value) : value);
  const wanted: unknown = document.toJS();
  if (edited !== undefined) {
    const outcome = parseOneDocument(edited);
    if (outcome.ok && isDeepStrictEqual(outcome.value.toJS(), wanted)) return edited;
  }
  return document.toString({ lineWidth: 0 });
}

/** A key without a value becomes a block; an alias becomes a copy of what it stands for. */
function makeWay(document: Document.Parsed, path: YamlPath): void {
  for (let length = 1; length < path.length; length += 1) {
    const before = path.slice(0, length);
    const node: unknown = document.getIn(before, true);
    if (isScalar(node) && node.value === null) document.setIn(before, document.createNode({}));
    if (!isAlias(node)) continue;
    const copy = node.resolve(document)?.clone() as { anchor?: string } | undefined;
    delete copy?.anchor;
    document.setIn(before, copy);
  }
}

function documentOf(text: string): Document.Parsed {
  const parsed = parseOneDocument(text);
  if (!parsed.ok) throw new Error('Only a valid YAML document can be edited');
  return parsed.value;
}

function editInPlace(
  text: string,
  document: Document.Parsed,
  path: YamlPath,
  value: EditValue,
): string | undefined {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  if (document.contents === null) return `${endedLine(text, newline)}${nested(path, value)}${newline}`;

  for (let length = path.length; length >= 0; length -= 1) {
    const found = findNode(document, path.slice(0, length));
    if (found === undefined) continue;
    const rest = path.slice(length);
    const range = rangeOf(found.node);
    if (range === undefined) return undefined;
    if (rest.length === 0) return replaced(text, range, inline(value));
    if (isMap(found.node) && found.node.items.length > 0) {
      return withPair(text, found.node, nested(rest, value), newline);
    }
    // A key without a value yet, or an empty block: its first entry goes on a line of its own.
    const indent = ' '.repeat(columnOf(text, rangeOf(found.key)?.[0] ?? 0) + 2);
    const before = text.slice(0, range[0]).replace(/ $/, '');
    return `${before}${newline}${indent}${nested(rest, value)}${text.slice(range[1])}`;
  }
  return undefined;
}

/** Adds a pair at the end of a block that has some. */
function withPair(text: string, map: YAMLMap, pair: string, newline: string): string | undefined {
  const first = map.items[0];
  const end = lastEnd(map);
  const start = rangeOf(first?.key)?.[0];
  if (end === undefined || start === undefined) return undefined;
  if (map.flow === true) return replaced(text, [end, end], `, ${pair}`);
  const lineEnd = text.indexOf('\n', end);
  const indent = ' '.repeat(columnOf(text, start));
  if (lineEnd < 0) return `${text}${newline}${indent}${pair}${newline}`;
  return replaced(text, [lineEnd + 1, lineEnd + 1], `${indent}${pair}${newline}`);
}

/** Where the last scalar within a node ends; what follows it on its line is a comment or closing brackets. */
function lastEnd(node: unknown): number | undefined {
  if ((isMap(node) || isSeq(node)) && node.flow === true) {
    const last = isMap(node) ? node.items.at(-1)?.value : node.items.at(-1);
    return lastEnd(last) ?? rangeOf(node)?.[1];
  }
  if (isMap(node)) return lastEnd(node.items.at(-1)?.value) ?? rangeOf(node.items.at(-1)?.key)?.[1];
  if (isSeq(node)) return lastEnd(node.items.at(-1));
  return isScalar(node) ? rangeOf(node)?.[1] : undefined;
}

function replaced(text: string, [start, end]: readonly [number, number], by: string): string {
  const glue = text[start - 1] === ':' ? ' ' : '';
  return `${text.slice(0, start)}${glue}${by}${text.slice(end)}`;
}

function endedLine(text: string, newline: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}${newline}`;
}

/** `a: { b: value }` for the path `a.b`. */
function nested(path: YamlPath, value: EditValue): string {
  const [first, ...rest] = path;
  if (first === undefined) return inline(value);
  return `${inlineScalar(String(first))}: ${rest.length === 0 ? inline(value) : `{ ${nested(rest, value)} }`}`;
}

/** A value on one line, right within brackets as well as outside. */
function inline(value: EditValue): string {
  if (typeof value !== 'object') return inlineScalar(value);
  const pairs = Object.entries(value).map(([key, one]) => `${inlineScalar(key)}: ${inlineScalar(one)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

function inlineScalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const plain =
    /^[\p{L}\p{N}/][\p{L}\p{N}\w./-]*( [\p{L}\p{N}\w./-]+)*$/u.test(value) && parse(value) === value;
  return plain ? value : JSON.stringify(value);
}

function rangeOf(node: unknown): [number, number] | undefined {
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
  const [start, end] = range ?? [];
  return start === undefined || end === undefined ? undefined : [start, end];
}

/** Counts from 0. */
function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
