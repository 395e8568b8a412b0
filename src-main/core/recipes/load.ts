import { createHash } from 'node:crypto';
import type { Result } from '../../../src-shared/model/result.js';
import type { RecipeProblem } from '../../../src-shared/model/station.js';
import { checkYaml } from '../yaml/check.js';
import type { Position, YamlPath } from '../yaml/problem.js';
import { refusedOptions } from './refusals.js';
import { recipeSchema, type Recipe } from './schema.js';

export { formatProblem } from '../yaml/check.js';

export interface ParsedRecipe {
  recipe: Recipe;
  /** SHA-256 of the file's bytes, hexadecimal. */
  hash: string;
  /** Where `name` stands, for a problem that concerns two files. */
  namePosition: Position;
}

/**
 * Reads a recipe, or says all that is wrong with it, where, and what was expected. Never throws, whatever
 * the text. `file` is only what the problems shall call it. A string counts as its UTF-8 bytes.
 */
export function parseRecipe(
  content: string | Uint8Array,
  file: string,
): Result<ParsedRecipe, RecipeProblem[]> {
  const checked = checkYaml(content, { file, schema: recipeSchema, refusedKeys: refusedOptions, mayShow });
  if (!checked.ok) return checked;
  const { value: recipe, positionOf } = checked.value;
  const hash = createHash('sha256').update(content).digest('hex');
  return { ok: true, value: { recipe, hash, namePosition: positionOf(['name']) } };
}

/** What stands under `env` may be a secret that does not belong there; it is not repeated. */
function mayShow(path: YamlPath): boolean {
  return !(path[0] === 'container' && path[1] === 'env');
}
