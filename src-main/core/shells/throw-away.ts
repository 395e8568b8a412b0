import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { TerminalSize } from '../../../src-shared/model/terminal.js';
import type { BayController } from '../bays/bay-controller.js';
import { networkName, specForRun } from '../bays/container-spec.js';
import { imageProblem } from '../bays/image-problem.js';
import type { ContainerTerminals, StoppableSource } from '../docker/container-terminals.js';
import { labels, type ContainerSpec, type Engine, type ImageInfo } from '../docker/engine.js';
import type { LoadedRecipe } from '../recipes/match.js';
import type { Port } from '../../../src-shared/model/port.js';
import { shellCommand, shellEnvironment } from './program.js';

/** What a throw-away container needs of the station. */
export interface ThrowAwayParts {
  engine: Engine;
  terminals: ContainerTerminals;
  stationId: string;
  workspace: () => string;
  secret: (name: string) => Result<string>;
  findRecipe: (name: string) => LoadedRecipe | undefined;
}

/** What a bay would flash now, and with what: all that a container of its recipe is made of. */
export interface BayRecipe {
  loaded: LoadedRecipe;
  port: Port;
  image: ImageInfo;
}

/**
 * Expected failures: `bay-disabled`, `bay-empty`, the bay's own reason where no recipe matches, `recipe-unknown`,
 * `image-missing`, `image-digest-mismatch` (secrets go into what was pinned alone). Too little support is no reason
 * here: nothing is flashed by opening a shell.
 */
export async function findBayRecipe(parts: ThrowAwayParts, bay: BayController): Promise<Result<BayRecipe>> {
  const { number, enabled, port, recipe, reason } = bay.view();
  if (!enabled) return fail('bay-disabled', { bay: number });
  if (port === null) return fail('bay-empty', { bay: number });
  if (recipe === null) {
    return reason === null ? fail('recipe-unknown', { recipe: '' }) : { ok: false, error: reason };
  }
  const loaded = parts.findRecipe(recipe.name);
  if (loaded === undefined) return fail('recipe-unknown', { recipe: recipe.name });
  const image = await parts.engine.inspectImage(loaded.recipe.image.name);
  if (!image.ok) return image;
  const problem = imageProblem(loaded.recipe, image.value);
  if (problem?.code === 'image-digest-mismatch') return { ok: false, error: problem };
  return ok({ loaded, port, image: image.value });
}

/** As the recipe's container, with a shell for its process and a terminal, and no panel to publish. */
export function specForShell(
  parts: ThrowAwayParts,
  { id, bay, found }: { id: string; bay: number; found: BayRecipe },
): Result<ContainerSpec> {
  const { recipe } = found.loaded;
  const asRun = specForRun({
    recipe,
    runId: id,
    bay,
    port: found.port,
    stationId: parts.stationId,
    workspace: parts.workspace(),
    hostPort: null,
    secret: parts.secret,
  });
  if (!asRun.ok) return asRun;
  // The shell takes the place of the recipe's command, and no run is its own.
  const rest: ContainerSpec = { ...asRun.value };
  delete rest.command;
  const kept = Object.entries(rest.labels).filter(([name]) => name !== labels.run);
  return ok({
    ...rest,
    name: `slipway-bay${bay}-shell-${id}`,
    image: found.image.id,
    labels: { ...Object.fromEntries(kept), [labels.role]: 'shell', [labels.shell]: id },
    env: { ...rest.env, ...shellEnvironment },
    entrypoint: [...shellCommand],
    terminal: true,
  });
}

/** Makes the container and starts it at its terminal; whatever fails leaves nothing behind. */
export async function openThrowAway(
  parts: ThrowAwayParts,
  options: { id: string; bay: number; found: BayRecipe; size: TerminalSize },
): Promise<Result<{ containerId: string; source: StoppableSource }>> {
  const { engine, terminals, stationId } = parts;
  const { bay, size } = options;
  const spec = specForShell(parts, options);
  if (!spec.ok) return spec;
  const { network } = options.found.loaded.recipe.container;
  if (network !== 'none') {
    const made = await engine.ensureNetwork({
      name: networkName(stationId, bay),
      labels: { [labels.station]: stationId, [labels.bay]: String(bay) },
      outbound: network === 'outbound',
    });
    if (!made.ok) return made;
  }
  const created = await engine.createContainer(spec.value);
  if (!created.ok) return created;
  const containerId = created.value.id;
  const remove = async (): Promise<void> => {
    // One that the engine will not remove now carries our label: the next look at what there is removes it.
    await engine.removeContainer(containerId);
  };
  const source = await terminals.start({
    containerId,
    start: () => engine.startContainer(containerId),
    end: remove,
    size,
  });
  if (!source.ok) {
    await remove();
    return source;
  }
  return ok({ containerId, source: source.value });
}
