import { join } from 'node:path';
import type { OpenWatch } from '../../ports/folder-watches.js';
import { createRecipeStore } from '../../recipes/recipe-store.js';
import { fine, problem, warning, type Check } from '../check.js';
import { shellWord } from '../../shell-words.js';

/** Whether every recipe of the home can be used. */
export const recipes: Check = {
  name: 'recipes',
  async look({ home, clock }, signal) {
    const folder = join(home, 'recipes');
    const store = createRecipeStore({ folder, clock, openWatch: noWatch });
    // A folder that never answers would leave the store's timers behind.
    const dispose = (): void => store.dispose();
    signal.addEventListener('abort', dispose, { once: true });
    try {
      await store.start();
      const { recipes: usable, problems } = store.view;
      const [first] = problems;
      if (first?.file === folder) {
        return problem('recipes.unreadable', { folder, code: String(first.params?.['reason'] ?? '?') });
      }
      if (first !== undefined) {
        const files = [...new Set(problems.map(({ file }) => file))];
        const { file, line } = first;
        const command = `slipway recipes check ${files.map(shellWord).join(' ')}`;
        return problem(
          'recipes.broken',
          { problems: problems.length, files: files.length, file, line },
          command,
        );
      }
      return usable.length === 0
        ? warning('recipes.none', { folder })
        : fine('recipes.ready', { count: usable.length });
    } finally {
      signal.removeEventListener('abort', dispose);
      store.dispose();
    }
  },
};

/** One look is enough. */
const noWatch: OpenWatch = () => ({ dispose: () => undefined });
