import picomatch from 'picomatch';
import type { Port } from '../../../src-shared/model/port.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { Recipe } from './schema.js';

/** A recipe as the station uses it: what it says, and which bytes said it. */
export interface LoadedRecipe {
  recipe: Recipe;
  /** SHA-256 of the recipe file's bytes, hexadecimal. */
  hash: string;
  /** The file it came from. */
  file: string;
}

type Match = Recipe['match'][number];

/**
 * The one recipe for a port in a bay. Fails with `recipe-none-matches` (`port` describes the port) or
 * `recipe-several-match` (`recipes` names them): which one is meant is never guessed.
 */
export function matchRecipe(
  recipes: readonly LoadedRecipe[],
  port: Port,
  bayNumber: number,
): Result<LoadedRecipe> {
  const fitting = recipes.filter(({ recipe }) => recipe.match.some((match) => fits(match, port, bayNumber)));
  const [only] = fitting;
  if (only === undefined) return fail('recipe-none-matches', { port: describePort(port) });
  if (fitting.length === 1) return ok(only);
  const names = fitting.map(({ recipe }) => recipe.name).sort();
  return fail('recipe-several-match', { recipes: names.join(', ') });
}

/** Everything that a match names must fit; what it leaves out does not matter. */
function fits(match: Match, port: Port, bayNumber: number): boolean {
  return (
    (match.vendorId === undefined || match.vendorId === port.vendorId) &&
    (match.productId === undefined || match.productId === port.productId) &&
    (match.serialNumber === undefined || match.serialNumber === port.serialNumber) &&
    // Folders such as ~/.cache count too: a person's `**` means any folder.
    (match.path === undefined || picomatch.isMatch(port.path, match.path, { dot: true })) &&
    (match.bay === undefined || match.bay === bayNumber)
  );
}

/** `2341:0043 /dev/ttyACM0`, or the path alone for a port that is no USB device. No words: it goes into messages of any language. */
export function describePort(port: Port): string {
  if (port.vendorId === undefined || port.productId === undefined) return port.path;
  return `${port.vendorId}:${port.productId} ${port.path}`;
}
