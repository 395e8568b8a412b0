import type { Recipe } from '../recipes/schema.js';
import { parseReference } from './reference.js';

/**
 * `registry/name@sha256:…`, where a recipe names the registry and the digest: nothing else is ever pulled. A name
 * without a registry would be looked for at whatever registry the engine takes, one without a digest would be
 * whatever that registry has today.
 */
export function pullReference({ image }: Pick<Recipe, 'image'>): string | null {
  const parsed = parseReference(image.name);
  if (parsed === undefined || parsed.registry === null) return null;
  const digest = parsed.digest ?? image.digest;
  return digest === undefined ? null : `${parsed.registry}/${parsed.path}@${digest}`;
}
