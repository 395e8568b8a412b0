import type { EventMessage } from '../../../src-shared/contract.js';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { TerminalEnding, TerminalSize, TerminalView } from '../../../src-shared/model/terminal.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import { createOutputRing, joined } from './output-ring.js';
import type { TerminalSource } from './source.js';

/** What a window that comes back is shown of the output, in bytes. */
const kept = 256 * 1024;
/** How far a viewer may be behind before the source is paused, and when it goes on, in bytes. */
const highWater = 512 * 1024;
const lowWater = 128 * 1024;
/** Output that comes within this time is sent in one piece, in ms: a fast typist notices no delay, the window no flood. */
const gathering = 10;
/** While nobody looks, as many bytes are read in this time (ms): a program goes on, and a flood does not use up the machine. */
const unwatchedBytes = 256 * 1024;
const unwatchedTime = 100;

type Message = EventMessage<'terminal'>;

/** One terminal: its output for any number of viewers, its input for the source. */
export interface Terminal {
  readonly id: string;
  view(): TerminalView;
  /** Resolves with how it ended. */
  readonly ended: Promise<TerminalEnding>;
  write(bytes: Uint8Array): Promise<Result<void>>;
  resize(size: TerminalSize): Promise<Result<void>>;
  acknowledge(viewer: number, position: number): void;
  watch(listener: (message: Message) => void): SyncDisposable;
  /** Ends the source and tells every viewer that the terminal is gone. */
  close(): Promise<void>;
}

interface Viewer {
  readonly id: number;
  readonly listener: (message: Message) => void;
  acknowledged: number;
}

export function createTerminal(options: {
  id: string;
  kind: TerminalView['kind'];
  size: TerminalSize;
  source: TerminalSource;
  clock: Clock;
  onChange: () => void;
}): Terminal {
  const { id, kind, source, clock, onChange } = options;
  const ring = createOutputRing(kept);
  const viewers = new Set<Viewer>();
  let resolveEnd: (ending: TerminalEnding) => void = () => undefined;
  const ended = new Promise<TerminalEnding>((resolve) => {
    resolveEnd = resolve;
  });
  let { size } = options;
  let ending: TerminalEnding | null = null;
  let viewerCount = 0;
  let paused = false;
  let unwatched = 0;
  let unwatchedTimer: SyncDisposable | null = null;
  /** What came since the last piece was sent. */
  let gathered: Uint8Array[] = [];
  let gatherTimer: SyncDisposable | null = null;
  let closing: Promise<void> | null = null;

  const view = (): TerminalView => ({ id, kind, size, ended: ending });

  /** Pauses or resumes the source, whichever is due. */
  function govern(): void {
    const limit = paused ? lowWater : highWater;
    const isBehind = [...viewers].some(({ acknowledged }) => ring.position - acknowledged > limit);
    const due = viewers.size === 0 ? unwatched > unwatchedBytes : isBehind;
    if (due === paused || ending !== null) return;
    paused = due;
    if (paused) source.pause();
    else source.resume();
  }

  function countUnwatched(bytes: number): void {
    if (viewers.size > 0) return;
    unwatched += bytes;
    unwatchedTimer ??= clock.after(unwatchedTime, () => {
      unwatchedTimer = null;
      unwatched = 0;
      govern();
    });
  }

  function send(): void {
    if (gathered.length === 0) return;
    const bytes = joined(gathered);
    gathered = [];
    const from = ring.position - bytes.length;
    for (const { listener } of [...viewers]) listener({ kind: 'output', from, bytes, isReplay: false });
  }

  /** The first piece at once, so that an echo is; then one in a while for as long as more comes. */
  function sendSoon(): void {
    if (gatherTimer !== null) return;
    send();
    gatherTimer = clock.after(gathering, () => {
      gatherTimer = null;
      if (gathered.length > 0) sendSoon();
    });
  }

  function tellState(): void {
    for (const viewer of [...viewers]) {
      viewer.listener({ kind: 'state', viewer: viewer.id, terminal: view() });
    }
    onChange();
  }

  function finish(how: Omit<TerminalEnding, 'at'>): void {
    if (ending !== null) return;
    ending = { ...how, at: clock.now() };
    send();
    tellState();
    resolveEnd(ending);
  }

  /** What has gone from the ring may have drawn the screen: a program that fills it draws it anew for another size. */
  function redraw(): void {
    if (ending !== null || size.rows < 2) return;
    void source.resize({ ...size, rows: size.rows - 1 }).then(() => source.resize(size));
  }

  source.start({
    output(bytes) {
      if (ending !== null || bytes.length === 0) return;
      ring.append(bytes);
      countUnwatched(bytes.length);
      if (viewers.size > 0) {
        gathered.push(new Uint8Array(bytes));
        sendSoon();
      }
      govern();
    },
    ended: finish,
  });

  return {
    id,
    view,
    ended,
    write: (bytes) => (ending === null ? source.write(bytes) : Promise.resolve(fail('terminal-ended'))),
    async resize(wanted) {
      if (ending !== null || (wanted.columns === size.columns && wanted.rows === size.rows)) return ok();
      size = { columns: wanted.columns, rows: wanted.rows };
      tellState();
      return source.resize(size);
    },
    acknowledge(viewerId, position) {
      for (const viewer of viewers) {
        if (viewer.id !== viewerId) continue;
        viewer.acknowledged = Math.min(ring.position, Math.max(viewer.acknowledged, position));
      }
      govern();
    },
    watch(listener) {
      // What is gathered goes to those who were there; whoever comes finds it in the ring.
      send();
      const viewer: Viewer = { id: (viewerCount += 1), listener, acknowledged: ring.position };
      listener({ kind: 'state', viewer: viewer.id, terminal: view() });
      const bytes = ring.content();
      if (bytes.length > 0) {
        listener({ kind: 'output', from: ring.position - bytes.length, bytes, isReplay: true });
      }
      viewers.add(viewer);
      govern();
      if (ring.position > ring.size) redraw();
      return {
        dispose() {
          viewers.delete(viewer);
          if (viewers.size === 0) gathered = [];
          govern();
        },
      };
    },
    close() {
      closing ??= (async () => {
        await source.close();
        finish({ exitCode: null, fault: null });
        unwatchedTimer?.dispose();
        gatherTimer?.dispose();
        for (const { listener } of [...viewers]) listener({ kind: 'gone' });
        viewers.clear();
      })();
      return closing;
    },
  };
}
