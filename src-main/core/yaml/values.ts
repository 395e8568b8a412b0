import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml';
import type { YamlPath } from './problem.js';
import type { SyntaxProblem } from './syntax.js';
import { limits } from './tokens.js';

/**
 * The plain values of a document, and the way back from a value to where it stands. Unlike the library's
 * `toJS` this bounds what aliases can grow to, finds keys that stand twice, keeps `__proto__` out, and can
 * take a plain scalar as the text that was written (`0043` rather than 43).
 */
export interface DocumentValues {
  value: unknown;
  problems: SyntaxProblem[];
}

/** Identifies a path, for sets of paths. */
export function pathKey(path: YamlPath): string {
  return JSON.stringify(path);
}

/** The text of a key as it was written, quotes taken off; undefined for a key that is no scalar. */
export function keyText(pair: Pair): string | undefined {
  const { key } = pair;
  if (!isScalar(key)) return undefined;
  if (typeof key.value === 'string') return key.value;
  return key.source === undefined || key.source === '' ? undefined : key.source;
}

function offsetOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null)?.range?.[0];
}

/** `asText`: the paths (see `pathKey`) whose plain scalars are taken as they are written. */
export function readValues(document: Document.Parsed, asText: ReadonlySet<string>): DocumentValues {
  const anchors = new Map<string, Node>();
  const problems: SyntaxProblem[] = [];
  let count = 0;

  function convert(node: unknown, path: YamlPath): unknown {
    count += 1;
    if (count > limits.values) return null;
    if (path.length > limits.depth) {
      problems.push({ offset: offsetOf(node) ?? 0, message: 'tooDeep', params: { limit: limits.depth } });
      return null;
    }
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) return convert(target, path);
      problems.push({ offset: offsetOf(node) ?? 0, message: 'yamlAlias', params: { name: node.source } });
      return null;
    }
    const value = convertNode(node, path);
    // Only now: an alias inside its own anchor would go on for ever.
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
      anchors.set(node.anchor, node);
    }
    return value;
  }

  function convertNode(node: unknown, path: YamlPath): unknown {
    if (isSeq(node)) return node.items.map((item, index) => convert(item, [...path, index]));
    if (isMap(node)) return convertMap(node.items, path, offsetOf(node) ?? 0);
    if (!isScalar(node)) return null;
    const written = node.type === 'PLAIN' && node.value !== null ? node.source : undefined;
    return written !== undefined && asText.has(pathKey(path)) ? written : node.value;
  }

  function convertMap(pairs: Pair[], path: YamlPath, start: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const pair of pairs) {
      const offset = offsetOf(pair.key) ?? start;
      const key = keyText(pair);
      if (key === undefined || key === '__proto__') {
        problems.push({ offset, message: 'yamlKey' });
      } else if (Object.hasOwn(result, key)) {
        problems.push({ offset, message: 'yamlDuplicateKey', params: { key } });
      } else {
        if (isScalar(pair.key) && pair.key.anchor !== undefined) anchors.set(pair.key.anchor, pair.key);
        result[key] = convert(pair.value, [...path, key]);
      }
    }
    return result;
  }

  const value = convert(document.contents, []);
  if (count > limits.values) problems.push({ offset: 0, message: 'tooComplex' });
  return { value, problems };
}

/** The node at a path and the key it stands under, aliases followed; undefined where there is none. */
export function findNode(
  document: Document.Parsed,
  path: YamlPath,
): { node: unknown; key: unknown } | undefined {
  let node: unknown = document.contents;
  let key: unknown = undefined;
  for (const step of path) {
    const parent = isAlias(node) ? node.resolve(document) : node;
    if (isSeq(parent) && typeof step === 'number' && step < parent.items.length) {
      node = parent.items[step];
      key = undefined;
    } else if (isMap(parent)) {
      const pair = parent.items.find((item) => keyText(item) === String(step));
      if (pair === undefined) return undefined;
      ({ key, value: node } = pair);
    } else return undefined;
  }
  return { node, key };
}

/** The offset (characters) of the value at a path, of its key, or of the nearest parent that is there. */
export function offsetAt(document: Document.Parsed, path: YamlPath, at: 'key' | 'value'): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const found = findNode(document, path.slice(0, length));
    if (found === undefined) continue;
    const wanted = at === 'key' && length === path.length ? found.key : found.node;
    const offset = offsetOf(wanted) ?? offsetOf(found.key) ?? offsetOf(found.node);
    if (offset !== undefined) return offset;
  }
  return 0;
}

/** The scalar at a path, for taking it as text: plain, not a string and not empty. */
export function isPlainScalar(document: Document.Parsed, path: YamlPath): boolean {
  const node = findNode(document, path)?.node;
  const scalar = isAlias(node) ? node.resolve(document) : node;
  return isScalar(scalar) && scalar.type === 'PLAIN' && scalar.value !== null && scalar.source !== undefined;
}
