import type { Fault } from './result.js';

/** How the image of a recipe with `image.build` compares with what it would be built from now. */
export interface RecipeBuild {
  recipe: string;
  image: string;
  /**
   * `missing`: there is none. `outdated`: it was built from another context, Dockerfile or arguments. `current`: from
   * just these. `foreign`: Slipway did not build it, so nobody knows. `unknown`: `fault` says why.
   */
  state: 'missing' | 'outdated' | 'current' | 'foreign' | 'unknown';
  fault: Fault | null;
}
