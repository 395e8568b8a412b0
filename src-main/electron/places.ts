import { join } from 'node:path';

/** Where the shell finds its own files. */
export interface Places {
  readonly preload: string;
  /** The folder of the built page. */
  readonly renderer: string;
  readonly icon: string;
}

/** `root` is the folder that holds `dist` and `assets`: the checkout, or the packaged application. */
export function placesIn(root: string): Places {
  return {
    preload: join(root, 'dist', 'preload', 'preload.cjs'),
    renderer: join(root, 'dist', 'renderer'),
    icon: join(root, 'assets', 'icons', 'icon-256.png'),
  };
}
