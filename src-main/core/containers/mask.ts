import type { JsonValue } from '../../../src-shared/model/json.js';
import { looksSecret } from '../recipes/refusals.js';

/** What stands in the place of a secret, everywhere in Slipway. */
export const masked = '•••';

/** Values shorter than this are masked where they are a secret's own, but not looked for elsewhere. */
const shortestSought = 4;

/**
 * A container's description without secrets: the values of environment variables that are secret by name
 * (`secretNames`, and names that say so themselves), and, anywhere in it, keys included, the values of those in
 * `secretNames` and whatever `redact` knows.
 */
export function maskSecrets(
  answer: JsonValue,
  options: { secretNames: ReadonlySet<string>; redact: (text: string) => string },
): JsonValue {
  const { secretNames, redact } = options;
  const values = [...new Set(secretValues(answer, secretNames))].sort((a, b) => b.length - a.length);
  const clean = (text: string): string =>
    values.reduce((left, value) => left.replaceAll(value, masked), redact(text));

  function cleanEnv(entry: JsonValue): JsonValue {
    const pair = typeof entry === 'string' ? splitEnv(entry) : null;
    if (pair === null) return walk(entry);
    const [name, value] = pair;
    const isSecret = secretNames.has(name) || looksSecret(name);
    return `${clean(name)}=${isSecret && value !== '' ? masked : clean(value)}`;
  }

  function walk(value: JsonValue): JsonValue {
    if (typeof value === 'string') return clean(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, held]) => [
        clean(key),
        key === 'Env' && Array.isArray(held) ? held.map(cleanEnv) : walk(held),
      ]),
    );
  }

  return walk(answer);
}

/** Name and value of `NAME=value`; null for what is none. */
export function splitEnv(entry: string): [name: string, value: string] | null {
  const at = entry.indexOf('=');
  return at < 1 ? null : [entry.slice(0, at), entry.slice(at + 1)];
}

/** What the variables that are known to be secret hold, whole and line by line. */
function* secretValues(value: JsonValue, secretNames: ReadonlySet<string>): Generator<string> {
  if (Array.isArray(value)) {
    for (const held of value) yield* secretValues(held, secretNames);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, held] of Object.entries(value)) {
      if (key !== 'Env' || !Array.isArray(held)) {
        yield* secretValues(held, secretNames);
        continue;
      }
      for (const entry of held) {
        const pair = typeof entry === 'string' ? splitEnv(entry) : null;
        if (pair === null || !secretNames.has(pair[0])) continue;
        for (const part of [pair[1], ...pair[1].split(/\r?\n/)]) {
          if (part.trim().length >= shortestSought) yield part.trim();
        }
      }
    }
  }
}
