import { randomUUID } from 'node:crypto';
import type { shellCalls, shellEvents } from '../../../src-shared/contract/shells.js';
import type { EventMessage } from '../../../src-shared/contract.js';
import { fail, fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { ShellRecord } from '../../../src-shared/model/shell.js';
import type { TerminalSize } from '../../../src-shared/model/terminal.js';
import type { BayController } from '../bays/bay-controller.js';
import type { Bays } from '../bays/bays.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import type { StoppableSource } from '../docker/container-terminals.js';
import { labels, type ContainerInfo } from '../docker/engine.js';
import { createEmitter } from '../emitter.js';
import type { StationPart } from '../part.js';
import type { Records } from '../records/records.js';
import type { Terminals } from '../terminals/terminals.js';
import { shellCommand, shellEnvironment } from './program.js';
import { findBayRecipe, openThrowAway, type ThrowAwayParts } from './throw-away.js';

/** Shells in the bays' containers, and in throw-away ones. None is open that is not on record. */
export interface Shells extends StationPart<typeof shellCalls, typeof shellEvents> {
  /** Whether a container is that of a shell that is open: then it is no leftover. */
  claims(container: Pick<ContainerInfo, 'labels'>): boolean;
}

export interface ShellParts extends ThrowAwayParts {
  clock: Clock;
  bays: Bays;
  records: Records;
  terminal: Terminals;
  host: string;
  operator: () => string;
  onDefect: (error: unknown) => void;
}

export function createShells(parts: ShellParts): Shells {
  const { clock, engine, bays, records, terminal, terminals, host, operator, onDefect } = parts;
  /** Shells whose terminal is there, or is being made. */
  const shells = new Map<string, ShellRecord>();
  const changes = createEmitter<void>();
  const underWay = new Set<Promise<unknown>>();
  let isStopping = false;

  function track<Value>(work: Promise<Value>): Promise<Value> {
    underWay.add(work);
    return work.finally(() => underWay.delete(work));
  }

  /** Keeps it on disk, and shows it. */
  function note(shell: ShellRecord): Result<void> {
    const saved = records.shells.save(shell);
    if (saved.ok && shells.has(shell.id)) shells.set(shell.id, shell);
    changes.emit();
    return saved;
  }

  function begin(known: Pick<ShellRecord, 'bay' | 'place' | 'recipe' | 'runId' | 'imageName' | 'imageId'>) {
    const id = randomUUID();
    const shell: ShellRecord = {
      ...known,
      id,
      containerId: null,
      operator: operator(),
      host,
      openedAt: clock.now(),
      ended: null,
    };
    const saved = records.shells.save(shell);
    if (!saved.ok) return saved;
    shells.set(id, shell);
    return ok(shell);
  }

  function giveUp(shell: ShellRecord, why: Fault): Result<never> {
    note({ ...shell, ended: { at: clock.now(), exitCode: null, fault: why } });
    shells.delete(shell.id);
    return { ok: false, error: why };
  }

  /** What has ended stays to be read until its terminal is closed. */
  function forgetClosed(id: string): void {
    if (terminal.find(id) !== undefined || (shells.get(id)?.ended ?? null) === null) return;
    shells.delete(id);
    changes.emit();
  }

  /** From here on the terminal is who ends it. `after` is done once nothing of it runs any more. */
  function serve(
    shell: ShellRecord,
    source: StoppableSource,
    size: TerminalSize,
    after: () => Promise<void> = () => Promise.resolve(),
  ): Result<{ id: string }> {
    const opened = terminal.open({ kind: 'shell', size, source, id: shell.id });
    note(shell);
    const ending = opened.ended.then(async (ended) => {
      await after();
      // What cannot be written now is ended by the next start.
      note({ ...shell, ended });
      forgetClosed(shell.id);
    });
    track(ending).catch(onDefect);
    if (isStopping) track(terminal.handlers['terminal.close']({ id: shell.id })).catch(onDefect);
    return ok({ id: shell.id });
  }

  async function openInRun(bay: BayController, size: TerminalSize): Promise<Result<{ id: string }>> {
    const { number } = bay.place;
    const run = bay.run();
    const containerId = run?.containerId ?? null;
    const none = fail('shell-no-container', { bay: number });
    if (run === null || containerId === null) return none;
    const container = await engine.inspectContainer(containerId);
    if (!container.ok) return container.error.code === 'container-gone' ? none : container;
    if (container.value.state !== 'running') return none;
    const begun = begin({
      bay: number,
      place: 'container',
      recipe: run.plan.recipe,
      runId: run.id,
      imageName: container.value.image,
      imageId: container.value.imageId,
    });
    if (!begun.ok) return begun;
    const shell = { ...begun.value, containerId };
    const source = await terminals.exec({
      containerId,
      command: [...shellCommand],
      env: { ...shellEnvironment },
      mark: shell.id,
      size,
    });
    return source.ok ? serve(shell, source.value, size) : giveUp(shell, source.error);
  }

  async function openOwn(bay: BayController, size: TerminalSize): Promise<Result<{ id: string }>> {
    const held = bay.hold('shell');
    if (!held.ok) return held;
    const opened = await openHeld(bay, held.value, size);
    if (!opened.ok) held.value.dispose();
    return opened;
  }

  async function openHeld(
    bay: BayController,
    hold: SyncDisposable,
    size: TerminalSize,
  ): Promise<Result<{ id: string }>> {
    const { number } = bay.place;
    const found = await findBayRecipe(parts, bay);
    if (!found.ok) return found;
    const { loaded, image, port } = found.value;
    const begun = begin({
      bay: number,
      place: 'throw-away',
      recipe: loaded.recipe.name,
      runId: null,
      imageName: loaded.recipe.image.name,
      imageId: image.id,
    });
    if (!begun.ok) return begun;
    const made = await openThrowAway(parts, { id: begun.value.id, bay: number, found: found.value, size });
    if (!made.ok) return giveUp(begun.value, made.error);
    const { containerId, source } = made.value;
    // After an unplug the container holds a dead node, whatever is plugged in next.
    const watchPort = (): void => {
      if (bay.view().port?.identity !== port.identity) source.stop(fault('unplugged')).catch(onDefect);
    };
    const watching = bay.changes.subscribe(watchPort);
    const served = serve({ ...begun.value, containerId }, source, size, async () => {
      watching.dispose();
      await engine.removeContainer(containerId);
      hold.dispose();
    });
    watchPort();
    return served;
  }

  /** What a station that was killed left open is ended: on record at once, in the containers when the engine answers. */
  function endLeftovers(): SyncDisposable {
    const left = records.shells.unfinished();
    const open = left.ok ? left.value : [];
    for (const shell of open) {
      records.shells.save({
        ...shell,
        ended: { at: clock.now(), exitCode: null, fault: fault('shell-interrupted') },
      });
    }
    const inRuns = open.filter(({ place, containerId }) => place === 'container' && containerId !== null);
    let isDone = inRuns.length === 0;
    const look = (): void => {
      if (isDone || engine.view.state !== 'ready') return;
      isDone = true;
      for (const { id, containerId } of inRuns) track(endLeftover(id, containerId ?? '')).catch(onDefect);
    };
    const subscription = engine.changes.subscribe(look);
    look();
    return subscription;
  }

  async function endLeftover(id: string, containerId: string): Promise<void> {
    const container = await engine.inspectContainer(containerId);
    // What is not ours, or not any more, is as good as gone.
    if (container.ok && container.value.state === 'running') await terminals.killMarked(containerId, id);
  }

  const message = (revision: number): EventMessage<'shells'> => ({ revision, shells: [...shells.values()] });
  const leftovers = endLeftovers();
  const closings = terminal.changes.subscribe(({ id }) => forgetClosed(id));

  return {
    claims: (container) => {
      const id = container.labels[labels.shell];
      return id !== undefined && shells.get(id)?.ended === null;
    },
    handlers: {
      'shells.open': async ({ bay: number, place, ...size }) => {
        if (isStopping) return fail('station-stopping');
        const bay = bays.find(number);
        if (!bay.ok) return bay;
        return track(place === 'container' ? openInRun(bay.value, size) : openOwn(bay.value, size));
      },
      'shells.list': (search) => {
        const found = records.shells.list(search);
        return Promise.resolve(found.ok ? ok({ shells: found.value }) : found);
      },
    },
    streams: {
      shells(_nothing, listener) {
        let revision = 0;
        const tell = (): void => listener(message((revision += 1)));
        tell();
        return changes.subscribe(tell);
      },
    },
    async stop() {
      isStopping = true;
      leftovers.dispose();
      const open = [...shells.keys()].filter((id) => terminal.find(id) !== undefined);
      await Promise.all(open.map((id) => terminal.handlers['terminal.close']({ id })));
      // What is being opened is closed as soon as it is open.
      while (underWay.size > 0) await Promise.allSettled(underWay);
      closings.dispose();
    },
  };
}
