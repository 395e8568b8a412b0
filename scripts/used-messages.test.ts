import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { projectRoot } from './lib/main.mjs';

// A message that is asked for without a word that stands in it is refused at the moment when somebody would see it: a
// question that never opens. No type can tell, since a message is data.

const folder = join(projectRoot, 'assets/messages/en');
const messages = new Map<string, string>(
  readdirSync(folder).flatMap((file) => {
    const texts = z
      .record(z.string(), z.string())
      .parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    return Object.entries(texts).map(([key, text]) => [`${basename(file, '.json')}.${key}`, text] as const);
  }),
);

/** What stands in the outermost braces. */
function inBraces(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    if (brace === '{') {
      depth += 1;
      if (depth === 1) start = index + 1;
    } else {
      depth -= 1;
      if (depth === 0) found.push(text.slice(start, index));
    }
  }
  return found;
}

/** The words that a message needs: `{name}`, and `{count, plural, one {…} other {…}}` with those of its branches. */
function placeholders(text: string): string[] {
  return inBraces(text).flatMap((inside) => {
    const name = /^\s*(\w+)/.exec(inside)?.[1] ?? '';
    return [name, ...inBraces(inside).flatMap(placeholders)];
  });
}

/** What stands between the parenthesis before `start` and the one that closes it. */
function restOfCall(source: string, start: number): string {
  let depth = 1;
  let end = start;
  for (; end < source.length && depth > 0; end += 1) {
    const character = source.charAt(end);
    if ('({['.includes(character)) depth += 1;
    else if (')}]'.includes(character)) depth -= 1;
  }
  return source.slice(start, end - 1);
}

function* sourcesBelow(path: string): Generator<string> {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) yield* sourcesBelow(child);
    else if (/(?<!\.test)\.(?:ts|svelte)$/.test(entry.name)) yield child;
  }
}

describe('messages', () => {
  it('are given every word that stands in them', () => {
    const lacking: string[] = [];
    let calls = 0;
    for (const path of ['src-renderer', 'src-main'].flatMap((name) => [
      ...sourcesBelow(join(projectRoot, name)),
    ])) {
      const source = readFileSync(path, 'utf8');
      for (const match of source.matchAll(/\btext\(\s*'([\w.-]+)'/g)) {
        const key = match[1] ?? '';
        const text = messages.get(key);
        if (text === undefined) continue;
        calls += 1;
        const rest = restOfCall(source, match.index + match[0].length);
        // Words that come from elsewhere are somebody else's to check.
        if (rest.includes('...') || /^,\s*[\w.]+\s*$/.test(rest)) continue;
        const given = new Set([...rest.matchAll(/[{,]\s*(\w+)\s*(?=[,:}])/g)].map(([, name]) => name));
        const missing = placeholders(text).filter((name) => !given.has(name));
        if (missing.length > 0) lacking.push(`${path}: ${key} lacks ${missing.join(', ')}`);
      }
    }
    expect(calls).toBeGreaterThan(300);
    expect(lacking).toEqual([]);
  });
});
