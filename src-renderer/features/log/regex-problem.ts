/** Why a regular expression is none; the words are in the catalogues, under `window.log.regex-<kind>`. */
export type RegexProblemKind =
  | 'open-group'
  | 'closed-group'
  | 'open-class'
  | 'nothing-to-repeat'
  | 'range'
  | 'quantifier'
  | 'end'
  | 'group'
  | 'other';

export interface RegexProblem {
  kind: RegexProblemKind;
  /** The place in the text, from 0. */
  at: number;
}

/**
 * What is wrong with a regular expression, and where; null for one that is right. The engine alone judges; as it says
 * no place, the place is looked for here.
 */
export function regexProblem(pattern: string): RegexProblem | null {
  try {
    new RegExp(pattern, 'gi');
    return null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return findProblem(pattern) ?? { kind: 'other', at: pattern.length };
  }
}

function findProblem(pattern: string): RegexProblem | null {
  const open: number[] = [];
  /** Whether there is something before that may be repeated. */
  let repeatable = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern[at];
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})\??/.exec(pattern.slice(at))?.[0];
    if (letter === '\\') {
      if (at + 1 === pattern.length) return { kind: 'end', at };
      at += 1;
      repeatable = !/[bB]/.test(pattern[at] ?? '');
    } else if (letter === '[') {
      const end = endOfClass(pattern, at);
      if (end < 0) return { kind: 'open-class', at };
      const range = wrongRange(pattern, at + 1, end);
      if (range !== null) return { kind: 'range', at: range };
      at = end;
      repeatable = true;
    } else if (letter === '(') {
      if (
        pattern[at + 1] === '?' &&
        !/^\(\?(?:[:=!]|<[=!]|<[\p{L}_$][\p{L}\p{N}_$]*>)/u.test(pattern.slice(at))
      ) {
        return { kind: 'group', at };
      }
      open.push(at);
      if (pattern[at + 1] === '?') at += pattern.slice(at).search(/[:=!>]/);
      repeatable = false;
    } else if (letter === ')') {
      if (open.pop() === undefined) return { kind: 'closed-group', at };
      repeatable = true;
    } else if (quantifier !== undefined) {
      if (!repeatable) return { kind: 'nothing-to-repeat', at };
      const [least = 0, most = Infinity] = (quantifier.match(/\d+/g) ?? []).map(Number);
      if (least > most) return { kind: 'quantifier', at };
      at += quantifier.length - 1;
      repeatable = false;
    } else {
      repeatable = letter !== '|' && letter !== '^' && letter !== '$';
    }
  }
  const unclosed = open.at(-1);
  return unclosed === undefined ? null : { kind: 'open-group', at: unclosed };
}

/** Where the class that begins at `from` ends; -1 for one that does not. */
function endOfClass(pattern: string, from: number): number {
  for (let at = from + 1; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === ']') return at;
  }
  return -1;
}

/** The place of a range like `z-a` in a class. */
function wrongRange(pattern: string, from: number, to: number): number | null {
  const inside = pattern.slice(from, to);
  for (const { 1: first = '', 2: last = '', index } of inside.matchAll(/([^\\\]-])-([^\\\]])/g)) {
    if (first > last) return from + index;
  }
  return null;
}
