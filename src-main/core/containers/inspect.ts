import type { ContainerAnswer, ContainerInspection } from '../../../src-shared/model/container.js';
import { ok, type Result } from '../../../src-shared/model/result.js';
import type { Bays } from '../bays/bays.js';
import { detailsSchema } from '../docker/details-schema.js';
import { labels, type Engine } from '../docker/engine.js';
import type { RecipeStore } from '../recipes/recipe-store.js';
import type { Records } from '../records/records.js';
import type { ContainerSource, RawContainer } from './container-source.js';
import { toFacts } from './facts.js';
import { maskSecrets } from './mask.js';
import { toRunCommand } from './run-command.js';

export interface InspectorOptions {
  source: ContainerSource;
  engine: Pick<Engine, 'listOwned'>;
  bays: Pick<Bays, 'find'>;
  records: Pick<Records, 'list'>;
  recipes: Pick<RecipeStore, 'find'>;
  redact: (text: string) => string;
}

/** How many of a bay's last runs are looked at for one that had a container. */
const lastRuns = 20;

/** Shows containers without their secrets: all that leaves this has been through `maskSecrets` first. */
export interface Inspector {
  /** `container-gone` when it is not there, or not this station's. */
  byId(id: string): Promise<Result<ContainerAnswer>>;
  /**
   * The container of the run that the bay shows; else the newest that was kept; else what the record knows of
   * the last. `bay-unknown`.
   */
  ofBay(bay: number): Promise<Result<ContainerAnswer>>;
}

export function createInspector(options: InspectorOptions): Inspector {
  const { source, engine, bays, records, recipes, redact } = options;

  /** The variables that hold secrets, as the container was made, and as its recipe says now. */
  function secretNames(container: Record<string, string>): Set<string> {
    const noted = (container[labels.secrets] ?? '').split(',').filter((name) => name !== '');
    const recipe = recipes.find(container[labels.recipe] ?? '')?.recipe;
    const named = Object.entries(recipe?.container.env ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' ? [] : [name],
    );
    return new Set([...noted, ...named]);
  }

  function show({ answer, ...image }: RawContainer): ContainerInspection {
    const container = detailsSchema.parse(answer).Config.Labels;
    const masking = { secretNames: secretNames(container), redact };
    const json = maskSecrets(answer, masking);
    const details = detailsSchema.parse(json);
    // Masked alike, or a secret of the image would seem to be the container's own.
    const env = maskSecrets({ Env: image.image?.env ?? [] }, masking);
    const defaults = image.image === null ? null : { ...image.image, env: detailsEnv(env) };
    const { text, withheld } = toRunCommand(details, { ...image, image: defaults });
    return { facts: toFacts(details), json, runCommand: text, withheld };
  }

  async function byId(id: string): Promise<Result<ContainerAnswer>> {
    const raw = await source.read(id);
    return raw.ok ? ok({ kind: 'container', ...show(raw.value) }) : raw;
  }

  async function newestOf(bay: number): Promise<Result<string | null>> {
    const owned = await engine.listOwned();
    if (!owned.ok) return owned;
    const ofBay = owned.value.filter((one) => one.labels[labels.bay] === String(bay));
    const [newest] = ofBay.sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0));
    return ok(newest?.id ?? null);
  }

  /** What the records know of the bay's last container. */
  function removedOf(bay: number): Result<ContainerAnswer> {
    const runs = records.list({ bay, limit: lastRuns });
    if (!runs.ok) return runs;
    for (const { id: runId, containerId, imageName, imageId, endedAt } of runs.value) {
      if (containerId === null) continue;
      return ok({ kind: 'removed', runId, containerId, imageName, imageId, endedAt });
    }
    return ok({ kind: 'none' });
  }

  return {
    byId,
    async ofBay(bay) {
      const found = bays.find(bay);
      if (!found.ok) return found;
      const run = found.value.run();
      if (run !== null && run.containerId === null && run.endedAt === null) return ok({ kind: 'none' });
      if (run?.containerId) {
        const shown = await byId(run.containerId);
        if (shown.ok || shown.error.code !== 'container-gone') return shown;
      }
      const kept = await newestOf(bay);
      if (!kept.ok) return kept;
      if (kept.value === null) return removedOf(bay);
      const shown = await byId(kept.value);
      // Gone between the list and the look.
      return !shown.ok && shown.error.code === 'container-gone' ? removedOf(bay) : shown;
    },
  };
}

function detailsEnv(masked: ReturnType<typeof maskSecrets>): string[] {
  const env = typeof masked === 'object' && masked !== null && !Array.isArray(masked) ? masked['Env'] : [];
  return Array.isArray(env) ? env.filter((entry) => typeof entry === 'string') : [];
}
