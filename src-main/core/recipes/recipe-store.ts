import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../../../src-shared/model/result.js';
import type { RecipeProblem, RecipesView } from '../../../src-shared/model/station.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import { createEmitter, type EventStream } from '../emitter.js';
import { readBoundedFile } from '../files/bounded-file.js';
import { createRefresher } from '../files/refresher.js';
import { watchFolder } from '../files/watched-folder.js';
import type { OpenWatch } from '../ports/folder-watches.js';
import { isSystemError } from '../ports/system-error.js';
import { limits } from '../yaml/tokens.js';
import { parseRecipe, type ParsedRecipe } from './load.js';
import type { LoadedRecipe } from './match.js';

/**
 * The recipes of a folder, kept equal to its files. A broken file takes no other away, and is itself not
 * used as it was before: what is flashed is always what the file says. Of two files with one name the
 * later by file name is refused.
 */
export interface RecipeStore extends SyncDisposable {
  readonly view: RecipesView;
  /** The new view, whenever it differs from the one before. */
  readonly changes: EventStream<RecipesView>;
  /** The good recipes, by file name. */
  all(): LoadedRecipe[];
  find(name: string): LoadedRecipe | undefined;
  /** Resolves once the folder has been read and is watched. A folder that is not there holds no recipes. */
  start(): Promise<void>;
}

export interface RecipeStoreOptions {
  folder: string;
  clock: Clock;
  openWatch?: OpenWatch;
}

/** Hidden files are editors' own. */
function isRecipeFile(name: string): boolean {
  return /^[^.].*\.ya?ml$/i.test(name);
}

type FileResult = Result<ParsedRecipe, RecipeProblem[]>;

export function createRecipeStore({ folder, clock, openWatch }: RecipeStoreOptions): RecipeStore {
  const changes = createEmitter<RecipesView>();
  let recipes: LoadedRecipe[] = [];
  let view: RecipesView = { recipes: [], problems: [] };
  let watch: SyncDisposable | null = null;
  let disposed = false;
  /** What each file held when it was last read; parsing costs more than reading. */
  let known = new Map<string, { bytes: Uint8Array; result: FileResult }>();

  const refresh = createRefresher(async (overtaken) => {
    const files = await readFolder();
    if (!disposed && !overtaken()) take(files);
  });

  async function readFolder(): Promise<Map<string, FileResult>> {
    let names: string[];
    try {
      names = (await readdir(folder)).filter(isRecipeFile).sort();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.code === 'ENOENT') return new Map();
      return new Map([[folder, unreadable(folder, 'folderUnreadable', error.code)]]);
    }
    const next: typeof known = new Map();
    const results = new Map<string, FileResult>();
    for (const name of names) {
      const file = join(folder, name);
      const content = await readBoundedFile(file, limits.bytes);
      // Gone between the listing and the reading: as if it had never been listed.
      if (!content.ok && content.error === 'ENOENT') continue;
      if (!content.ok) {
        results.set(file, unreadable(file, 'fileUnreadable', content.error));
        continue;
      }
      const before = known.get(file);
      const same = before !== undefined && Buffer.compare(before.bytes, content.value) === 0;
      const entry = same ? before : { bytes: content.value, result: parseRecipe(content.value, file) };
      next.set(file, entry);
      results.set(file, entry.result);
    }
    known = next;
    return results;
  }

  function take(files: Map<string, FileResult>): void {
    const sorted = sortOut(files);
    const before = JSON.stringify(view);
    recipes = sorted.recipes;
    view = { recipes: recipes.map(summaryOf), problems: sorted.problems };
    if (JSON.stringify(view) !== before) changes.emit(view);
  }

  return {
    get view() {
      return view;
    },
    changes,
    all: () => [...recipes],
    find: (name) => recipes.find(({ recipe }) => recipe.name === name),
    async start() {
      if (disposed || watch !== null) return;
      // The watch comes first: a file that comes while the folder is read is then seen, perhaps twice.
      watch = watchFolder({
        folder,
        clock,
        concerns: isRecipeFile,
        onLook: () => void refresh(),
        ...(openWatch === undefined ? {} : { openWatch }),
      });
      await refresh();
    },
    dispose() {
      disposed = true;
      watch?.dispose();
      watch = null;
    },
  };
}

function summaryOf({ recipe, file, hash }: LoadedRecipe): RecipesView['recipes'][number] {
  return {
    name: recipe.name,
    title: recipe.title,
    model: recipe.model,
    image: recipe.image.name,
    file,
    hash,
  };
}

function unreadable(file: string, message: string, reason: string): FileResult {
  return { ok: false, error: [{ file, line: 1, column: 1, at: '', message, params: { reason } }] };
}

/** Which files count, in their order; a name belongs to the first file that claims it. */
function sortOut(files: Map<string, FileResult>): { recipes: LoadedRecipe[]; problems: RecipeProblem[] } {
  const byName = new Map<string, LoadedRecipe>();
  const problems: RecipeProblem[] = [];
  for (const [file, result] of files) {
    if (!result.ok) {
      problems.push(...result.error);
      continue;
    }
    const { recipe, hash, namePosition } = result.value;
    const other = byName.get(recipe.name);
    if (other === undefined) {
      byName.set(recipe.name, { recipe, hash, file });
    } else {
      const params = { recipe: recipe.name, other: other.file };
      problems.push({ file, ...namePosition, at: 'name', message: 'nameTaken', params });
    }
  }
  return { recipes: [...byName.values()], problems };
}
