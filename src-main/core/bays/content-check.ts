import { createHash } from 'node:crypto';
import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { Recipe } from '../recipes/schema.js';
import { contentFolders } from './container-spec.js';
import type { RunParts } from './run-parts.js';

/** Knows what a run flashes: hashes the workspace beside the flash, and once more at its end. */
export interface ContentCheck {
  /** SHA-256, hexadecimal; null until it is known, and for a recipe that mounts nothing of the workspace. */
  readonly hash: string | null;
  /** `recorded`: what an earlier life of the station found; anything else means that it changed while nobody looked. */
  begin(recorded?: string | null): void;
  /** Why nobody knows which content the unit got, or null. Cheap when nothing changed: file hashes are kept. */
  confirm(): Promise<Fault | null>;
  /** Resolves when nothing is being read any more. */
  settled(): Promise<void>;
}

export function createContentCheck(options: {
  recipe: Recipe;
  parts: Pick<RunParts, 'workspace' | 'hashContent'>;
  signal: AbortSignal;
  onKnown: () => void;
  onFault: (problem: Fault) => void;
}): ContentCheck {
  const { recipe, parts, signal, onKnown, onFault } = options;
  let hash: string | null = null;
  let hashing: Promise<Result<string | null>> | null = null;

  async function hashFolders(): Promise<Result<string | null>> {
    const hashes: string[] = [];
    for (const folder of contentFolders(recipe, parts.workspace())) {
      const hashed = await parts.hashContent(folder, signal);
      if (!hashed.ok) return hashed;
      hashes.push(hashed.value.hash);
    }
    const [only, ...others] = hashes;
    if (only === undefined) return ok(null);
    // Several mounts are rare; a hash over their hashes, in the recipe's order, stands for them all.
    return ok(others.length === 0 ? only : createHash('sha256').update(hashes.join('\n')).digest('hex'));
  }

  async function hashFirst(recorded: string | null): Promise<Result<string | null>> {
    const found = await hashFolders();
    const isAnother = found.ok && recorded !== null && found.value !== recorded;
    const hashed = isAnother ? fail('content-changed') : found;
    if (signal.aborted) return hashed;
    if (!hashed.ok) onFault(hashed.error);
    else if (hashed.value !== null) {
      hash = hashed.value;
      onKnown();
    }
    return hashed;
  }

  return {
    get hash() {
      return hash;
    },
    begin(recorded = null) {
      hashing ??= hashFirst(recorded);
    },
    async confirm() {
      const first = await (hashing ?? hashFirst(null));
      if (!first.ok) return first.error;
      const now = await hashFolders();
      if (!now.ok) return now.error;
      return now.value === first.value ? null : fault('content-changed');
    },
    async settled() {
      await hashing;
    },
  };
}
