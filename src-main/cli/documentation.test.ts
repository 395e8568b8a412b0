import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createMessages } from '../../src-shared/messages/messages.js';
import { createProgram } from './program.js';

const root = join(import.meta.dirname, '../..');
const files = ['README.md', ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))];
const pages = files.map((name) =>
  readFileSync(join(root, name === 'README.md' ? '.' : 'docs', name), 'utf8'),
);

const { program } = createProgram(
  {
    messages: createMessages('en'),
    environment: {},
    streams: { out: () => undefined, err: () => undefined },
    onStop: () => () => undefined,
  },
  '0.0.0',
);

interface Documented {
  path: string[];
  command: Command;
}

/** Every command that does something, with the words that lead to it. */
function leaves(command: Command, path: string[] = []): Documented[] {
  const within = command.commands.filter((each) => each.name() !== 'help');
  if (within.length === 0) return [{ path, command }];
  return within.flatMap((each) => leaves(each, [...path, each.name()]));
}
const all = leaves(program);

describe('every command', () => {
  it.each(all.map((each) => ({ ...each, name: each.path.join(' ') })))(
    'slipway $name is in the documentation with its options, and in the help with words',
    ({ path: [first = '', ...rest], command }) => {
      // In one line with its siblings where there are several: `slipway images list | inspect NAME`.
      const line = new RegExp(
        `\\bslipway\\b[^\\n]*\\b${first}\\b${rest.map((word) => `[^\\n]*\\b${word}\\b`).join('')}`,
      );
      const page = pages.filter((text) => line.test(text));
      expect(page).not.toEqual([]);
      expect(command.description()).not.toBe('');
      for (const { long, description } of command.options) {
        expect(description).not.toBe('');
        if (long === undefined) continue;
        expect([long, pages.some((text) => text.includes(long))]).toEqual([long, true]);
      }
    },
  );
});
