import type { containerCalls, containerEvents } from '../../../src-shared/contract/containers.js';
import { ok } from '../../../src-shared/model/result.js';
import { createDockerContainers } from '../docker/docker-containers.js';
import type { StationPart } from '../part.js';
import type { PartContext } from '../parts.js';
import { toSummary } from './facts.js';
import { createInspector } from './inspect.js';
import { createUsageStreams } from './usage-streams.js';

/** Looking at containers: what they are, and how much of the machine they use. Changes nothing in the engine. */
export function createContainersPart(
  context: PartContext,
): StationPart<typeof containerCalls, typeof containerEvents> {
  const { engine, stationId, bays, records, recipes, secrets, clock, onDefect } = context;
  const source = createDockerContainers(engine.connection, stationId);
  const inspector = createInspector({
    source,
    engine,
    bays,
    records,
    recipes,
    redact: (text) => secrets.redact(text),
  });
  const usage = createUsageStreams({
    source,
    engine,
    containerOf(bay) {
      const found = bays.find(bay);
      return found.ok ? (found.value.run()?.containerId ?? null) : null;
    },
    bayChanges: bays.changes,
    clock,
    onDefect,
  });

  return {
    handlers: {
      async 'containers.list'() {
        const owned = await engine.listOwned();
        if (!owned.ok) return owned;
        return ok(owned.value.map(toSummary).sort((a, b) => (a.bay ?? 0) - (b.bay ?? 0)));
      },
      'containers.inspect': (input) =>
        'bay' in input ? inspector.ofBay(input.bay) : inspector.byId(input.id),
    },
    streams: {
      containerStats: ({ bay }, listener) => usage.follow(bay, listener),
    },
    stop: () => usage.dispose(),
  };
}
