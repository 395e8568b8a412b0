import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

// Recipes for units that are tested, made from the demo's images.

/** The company's flasher, which leaves the board at its boot loader's prompt and goes on running. */
export const withFlasher = {
  image: { name: 'widget-deployer' },
  container: {
    device: '/dev/ttyACM0',
    panelPort: 80,
    mounts: [{ type: 'bind', source: 'workspace', target: '/workspace' }],
    env: { magicNumber: { secret: 'magicNumber' }, BOOT_COMMAND: '' },
    capabilities: ['NET_BIND_SERVICE', 'DAC_OVERRIDE'],
  },
  flash: {
    start: { http: { method: 'POST', path: '/flash' } },
    ready: { path: '/status' },
    progress: [{ http: { path: '/status', every: '200ms', percent: 'percent', unitSerial: 'serial' } }],
    success: [{ http: { path: '/status', field: 'state', equals: 'done' } }],
    failure: [{ http: { path: '/status', field: 'state', equals: 'error' } }],
  },
};

/** The tool without a panel: quick, and gone when the tests begin. */
export const withTool = {
  image: { name: 'slipway-test-tool' },
  container: {
    device: '/dev/ttyACM0',
    network: 'none',
    env: { STEPS: '1' },
    capabilities: ['DAC_OVERRIDE'],
  },
  flash: {
    progress: [{ log: '^serial: (?<serial>\\S+)' }],
    success: [{ exitCode: 0 }],
    failure: [{ exitCode: 'non-zero' }],
  },
};

export const power = {
  name: 'power',
  serial: { steps: [{ send: 'adc read vcc', expect: 'vcc = (?<vcc>\\S+) V', within: '1s' }] },
  measurements: [{ name: 'vcc', unit: 'V', min: 3.1, max: 3.5 }],
};
export const version = {
  name: 'version',
  serial: { steps: [{ send: 'version', expect: '^U-Boot (?<version>\\S+)' }] },
  measurements: [{ name: 'version', matches: '^2012\\.' }],
};
export const boots = {
  name: 'boots',
  serial: { steps: [{ send: 'boot', expect: 'login: $', within: '4s' }] },
};

/** Writes one recipe for each widget in place of the demo's, by its place in the row. */
export function writeRecipes(home: string, recipes: Record<string, unknown>[]): void {
  for (const demo of ['widgy', 'widgeton', 'fidly', 'panel-less', 'uboot-qemu']) {
    rmSync(join(home, 'recipes', `${demo}.yaml`));
  }
  recipes.forEach((recipe, index) => {
    const whole = {
      name: `case-${index}`,
      title: { en: `Case ${index}`, es: `Caso ${index}` },
      model: 'widgy',
      minimumSupport: 'unknown',
      match: { path: `**/ttyWIDGET${index}` },
      ...recipe,
    };
    writeFileSync(join(home, 'recipes', `case-${index}.yaml`), stringify(whole));
  });
}
