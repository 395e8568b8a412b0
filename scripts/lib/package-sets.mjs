/**
 * @typedef {object} WantedPackage
 * @property {string} name as in Debian; Ubuntu's `t64` names are found by themselves
 * @property {string} why
 * @property {string} [program] a program that makes the package unnecessary when it is there
 * @property {string} [file] the same for a file
 */

/** @typedef {'engine' | 'window' | 'base-image' | 'boards'} SetName */

/** @type {Record<SetName, readonly WantedPackage[]>} */
export const packageSets = {
  engine: [
    { name: 'docker.io', why: 'the container engine', program: 'dockerd' },
    { name: 'iptables', why: 'keeps the bays apart from each other', program: 'iptables' },
    { name: 'iproute2', why: "makes the engine's bridge", program: 'ip' },
    { name: 'ca-certificates', why: 'lets the engine trust registries' },
  ],
  window: [
    { name: 'xvfb', why: 'a display where there is none', program: 'Xvfb' },
    { name: 'xauth', why: "the display's key", program: 'xauth' },
    { name: 'libgtk-3-0', why: "the window's toolkit" },
    { name: 'libnss3', why: 'Chromium needs it' },
    { name: 'libasound2', why: 'Chromium needs it' },
    { name: 'libgbm1', why: 'Chromium needs it' },
    { name: 'libxss1', why: 'Chromium needs it' },
    { name: 'libatk-bridge2.0-0', why: 'screen readers' },
    { name: 'fonts-dejavu-core', why: 'letters' },
  ],
  'base-image': [
    { name: 'debootstrap', why: "makes the demo's base image", program: 'debootstrap' },
    {
      name: 'debian-archive-keyring',
      why: 'checks what debootstrap fetches',
      file: '/usr/share/keyrings/debian-archive-keyring.gpg',
    },
  ],
  boards: [
    { name: 'qemu-system-arm', why: 'a board with a real boot loader', program: 'qemu-system-aarch64' },
    { name: 'u-boot-qemu', why: 'the boot loader', file: '/usr/lib/u-boot/qemu_arm64/u-boot.bin' },
    { name: 'busybox-static', why: "a tiny image for the engine's tests" },
    { name: 'lrzsz', why: 'receives what the serial console sends, in tests', program: 'rb' },
  ],
};

/**
 * Every name under which dpkg may know the packages.
 * @param {readonly WantedPackage[]} wanted
 */
export function installedNames(wanted) {
  return wanted.flatMap((item) => [item.name, `${item.name}t64`]);
}

/**
 * The names that dpkg-query lists as installed (`ii `); others are known and removed, or half done.
 * @param {string} output lines of `${db:Status-Abbrev} ${Package}`
 * @returns {Set<string>}
 */
export function parseInstalled(output) {
  const lines = output.split('\n').map((line) => line.trim().split(/\s+/));
  return new Set(lines.filter(([status]) => status === 'ii').map(([, name]) => name ?? ''));
}

/**
 * @param {readonly WantedPackage[]} wanted
 * @param {{ installed: ReadonlySet<string>, hasProgram: (name: string) => boolean, hasFile: (path: string) => boolean }} machine
 * @returns {WantedPackage[]}
 */
export function missingOf(wanted, { installed, hasProgram, hasFile }) {
  return wanted.filter(
    (item) =>
      !installed.has(item.name) &&
      !installed.has(`${item.name}t64`) &&
      !(item.program !== undefined && hasProgram(item.program)) &&
      !(item.file !== undefined && hasFile(item.file)),
  );
}

/**
 * The name under which a package can be installed here. Debian 13 and Ubuntu 24.04 renamed libraries
 * (`libgtk-3-0` is `libgtk-3-0t64`), and the old name may stand for several packages there.
 * @param {string} name
 * @param {string} policy what `apt-cache policy NAME NAMEt64` printed
 * @returns {string}
 */
export function nameHere(name, policy) {
  const candidates = new Map(
    policy
      .split(/^(?=\S)/m)
      .map(
        (block) => /** @type {const} */ ([block.split(':')[0] ?? '', /Candidate: (\S+)/.exec(block)?.[1]]),
      ),
  );
  /** @param {string} one */
  const available = (one) => ![undefined, '(none)'].includes(candidates.get(one));
  return !available(name) && available(`${name}t64`) ? `${name}t64` : name;
}
