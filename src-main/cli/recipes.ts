import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../src-shared/model/result.js';
import { createSystemClock } from '../core/clock.js';
import { formatProblem, parseRecipe } from '../core/recipes/load.js';
import { createRecipeStore } from '../core/recipes/recipe-store.js';
import { homeOf, outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { exitCodes, formatTable } from './output.js';

/** `slipway recipes check FILE...`: 0 when all are good, 1 when one is not, 64 when one is not there. */
export async function checkRecipes(files: string[], options: CommonOptions, context: Context): Action {
  const output = outputOf(options, context);
  let exitCode: number = exitCodes.ok;
  for (const file of files) {
    const bytes = await readIfThere(file);
    if (bytes === undefined) {
      output.fault(fault('recipe-file-missing', { file }));
      exitCode = exitCodes.usage;
      continue;
    }
    const parsed = parseRecipe(bytes, file);
    if (parsed.ok) {
      const { name } = parsed.value.recipe;
      output.event('recipe', { file, good: true, name, hash: parsed.value.hash });
      output.line(context.messages.text('cli.recipe-good', { file, name }));
      continue;
    }
    if (exitCode === exitCodes.ok) exitCode = exitCodes.FAIL;
    for (const problem of parsed.error) {
      const text = formatProblem(problem, context.messages);
      output.event('problem', { ...problem, text });
      output.note(text);
    }
  }
  return exitCode;
}

/** `slipway recipes list`: the good ones on standard output, what is wrong with the others on standard error. */
export async function listRecipes(options: CommonOptions, context: Context): Action {
  const output = outputOf(options, context);
  const { messages } = context;
  const folder = join(homeOf(options, context), 'recipes');
  const store = createRecipeStore({ folder, clock: createSystemClock() });
  await store.start();
  const { recipes, problems } = store.view;
  store.dispose();
  for (const recipe of recipes) output.event('recipe', { ...recipe });
  for (const problem of problems) {
    output.event('problem', { ...problem });
    output.note(formatProblem(problem, messages));
  }
  if (recipes.length === 0) output.note(messages.text('cli.no-recipes', { folder }));
  else {
    const header = ['recipe', 'model', 'image', 'file'] as const;
    output.line(
      formatTable(
        header.map((column) => messages.text(`cli.column-${column}`)),
        recipes.map(({ name, model, image, file }) => [name, model, image, file]),
      ),
    );
  }
  return problems.length === 0 ? exitCodes.ok : exitCodes.FAIL;
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES'].includes(code)) return undefined;
    throw error;
  }
}
