import type { imageCalls, imageEvents } from '../../../src-shared/contract/images.js';
import type { EventMessage } from '../../../src-shared/contract.js';
import type { ImagesView } from '../../../src-shared/model/image.js';
import type { Fault } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import type { Engine } from '../docker/engine.js';
import { createEmitter, type EventStream } from '../emitter.js';
import type { Jobs } from '../jobs/jobs.js';
import type { StationPart } from '../part.js';
import type { LoadedRecipe } from '../recipes/match.js';
import { createBroughtImages } from './brought-images.js';
import { createImageCarrier } from './carry-images.js';
import { createImageRoster } from './image-roster.js';
import type { ImageStore } from './image-store.js';
import type { MadeImages } from './made-images.js';

/** How long changes are gathered before the list is made anew, in ms. */
const gathering = 300;

/** The contract's calls and stream of images. The list is made only while somebody looks at it. */
export function createImagesPart(options: {
  home: string;
  stationId: string;
  clock: Clock;
  store: ImageStore;
  made: MadeImages;
  engine: Pick<Engine, 'changes' | 'imageEvents' | 'containerEvents'>;
  recipes: {
    all(): LoadedRecipe[];
    find(name: string): LoadedRecipe | undefined;
    changes: EventStream<unknown>;
  };
  jobs: Jobs;
  redact: (text: string) => string;
  madeBy: () => string;
  onDefect: (error: unknown) => void;
}): StationPart<typeof imageCalls, typeof imageEvents> {
  const { home, stationId, clock, store, made, engine, recipes, jobs, redact, madeBy, onDefect } = options;
  const brought = createBroughtImages(home);
  const roster = createImageRoster({ store, brought, made, stationId, recipes: () => recipes.all(), redact });
  const carrier = createImageCarrier({
    store,
    roster,
    brought,
    jobs,
    clock,
    findRecipe: (name) => recipes.find(name),
    madeBy,
  });
  const messages = createEmitter<EventMessage<'images'>>();
  const stopped = new AbortController();
  const working = new Set<Promise<unknown>>();
  let present: { images: ImagesView | null; fault: Fault | null } | null = null;
  let revision = 0;
  let waiting: SyncDisposable | null = null;
  let isStale = false;
  let isLooking = false;

  function touch(): void {
    if (messages.listeners === 0) {
      // Nobody looks: whoever comes next is told what is true then.
      present = null;
      return;
    }
    waiting ??= clock.after(gathering, () => {
      waiting = null;
      refresh();
    });
  }

  function refresh(): void {
    if (isLooking) {
      isStale = true;
      return;
    }
    isLooking = true;
    const work = look()
      .catch(onDefect)
      .finally(() => {
        working.delete(work);
        isLooking = false;
        if (isStale && !stopped.signal.aborted) {
          isStale = false;
          refresh();
        }
      });
    working.add(work);
  }

  async function look(): Promise<void> {
    const listed = await roster.list();
    if (stopped.signal.aborted) return;
    const next = listed.ok ? { images: listed.value, fault: null } : { images: null, fault: listed.error };
    if (present !== null && JSON.stringify(present) === JSON.stringify(next)) return;
    present = next;
    revision += 1;
    messages.emit({ revision, ...next });
  }

  const watching = [
    engine.changes.subscribe(touch),
    engine.imageEvents.subscribe(touch),
    engine.containerEvents.subscribe(({ type }) => {
      if (type === 'removed' || type === 'started') touch();
    }),
    recipes.changes.subscribe(touch),
  ];

  return {
    handlers: {
      'images.list': () => roster.list(),
      'images.inspect': ({ image }) => roster.inspect(image),
      'images.removal': ({ image }) => roster.removal(image),
      'images.remove': ({ image }) => roster.remove(image),
      'images.save': (input) => carrier.save(input),
      'images.examine': ({ file }) => carrier.examine(file, stopped.signal),
      'images.load': (input) => carrier.load(input),
      'images.pull': (input) => carrier.pull(input),
    },
    streams: {
      images(_params, listener) {
        const subscription = messages.subscribe(listener);
        if (present === null) refresh();
        else listener({ revision, ...present });
        return subscription;
      },
    },
    async stop() {
      stopped.abort();
      waiting?.dispose();
      for (const each of watching) each.dispose();
      await Promise.allSettled([...working]);
    },
  };
}
