import { readFileSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createMessages } from '../../../src-shared/messages/messages.js';
import { fail, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { Locale } from '../../../src-shared/model/station.js';
import { isSystemError } from '../ports/system-error.js';
import { checkYaml, explainProblem } from '../yaml/check.js';
import { limits } from '../yaml/tokens.js';

/**
 * The station's secrets, in `<home>/secrets`: a `name: value` a line, readable by its owner alone. They are
 * read anew when the file changes. No fault, detail or log of this module ever holds a value.
 */
export interface SecretStore {
  /** Whether the file can be used; one that is not there holds no secrets. Fails with `secrets-unreadable`. */
  check(): Result<void>;
  /** Fails with `secret-missing` or `secrets-unreadable`. */
  read(name: string): Result<string>;
  /**
   * Puts `•••` in the place of every secret's value that is known, also one that was changed since. Values
   * shorter than four characters stay: their like is everywhere.
   */
  redact(text: string): string;
}

const shortestRedacted = 4;

const secretsSchema = z.union([z.record(z.string(), z.string()), z.null()]);

type Secrets = ReadonlyMap<string, string>;

export interface SecretStoreOptions {
  home: string;
  /** The language of a fault's reason. */
  locale?: () => Locale;
  /** The user id that the file must belong to; the process's own unless said otherwise. Windows has none. */
  user?: number | undefined;
}

export function createSecretStore(options: SecretStoreOptions): SecretStore {
  const { home, locale = () => 'en', user = process.getuid?.() } = options;
  const path = join(home, 'secrets');
  let last: { stamp: string; secrets: Result<Secrets> } | null = null;
  const values = new Set<string>();
  let pattern: RegExp | null = null;

  function unreadable(key: string, params: Record<string, string | number>): { ok: false; error: Fault } {
    const reason = createMessages(locale()).lookUp(`recipes.${key}`, params) ?? key;
    return fail('secrets-unreadable', { path, reason });
  }

  /** What the file holds now; it is read and parsed only when it has changed. */
  function current(): Result<Secrets> {
    let stats: Stats;
    try {
      stats = statSync(path);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.code === 'ENOENT') return ok(new Map());
      return unreadable('secretsUnreadable', { reason: error.code });
    }
    const stamp = [stats.dev, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(' ');
    if (last?.stamp !== stamp) last = { stamp, secrets: load(stats) };
    return last.secrets;
  }

  function load(stats: Stats): Result<Secrets> {
    const refusal = refusalOf(stats, user);
    if (refusal !== null) return unreadable(refusal.key, refusal.params);
    let content: Uint8Array;
    try {
      content = readFileSync(path);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return unreadable('secretsUnreadable', { reason: error.code });
    }
    const checked = checkYaml(content, { file: path, schema: secretsSchema, mayShow: () => false });
    if (!checked.ok) {
      const [first] = checked.error;
      if (first === undefined) throw new Error('A file that was refused has no problem');
      const reason = explainProblem(first, createMessages(locale()));
      return unreadable('secretsWrong', { line: first.line, column: first.column, reason });
    }
    const secrets = new Map(Object.entries(checked.value.value ?? {}));
    remember(secrets.values());
    return ok(secrets);
  }

  /** A log comes line by line, so each line of a longer secret is one to redact. */
  function remember(found: Iterable<string>): void {
    for (const value of found) {
      for (const part of [value, ...value.split(/\r?\n/)]) {
        if (part.trim().length >= shortestRedacted) values.add(part.trim());
      }
    }
    const longestFirst = [...values].sort((one, other) => other.length - one.length);
    pattern = longestFirst.length === 0 ? null : new RegExp(longestFirst.map(escaped).join('|'), 'g');
  }

  return {
    check() {
      const secrets = current();
      return secrets.ok ? ok() : secrets;
    },
    read(name) {
      const secrets = current();
      if (!secrets.ok) return secrets;
      const value = secrets.value.get(name);
      return value === undefined ? fail('secret-missing', { name }) : ok(value);
    },
    redact(text) {
      // A station that adopts a run redacts its log before anything has asked for a secret.
      if (last === null) current();
      return pattern === null ? text : text.replace(pattern, '•••');
    },
  };
}

/** Why a file of this kind must not be used. Windows keeps rights elsewhere; there it is not checked. */
function refusalOf(
  stats: Stats,
  user: number | undefined,
): { key: string; params: Record<string, string | number> } | null {
  if (!stats.isFile()) return { key: 'secretsUnreadable', params: { reason: 'not-a-file' } };
  if (stats.size > limits.bytes) return { key: 'secretsUnreadable', params: { reason: 'EFBIG' } };
  if (user === undefined) return null;
  if (stats.uid !== user) return { key: 'secretsOwner', params: {} };
  const mode = stats.mode & 0o777;
  return (mode & 0o077) === 0 ? null : { key: 'secretsMode', params: { mode: mode.toString(8) } };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
