import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import { answerOrNothing } from '../ports/system-error.js';

export interface DebootstrapRequest {
  suite: string;
  /** The one that debootstrap knows for the suite, when it is null. */
  mirror: string | null;
  /** With its tag. */
  name: string;
  architecture: string | null;
  /** Absolute; the one that debootstrap knows for the suite, when it is null. */
  keyring: string | null;
  variant: 'minbase' | 'buildd' | 'default';
  include: string[];
  components: string[];
  changes: string[];
  replace: boolean;
}

const scriptsFolder = '/usr/share/debootstrap/scripts';

/** Which Debian or Ubuntu package has a keyring that debootstrap's scripts name. */
const packagesOf: Record<string, string> = {
  'debian-archive-keyring.gpg': 'debian-archive-keyring',
  'debian-archive-removed-keys.gpg': 'debian-archive-keyring',
  'debian-ports-archive-keyring.gpg': 'debian-ports-archive-keyring',
  'ubuntu-archive-keyring.gpg': 'ubuntu-archive-keyring',
  'ubuntu-archive-removed-keys.gpg': 'ubuntu-archive-keyring',
  'kali-archive-keyring.gpg': 'kali-archive-keyring',
};

/**
 * What debootstrap is started with. Signatures are always checked: without a keyring for the suite nothing is begun.
 * Fails with `debootstrap-suite-unknown`, `debootstrap-keyring-missing`, `debootstrap-value-invalid`.
 */
export async function debootstrapArguments(
  request: DebootstrapRequest,
  folder: string,
  scripts = scriptsFolder,
): Promise<Result<string[]>> {
  const wrong = wrongValue(request);
  if (wrong !== null) return fail('debootstrap-value-invalid', wrong);
  const { suite, keyring, architecture, variant, include, components, mirror } = request;
  const script = await answerOrNothing(() => readFile(join(scripts, suite), 'utf8'));
  if (script === undefined) return fail('debootstrap-suite-unknown', { suite });
  const named = keyring ?? /^\s*keyring\s+(\/\S+)/m.exec(script)?.[1] ?? null;
  if (named === null || !(await isThere(named))) {
    const file = named?.slice(named.lastIndexOf('/') + 1) ?? '';
    return fail('debootstrap-keyring-missing', {
      suite,
      keyring: named ?? '–',
      package: packagesOf[file] ?? file.replace(/\.gpg$/, ''),
    });
  }
  return ok([
    ...(architecture === null ? [] : [`--arch=${architecture}`]),
    ...(variant === 'default' ? [] : [`--variant=${variant}`]),
    ...(include.length === 0 ? [] : [`--include=${include.join(',')}`]),
    ...(components.length === 0 ? [] : [`--components=${components.join(',')}`]),
    `--keyring=${named}`,
    '--force-check-gpg',
    suite,
    folder,
    ...(mirror === null ? [] : [mirror]),
  ]);
}

/** Values become words of a command line that runs as root: each must look like what it is. */
function wrongValue(request: DebootstrapRequest): { field: string; given: string } | null {
  const { suite, mirror, architecture, keyring, include, components } = request;
  const wrong = (field: string, given: string, pattern: RegExp): { field: string; given: string } | null =>
    pattern.test(given) ? null : { field, given };
  const packages = include.map((name) => wrong('include', name, /^[a-z0-9][a-z0-9+.-]+$/));
  const parts = components.map((name) => wrong('components', name, /^[a-z][a-z0-9-]*$/));
  const all = [
    wrong('suite', suite, /^[a-z][a-z0-9-]*$/),
    mirror === null ? null : wrong('mirror', mirror, /^(?:https?:\/\/[^\s/]+|file:\/\/\/)\S*$/),
    architecture === null ? null : wrong('arch', architecture, /^[a-z0-9-]+$/),
    keyring === null ? null : wrong('keyring', keyring, /^\/[^\n]+$/),
    ...packages,
    ...parts,
  ];
  return all.find((one) => one !== null) ?? null;
}

async function isThere(path: string): Promise<boolean> {
  return (await answerOrNothing(() => access(path).then(() => true))) ?? false;
}
