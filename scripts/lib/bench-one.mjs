// One bench in a process of its own, for scripts/bench.mjs: `bench-one.mjs NAME --folder DIR [--quick]`
// prints {"figures": [...]}, `bench-one.mjs NAME --describe` what it measures and needs.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { isMain, projectRoot, runMain } from './main.mjs';
import { warn } from './say.mjs';

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { folder: { type: 'string' }, quick: { type: 'boolean' }, describe: { type: 'boolean' } },
  });
  const file = join(projectRoot, 'bench', `${positionals[0]}.bench.ts`);
  // The sources as they are, each module in its place: the demo's parts find their files from where they lie.
  /** @type {{ module: { bench: import('../../bench/figures.js').Bench } }} */
  const { module } = await runnerImport(file, { configFile: false, root: projectRoot, logLevel: 'error' });
  const { title, needs = [], run } = module.bench;
  if (values.describe) {
    process.stdout.write(`${JSON.stringify({ title, needs })}\n`);
    return;
  }
  if (values.folder === undefined) throw new Error('--folder is missing');
  const { folder, quick = false } = values;
  const figures = await run({ folder, projectRoot, say: warn, quick });
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify({ figures })}\n`, resolve));
}

if (isMain(import.meta.url)) runMain(main);
