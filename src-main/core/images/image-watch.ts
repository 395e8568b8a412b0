import type { Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import type { Engine, ImageInfo } from '../docker/engine.js';
import { createEmitter, type EventStream } from '../emitter.js';

/** How long one answer serves all who ask for the same name: sixteen bays look at once. In ms. */
const sharedFor = 1000;
/** How long events are collected before everybody is told: a load says several things about one image. In ms. */
const gathering = 100;

/** How often the names that somebody looked at are looked at again, in ms. */
export const recheckTimes = {
  /** Events tell what happens; this is for what an engine did not tell. */
  usual: 30_000,
  /** After a look that failed for another reason than that there is no such image. */
  afterFailure: 5000,
} as const;

/**
 * One look at an image for everybody who waits for it, instead of one each every few seconds. It never decides
 * over a run: a run looks at its image anew when it starts.
 */
export interface ImageWatch extends SyncDisposable {
  /** What the image of this name is now. Expected failures are those of `Engine.inspectImage`. */
  look(name: string): Promise<Result<ImageInfo>>;
  /** Any image may be another one now: whoever shows something of an image looks again. */
  readonly changes: EventStream<void>;
}

export function createImageWatch({
  engine,
  clock,
}: {
  engine: Pick<Engine, 'inspectImage' | 'imageEvents'>;
  clock: Clock;
}): ImageWatch {
  const changes = createEmitter<void>();
  const looks = new Map<string, { since: number; open: boolean; answer: Promise<Result<ImageInfo>> }>();
  let recheck: { at: number; timer: SyncDisposable } | null = null;
  let telling: SyncDisposable | null = null;
  let disposed = false;

  function tell(): void {
    looks.clear();
    changes.emit();
  }

  function recheckIn(ms: number): void {
    if (disposed) return;
    const at = clock.now() + ms;
    if (recheck !== null && recheck.at <= at) return;
    recheck?.timer.dispose();
    const timer = clock.after(ms, () => {
      recheck = null;
      tell();
    });
    recheck = { at, timer };
  }

  async function ask(name: string): Promise<Result<ImageInfo>> {
    const answer = await engine.inspectImage(name);
    const usual = answer.ok || answer.error.code === 'image-missing';
    recheckIn(usual ? recheckTimes.usual : recheckTimes.afterFailure);
    return answer;
  }

  const events = engine.imageEvents.subscribe(() => {
    // An answer from before the event serves nobody who asks from now on.
    looks.clear();
    telling ??= clock.after(gathering, () => {
      telling = null;
      tell();
    });
  });

  return {
    changes,
    look(name) {
      const known = looks.get(name);
      if (known !== undefined && (known.open || clock.now() - known.since < sharedFor)) return known.answer;
      const look = { since: clock.now(), open: true, answer: ask(name) };
      looks.set(name, look);
      const close = (): void => void (look.open = false);
      look.answer.then(close, close);
      return look.answer;
    },
    dispose() {
      disposed = true;
      events.dispose();
      recheck?.timer.dispose();
      telling?.dispose();
    },
  };
}
