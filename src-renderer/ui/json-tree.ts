import type { JsonValue } from '../../src-shared/model/json.js';

/** One line of a tree of JSON, opened or not. Nodes stand in the order in which JSON is read. */
export interface JsonNode {
  readonly index: number;
  /** Of the object or list that holds it; -1 for the first. */
  readonly parent: number;
  readonly depth: number;
  /** Its name in an object, its place in a list; empty for the first. */
  readonly key: string;
  readonly kind: 'object' | 'list' | 'string' | 'number' | 'boolean' | 'null';
  /** As it is written; of an object or a list the number of what it holds. */
  readonly text: string;
  readonly value: JsonValue;
  /** How many it holds. */
  readonly size: number;
  /** Its place among those of its parent, from 1, and their number. */
  readonly place: number;
  readonly siblings: number;
  /** The first node after it and all that it holds. */
  end: number;
}

export function isFolder(node: JsonNode): boolean {
  return node.size > 0;
}

/** Every node of a value, once; without recursion, however deep it is. */
export function buildTree(root: JsonValue): JsonNode[] {
  const nodes: JsonNode[] = [];
  type Waiting = Pick<JsonNode, 'parent' | 'depth' | 'key' | 'value' | 'place' | 'siblings'>;
  const stack: Waiting[] = [{ parent: -1, depth: 0, key: '', value: root, place: 1, siblings: 1 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const index = nodes.length;
    const held = heldBy(next.value);
    nodes.push({ ...next, index, ...describe(next.value, held.length), size: held.length, end: index + 1 });
    for (let at = held.length - 1; at >= 0; at -= 1) {
      const [key, value] = held[at] ?? ['', null];
      stack.push({ parent: index, depth: next.depth + 1, key, value, place: at + 1, siblings: held.length });
    }
  }
  for (let index = nodes.length - 1; index > 0; index -= 1) {
    const node = nodes[index];
    const parent = nodes[node?.parent ?? -1];
    if (node !== undefined && parent !== undefined) parent.end = Math.max(parent.end, node.end);
  }
  return nodes;
}

function heldBy(value: JsonValue): [string, JsonValue][] {
  if (Array.isArray(value)) return value.map((each, index) => [String(index), each]);
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function describe(value: JsonValue, size: number): Pick<JsonNode, 'kind' | 'text'> {
  if (value === null) return { kind: 'null', text: 'null' };
  if (Array.isArray(value)) return { kind: 'list', text: `[${size}]` };
  if (typeof value === 'object') return { kind: 'object', text: `{${size}}` };
  const kind = typeof value === 'string' ? 'string' : typeof value === 'number' ? 'number' : 'boolean';
  return { kind, text: JSON.stringify(value) };
}

/** The nodes that show when these are open; what a closed one holds is stepped over, not looked at. */
export function shownNodes(nodes: readonly JsonNode[], open: ReadonlySet<number>): JsonNode[] {
  const shown: JsonNode[] = [];
  for (let index = 0; index < nodes.length;) {
    const node = nodes[index];
    if (node === undefined) break;
    shown.push(node);
    index = isFolder(node) && !open.has(index) ? node.end : index + 1;
  }
  return shown;
}

/** The nodes in whose name or value the words stand, in their order. Upper and lower case are the same. */
export function searchTree(nodes: readonly JsonNode[], words: string): number[] {
  const wanted = words.toLowerCase();
  if (wanted === '') return [];
  return nodes.flatMap((node) =>
    (!isList(nodes[node.parent]) && node.key.toLowerCase().includes(wanted)) ||
    (node.kind !== 'object' && node.kind !== 'list' && node.text.toLowerCase().includes(wanted))
      ? [node.index]
      : [],
  );
}

export function isList(node: JsonNode | undefined): boolean {
  return node?.kind === 'list';
}

/** What has to be open for a node to show. */
export function pathTo(nodes: readonly JsonNode[], index: number): number[] {
  const path: number[] = [];
  for (let at = nodes[index]?.parent ?? -1; at >= 0; at = nodes[at]?.parent ?? -1) path.push(at);
  return path;
}

/** A text in pieces, every second one a place where the words stand. */
export function marked(text: string, words: string): string[] {
  if (words === '') return [text];
  const [lower, wanted] = [text.toLowerCase(), words.toLowerCase()];
  const pieces: string[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    pieces.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...pieces, text.slice(from)];
}
