// One bench in a process of its own, for scripts/bench.mjs: `bench-one.mjs NAME --folder DIR [--quick]`
// prints {"figures": [...]}, `bench-one.mjs NAME --describe` what it measures and needs.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer, isRunnableDevEnvironment } from 'vite';
import { isMain, projectRoot, runMain } from './main.mjs';
import { warn } from './say.mjs';

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { folder: { type: 'string' }, quick: { type: 'boolean' }, describe: { type: 'boolean' } },
  });
  const file = join(projectRoot, 'bench', `${positionals[0]}.bench.ts`);
  const server = await createServer({
    configFile: false,
    root: projectRoot,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, ws: false, watch: null },
  });
  try {
    const environment = server.environments.ssr;
    if (!isRunnableDevEnvironment(environment)) throw new Error('Vite cannot run modules here');
    // The sources as they are, each module in its place: the demo's parts find their files from where they lie.
    /** @type {{ bench: import('../../bench/figures.js').Bench }} */
    const { bench } = await environment.runner.import(file);
    await print(await answer(bench, values));
  } finally {
    await server.close();
  }
}

/**
 * @param {import('../../bench/figures.js').Bench} bench
 * @param {{ folder?: string, quick?: boolean, describe?: boolean }} asked
 */
async function answer({ title, needs = [], run }, { folder, quick = false, describe = false }) {
  if (describe) return { title, needs };
  if (folder === undefined) throw new Error('--folder is missing');
  return { figures: await run({ folder, projectRoot, say: warn, quick }) };
}

/** @param {unknown} value */
async function print(value) {
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(value)}\n`, resolve));
}

if (isMain(import.meta.url)) runMain(main);
