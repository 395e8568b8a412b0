import type { Fault } from './result.js';

/** One input of a build that is another than it was. */
export interface InputChange {
  what: 'dockerfile' | 'argument' | 'file';
  /** The path below the context, or the argument's name. */
  name: string;
  how: 'added' | 'removed' | 'changed';
}

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
  /** What of it changed since, at most twenty; null where the state is another or nobody knows. */
  changes: InputChange[] | null;
  /** How many more changed. */
  more: number;
}
