import { resolve } from 'node:path';
import type { Result } from '../../src-shared/model/result.js';
import type { Workshop } from '../core/making/workshop.js';
import type { Action, CommonOptions, Context } from './context.js';
import { runImageJob } from './image-jobs.js';

export interface BuildOptions extends CommonOptions {
  recipe?: string;
  context?: string;
  dockerfile?: string;
  name?: string;
  buildArg: string[];
  cache: boolean;
  replace?: boolean;
}

export interface ImportOptions extends CommonOptions {
  name: string;
  change: string[];
  replace?: boolean;
}

export interface DebootstrapOptions extends CommonOptions {
  suite: string;
  name: string;
  mirror?: string;
  arch?: string;
  keyring?: string;
  variant: 'minbase' | 'buildd' | 'default';
  include: string[];
  components: string[];
  change: string[];
  replace?: boolean;
}

/** `slipway images build`: 0 when it is built, 2 when not, 4 when it was cancelled, 64 on wrong usage. */
export function buildImage(options: BuildOptions, context: Context): Action {
  const { recipe, context: folder, dockerfile, name, buildArg, cache, replace = false } = options;
  const buildArgs = Object.fromEntries(
    buildArg.map((given) => {
      const [word = '', ...rest] = given.split('=');
      return [word, rest.join('=')];
    }),
  );
  return make(options, context, ({ making }) =>
    making.handlers['images.build']({
      recipe,
      context: folder === undefined ? undefined : resolve(folder),
      dockerfile,
      name,
      buildArgs,
      labels: {},
      noCache: !cache,
      replace,
    }),
  );
}

/** `slipway images import FILE --name NAME`. */
export function importImage(file: string, options: ImportOptions, context: Context): Action {
  const { name, change: changes, replace = false } = options;
  return make(options, context, ({ making }) =>
    making.handlers['images.import']({ file: resolve(file), name, changes, replace }),
  );
}

/** `slipway images debootstrap --suite S --name NAME`. */
export function debootstrapImage(options: DebootstrapOptions, context: Context): Action {
  const { suite, name, mirror, arch, keyring, variant, include, components, change, replace } = options;
  const names = (given: string[]): string[] =>
    given.flatMap((list) => list.split(',')).filter((one) => one !== '');
  return make(options, context, ({ making }) =>
    making.handlers['images.debootstrap']({
      suite,
      name,
      mirror,
      architecture: arch,
      keyring: keyring === undefined ? undefined : resolve(keyring),
      variant,
      include: names(include),
      components: names(components),
      changes: change,
      replace: replace ?? false,
    }),
  );
}

function make(
  options: CommonOptions,
  context: Context,
  begin: (workshop: Workshop) => Promise<Result<{ jobId: string }>>,
): Action {
  return runImageJob(options, context, begin, {
    done: ({ outcome }) => {
      const { name = '', image = '' } = outcome ?? {};
      return context.messages.text('cli.image-made', { name, image });
    },
    isUsage: ({ code }) => code !== 'engine-lost',
  });
}
