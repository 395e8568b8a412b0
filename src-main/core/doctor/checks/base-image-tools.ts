import { constants } from 'node:fs';
import { join } from 'node:path';
import { fine, warning, type Check } from '../check.js';

/** By program, the Debian package that has it. */
const tools: Readonly<Record<string, string>> = {
  debootstrap: 'debootstrap',
  tar: 'tar',
  // Without it, debootstrap cannot check signatures.
  gpgv: 'gpgv',
  gzip: 'gzip',
  xz: 'xz-utils',
  bzip2: 'bzip2',
  zstd: 'zstd',
};

/** Keys that Debian's and Ubuntu's releases are signed with; one is enough to make a base image of that system. */
const keyrings = [
  { system: 'Debian', files: ['debian-archive-keyring.gpg', 'debian-archive-keyring.pgp'] },
  { system: 'Ubuntu', files: ['ubuntu-archive-keyring.gpg'] },
];

/** Whether a base image can be made here. No unit needs it to be flashed. */
export const baseImageTools: Check = {
  name: 'base-image-tools',
  platforms: ['linux'],
  async look({ programs, roots, whyNot }) {
    const missing: string[] = [];
    for (const [program, name] of Object.entries(tools)) {
      if ((await programs.find(program)) === null) missing.push(name);
    }
    const folder = join(roots.share, 'keyrings');
    const systems: string[] = [];
    for (const { system, files } of keyrings) {
      const there = await Promise.all(files.map((file) => whyNot(join(folder, file), constants.R_OK)));
      if (there.includes(null)) systems.push(system);
    }
    if (systems.length === 0) missing.push('debian-archive-keyring');
    if (missing.length === 0) return fine('base-image-tools.ready', { systems: systems.join(', ') });
    const hasApt = (await programs.find('apt-get')) !== null;
    const command = `sudo apt-get install --no-install-recommends ${missing.join(' ')}`;
    return warning(
      'base-image-tools.missing',
      { packages: missing.join(', ') },
      hasApt ? command : undefined,
    );
  },
};
