import { Lexer, Parser, type CST } from 'yaml';

/**
 * A file that nests thousands deep overflows the stack of whatever walks it, and can take the process down
 * beyond any catch (tried with yaml 2.9: a line of 5,000 `- `). So a file is measured while it is still
 * tokens, which needs no recursion, and is refused before anything deeper sees it.
 */
export const limits = {
  /** UTF-8 bytes. */
  bytes: 256 * 1024,
  tokens: 60_000,
  /** How deep lists and blocks may stand in each other. */
  depth: 32,
  /** Values, each use of an alias counted anew: bounds what aliases of aliases can grow to. */
  values: 20_000,
} as const;

export type Tokens = { tokens: CST.Token[] } | { tooMany: true } | { tooDeepAt: number };

/** `tooDeepAt` is the offset (characters) of the first thing found to be too deep. */
export function tokenize(text: string): Tokens {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > limits.tokens) return { tooMany: true };
    tokens.push(...parser.next(lexeme));
  }
  tokens.push(...parser.end());
  const tooDeepAt = findTooDeep(tokens);
  return tooDeepAt === undefined ? { tokens } : { tooDeepAt };
}

function findTooDeep(tokens: CST.Token[]): number | undefined {
  const open: { token: CST.Token | null | undefined; depth: number }[] = tokens.map((token) => ({
    token,
    depth: 0,
  }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (!token) continue;
    if (depth > limits.depth) return token.offset;
    if (token.type === 'document') open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const item of token.items) {
      open.push({ token: item.value, depth: depth + 1 });
      if ('key' in item) open.push({ token: item.key, depth: depth + 1 });
    }
  }
  return undefined;
}
