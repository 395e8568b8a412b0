import type { MessageKey } from '../../../src-shared/messages/catalogue.js';
import type { MessageParams } from '../../../src-shared/messages/messages.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { ContainerSpec } from '../docker/engine.js';
import { expectImage } from '../images/expected-image.js';
import type { Recipe } from '../recipes/schema.js';
import { specForRun } from './container-spec.js';
import type { RunParts } from './run-parts.js';
import type { RunState } from './run-state.js';

/** How often a port on 127.0.0.1 that was taken is exchanged for the next. */
const portAttempts = 20;

/** The flasher's container of one run, until it is started. */
export interface RunContainer {
  /** What it is made of; `hostPort` is where its panel is published. */
  specFor(run: RunState, hostPort: number | null): Result<ContainerSpec>;
  /** Makes it, of the very image that was checked. */
  make(run: RunState): Promise<Result<{ containerId: string; hostPort: number | null }>>;
  /** A port that something else has: not chosen again. False once enough were tried. */
  refusePort(port: number | null): boolean;
  /** Its id, also of one whose making was still under way when the run was aborted; null when there is none. */
  idOf(run: RunState): Promise<string | null>;
}

export function createRunContainer(options: {
  runId: string;
  bay: number;
  recipe: Recipe;
  parts: RunParts;
  /** Aborts when the run ends: nothing is made from then on. */
  signal: AbortSignal;
  say: (key: MessageKey & `log.${string}`, params?: MessageParams) => void;
}): RunContainer {
  const { runId, bay, recipe, parts, signal, say } = options;
  const { engine } = parts;
  const refusedPorts = new Set<number>();
  let creating: Promise<Result<{ id: string }>> | null = null;

  function specFor(run: RunState, hostPort: number | null): Result<ContainerSpec> {
    return specForRun({
      recipe,
      runId,
      bay,
      port: run.port,
      stationId: parts.stationId,
      workspace: parts.workspace(),
      hostPort,
      secret: (name) => parts.secret(name),
      unit: { serial: run.unitSerial ?? '', model: run.identity?.model ?? recipe.model },
    });
  }

  return {
    specFor,

    async make(run) {
      let hostPort: number | null = null;
      if (recipe.container.panelPort !== undefined) {
        const taken = await parts.hostPorts.take(bay, refusedPorts);
        if (!taken.ok) return taken;
        hostPort = taken.value;
      }
      const spec = specFor(run, hostPort);
      if (!spec.ok) return spec;
      if (signal.aborted) return fail('station-stopping');
      creating = engine.createContainer(spec.value);
      const created = await creating;
      if (!created.ok) return created;
      say('log.container', { id: created.value.id.slice(0, 12) });
      const same = await expectImage(engine, created.value.id, { id: run.imageId, name: recipe.image.name });
      if (!same.ok) return same;
      if (hostPort !== null) say('log.panel-port', { port: hostPort });
      return ok({ containerId: created.value.id, hostPort });
    },

    refusePort(port) {
      if (refusedPorts.size >= portAttempts) return false;
      if (port === null) return true;
      say('log.port-taken', { port });
      refusedPorts.add(port);
      return true;
    },

    async idOf(run) {
      const created = await creating;
      return created?.ok === true ? created.value.id : run.containerId;
    },
  };
}
