import { isAbsolute, join } from 'node:path';
import { ok, type Result } from '../../../src-shared/model/result.js';
import type { Port } from '../../../src-shared/model/port.js';
import { defaultCapabilities } from '../docker/capabilities.js';
import { labels, type ContainerMount, type ContainerSpec, type Engine } from '../docker/engine.js';
import type { Recipe } from '../recipes/schema.js';

/** The name of a bay's own network. */
export function networkName(stationId: string, bay: number): string {
  return `slipway-${stationId.slice(0, 8)}-bay${bay}`;
}

/** Makes the network that a recipe asks for, if there is none yet. */
export function ensureBayNetwork(
  engine: Engine,
  { recipe, stationId, bay }: { recipe: Recipe; stationId: string; bay: number },
): Promise<Result<void>> {
  if (recipe.container.network === 'none') return Promise.resolve(ok());
  return engine.ensureNetwork({
    name: networkName(stationId, bay),
    labels: { [labels.station]: stationId, [labels.bay]: String(bay) },
    outbound: recipe.container.network === 'outbound',
  });
}

/** `workspace`, or a folder below it, in the place of the station's workspace folder; absolute paths stay. */
export function resolveSource(source: string, workspace: string): string {
  return isAbsolute(source) ? source : join(workspace, source.slice('workspace'.length));
}

function toMount(mount: Recipe['container']['mounts'][number], workspace: string): ContainerMount {
  switch (mount.type) {
    case 'bind':
      return { ...mount, source: resolveSource(mount.source, workspace) };
    case 'volume':
      return mount;
    case 'tmpfs':
      return {
        type: 'tmpfs',
        target: mount.target,
        ...(mount.size === undefined ? {} : { sizeBytes: mount.size }),
      };
  }
}

/** The folders of the workspace that a recipe hands to its flasher: what is flashed comes from there. */
export function contentFolders(recipe: Recipe, workspace: string): string[] {
  return recipe.container.mounts.flatMap((mount) =>
    mount.type === 'bind' && !isAbsolute(mount.source) ? [resolveSource(mount.source, workspace)] : [],
  );
}

/** Everything a run's container is made of; fails where a secret is missing. */
export function specForRun(options: {
  recipe: Recipe;
  runId: string;
  bay: number;
  port: Port;
  stationId: string;
  workspace: string;
  hostPort: number | null;
  secret: (name: string) => Result<string>;
  /** What is known of the unit; empty texts where nothing is. */
  unit?: { serial: string; model: string };
}): Result<ContainerSpec> {
  const { recipe, runId, bay, port, stationId, workspace, hostPort, secret } = options;
  const { unit = { serial: '', model: recipe.model } } = options;
  const { container } = recipe;
  const env: Record<string, string> = {};
  const secretNames: string[] = [];
  for (const [name, value] of Object.entries(container.env)) {
    if (typeof value === 'string') {
      env[name] = value;
      continue;
    }
    if ('unit' in value) {
      env[name] = unit[value.unit];
      continue;
    }
    const found = secret(value.secret);
    if (!found.ok) return found;
    env[name] = found.value;
    secretNames.push(name);
  }
  return ok({
    name: `slipway-bay${bay}-${runId}`,
    image: recipe.image.name,
    labels: {
      [labels.station]: stationId,
      [labels.bay]: String(bay),
      [labels.run]: runId,
      [labels.recipe]: recipe.name,
      // The recipe may be another when somebody looks at the container.
      ...(secretNames.length === 0 ? {} : { [labels.secrets]: secretNames.join(',') }),
    },
    env,
    ...(container.command === undefined ? {} : { command: container.command }),
    device: { node: port.node, kind: port.kind, target: container.device },
    mounts: container.mounts.map((mount) => toMount(mount, workspace)),
    network: container.network === 'none' ? 'none' : networkName(stationId, bay),
    ...(container.panelPort === undefined || hostPort === null
      ? {}
      : { publish: { containerPort: container.panelPort, hostPort } }),
    capabilities: [...new Set([...defaultCapabilities, ...container.capabilities])],
    limits: {
      memoryBytes: container.limits.memory,
      cpus: container.limits.cpus,
      pids: container.limits.pids,
    },
    readOnlyRoot: container.readOnlyRoot,
  });
}
