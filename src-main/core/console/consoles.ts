import type { serialCalls, serialEvents } from '../../../src-shared/contract/serial.js';
import type { ConsoleView, PortHolder } from '../../../src-shared/model/console.js';
import { ok, type Result } from '../../../src-shared/model/result.js';
import type { BayController } from '../bays/bay-controller.js';
import type { Bays } from '../bays/bays.js';
import type { Clock } from '../clock.js';
import type { SyncDisposable } from '../disposable.js';
import { createEmitter } from '../emitter.js';
import type { StationPart } from '../part.js';
import type { SerialOpener } from '../serial/serial-port.js';
import { createLatestWins } from '../streams/latest-wins.js';
import type { Terminals } from '../terminals/terminals.js';
import { createBayConsole, type BayConsole } from './bay-console.js';
import { createOptionsStore } from './options-store.js';

/** At most ten updates a second, in ms. */
const updateEvery = 100;
/** How often the lines and the holder of a port that somebody looks at are read, in ms. */
const lookEvery = 1000;

export type Consoles = StationPart<typeof serialCalls, typeof serialEvents>;

/** The serial consoles of all bays. */
export function createConsoles(context: {
  home: string;
  clock: Clock;
  bays: Bays;
  terminals: Terminals;
  opener: SerialOpener;
  onDefect: (error: unknown) => void;
}): Consoles {
  const { home, clock, bays, terminals, opener, onDefect } = context;
  const options = createOptionsStore(home);
  const consoles = new Map<number, BayConsole>();
  /** Programs that were seen to have a bay's port, as text; only kept while somebody looks. */
  const others = new Map<number, string>();
  const changes = createEmitter<{ bay: number }>();
  const watchers = new Map<number, number>();
  const looking = new Map<number, SyncDisposable>();
  const updates = createLatestWins<number>({
    clock,
    every: updateEvery,
    call: (bay) => changes.emit({ bay }),
  });
  let isStopped = false;

  const touch = (bay: number): void => {
    if (!isStopped) updates.touch(bay);
  };

  function consoleOf(bay: BayController): BayConsole {
    const { number } = bay.place;
    let found = consoles.get(number);
    if (found === undefined) {
      found = createBayConsole(bay, { home, clock, opener, terminals, options, onDefect }, () =>
        touch(number),
      );
      consoles.set(number, found);
    }
    return found;
  }

  function holderOf(bay: BayController, isOpen: boolean): PortHolder {
    const { port, run, hold } = bay.view();
    const names = others.get(bay.place.number);
    if (isOpen) return { by: 'console' };
    if (port === null) return { by: 'no-port' };
    if (bay.busy || (run !== null && run.endedAt === null)) return { by: 'run' };
    if (hold?.kind === 'shell') return { by: 'shell' };
    return names === undefined ? { by: 'nobody' } : { by: 'other', names };
  }

  function viewOf(bay: BayController): ConsoleView {
    const one = consoleOf(bay);
    return { ...one.view(), holder: holderOf(bay, one.isOpen) };
  }

  /** While somebody looks: the lines of an open port, else who has it. */
  async function look(bay: BayController): Promise<void> {
    const { number } = bay.place;
    const one = consoleOf(bay);
    const { port } = bay.view();
    if (one.isOpen) await one.lookAtSignals();
    const names = one.isOpen || port === null || bay.busy ? '' : await opener.holders(port.node);
    if (names === (others.get(number) ?? '')) return;
    if (names === '') others.delete(number);
    else others.set(number, names);
    touch(number);
  }

  function lookOn(bay: BayController): void {
    const { number } = bay.place;
    look(bay)
      .catch(onDefect)
      .finally(() => {
        if (isStopped || (watchers.get(number) ?? 0) === 0) return;
        looking.get(number)?.dispose();
        looking.set(
          number,
          clock.after(lookEvery, () => lookOn(bay)),
        );
      });
  }

  function watch(bay: BayController): SyncDisposable {
    const { number } = bay.place;
    const count = (watchers.get(number) ?? 0) + 1;
    watchers.set(number, count);
    if (count === 1) lookOn(bay);
    let isOver = false;
    return {
      dispose() {
        if (isOver) return;
        isOver = true;
        watchers.set(number, (watchers.get(number) ?? 1) - 1);
        if (watchers.get(number) !== 0) return;
        looking.get(number)?.dispose();
        looking.delete(number);
      },
    };
  }

  const subscription = bays.changes.subscribe(({ bay }) => {
    consoles.get(bay)?.bayChanged();
  });

  async function at<Value>(
    bay: number,
    work: (one: BayConsole) => Promise<Result<Value>>,
  ): Promise<Result<Value>> {
    const found = bays.find(bay);
    return found.ok ? work(consoleOf(found.value)) : found;
  }
  const done =
    (work: (one: BayConsole) => Promise<void> | void) =>
    async (one: BayConsole): Promise<Result<void>> => {
      await work(one);
      return ok();
    };

  return {
    handlers: {
      'console.open': ({ bay, columns, rows }) => at(bay, (one) => one.open({ columns, rows })),
      'console.close': ({ bay }) =>
        at(
          bay,
          done((one) => one.close()),
        ),
      'console.change': ({ bay, options: change }) => at(bay, (one) => one.change(change)),
      'console.setSignals': ({ bay, dtr, rts }) => at(bay, (one) => one.setSignals({ dtr, rts })),
      'console.sendBreak': ({ bay }) => at(bay, (one) => one.sendBreak()),
      'console.startLog': ({ bay, path }) => at(bay, (one) => one.startLog(path)),
      'console.stopLog': ({ bay }) =>
        at(
          bay,
          done((one) => one.stopLog()),
        ),
      'console.sendFile': ({ bay, protocol, path }) => at(bay, (one) => one.sendFile(protocol, path)),
      'console.cancelFile': ({ bay }) =>
        at(
          bay,
          done((one) => one.cancelFile()),
        ),
    },
    streams: {
      console({ bay }, listener) {
        const found = bays.find(bay);
        if (!found.ok) return { dispose: () => undefined };
        const tell = (): void => listener({ console: viewOf(found.value) });
        tell();
        const watching = watch(found.value);
        const following = changes.subscribe((change) => {
          if (change.bay === bay) tell();
        });
        return {
          dispose() {
            following.dispose();
            watching.dispose();
          },
        };
      },
    },
    async stop() {
      isStopped = true;
      subscription.dispose();
      updates.dispose();
      for (const timer of looking.values()) timer.dispose();
      looking.clear();
      await Promise.all([...consoles.values()].map((one) => one.close()));
    },
  };
}
