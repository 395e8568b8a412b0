import type { BrowserWindow } from 'electron';
import type { ParsedInput } from '../../src-shared/contract.js';
import type { Messages } from '../../src-shared/messages/messages.js';
import type { BayView } from '../../src-shared/model/bay.js';
import { fail, ok, type Result } from '../../src-shared/model/result.js';
import type { Clock } from '../core/clock.js';
import type { SyncDisposable } from '../core/disposable.js';
import type { Station } from '../core/station-api.js';
import type { Navigation } from './hardening.js';
import type { Log } from './log.js';
import { createPanelSession, type PanelSession } from './panel-session.js';
import { createPanel, type Panel, type PanelOptions } from './panel-view.js';

export interface PanelsOptions {
  readonly window: BrowserWindow;
  readonly station: Pick<Station, 'subscribe'>;
  readonly navigation: Navigation;
  readonly clock: Clock;
  readonly log: Log;
  readonly messages: () => Messages;
  readonly onShortcut: PanelOptions['onShortcut'];
  /** The window's zoom; 1 is 100 %. */
  readonly zoom: () => number;
}

/** The bays' panels: made when they are first looked at, gone with their run's container. */
export interface Panels extends SyncDisposable {
  place(wanted: ParsedInput<'panel.place'>): Result<void>;
  hide(): void;
  reload(bay: number): Result<void>;
  focus(bay: number): Result<void>;
  /** The panel that is shown gets the keyboard, if there is one. */
  focusShown(): void;
  /** The window's zoom or language has changed. */
  refresh(): void;
  /** How many there are, shown or hidden. */
  readonly count: number;
}

interface Open {
  readonly facts: Published;
  readonly panel: Panel;
}

/** A run whose panel is published. */
interface Published {
  readonly runId: string;
  readonly port: number;
}

export function createPanels(options: PanelsOptions): Panels {
  const { window, station, zoom, ...parts } = options;
  const { log } = parts;
  const sessions = new Map<number, PanelSession>();
  const open = new Map<number, Open>();
  /** Every bay there is; null where no panel is published. */
  const published = new Map<number, Published | null>();
  /** The bays whose run goes on. */
  const running = new Set<number>();
  let wanted: ParsedInput<'panel.place'> | undefined;

  function sessionOf(bay: number): PanelSession {
    const known = sessions.get(bay);
    if (known !== undefined) return known;
    const made = createPanelSession(bay, log);
    sessions.set(bay, made);
    return made;
  }

  function close(bay: number): void {
    const gone = open.get(bay);
    open.delete(bay);
    gone?.panel.dispose();
  }

  function panelOf(bay: number, facts: Published): Panel {
    const present = open.get(bay);
    if (present !== undefined) return present.panel;
    const isRunning = (): boolean => running.has(bay) && open.get(bay)?.facts === facts;
    const { port } = facts;
    const panel = createPanel({ ...parts, window, bay, port, panelSession: sessionOf(bay), isRunning });
    open.set(bay, { facts, panel });
    return panel;
  }

  function show({ bay, bounds }: ParsedInput<'panel.place'>): void {
    const facts = published.get(bay);
    if (facts === undefined || facts === null) return;
    const factor = zoom();
    // The page measures in CSS pixels, views lie in the window's own.
    const inWindow = (length: number): number => Math.round(length * factor);
    const { x, y, width, height } = bounds;
    panelOf(bay, facts).show(
      { x: inWindow(x), y: inWindow(y), width: inWindow(width), height: inWindow(height) },
      factor,
    );
  }

  function want(place: ParsedInput<'panel.place'> | undefined): void {
    wanted = place;
    for (const [bay, { panel }] of open) if (bay !== place?.bay) panel.hide();
    if (place !== undefined) show(place);
  }

  /** Takes over what a bay shows now, and closes the panel that has lost its container. */
  function update(bay: BayView): void {
    const { number, run } = bay;
    if (run !== null && run.endedAt === null) running.add(number);
    else running.delete(number);
    const before = published.get(number);
    const isPublished = run !== null && run.panelPort !== null;
    if (isPublished && before?.runId === run.id && before.port === run.panelPort) return;
    published.set(number, isPublished ? { runId: run.id, port: run.panelPort ?? 0 } : null);
    close(number);
    if (isPublished && wanted?.bay === number) show(wanted);
  }

  const bays = station.subscribe('bays', undefined, (message) => {
    if (message.kind === 'bay') {
      update(message.bay);
      return;
    }
    const present = new Set(message.bays.map(({ number }) => number));
    for (const number of [...published.keys()].filter((each) => !present.has(each))) {
      published.delete(number);
      running.delete(number);
      close(number);
    }
    message.bays.forEach(update);
  });
  const hide = (): void => want(undefined);
  const known = (bay: number): Result<void> => (published.has(bay) ? ok() : fail('bay-unknown', { bay }));
  // A page that has just been loaded has not asked for a panel yet; the panels themselves live on.
  window.webContents.on('did-navigate', hide);
  window.webContents.on('render-process-gone', hide);

  return {
    place(place) {
      const answer = known(place.bay);
      if (answer.ok) want(place);
      return answer;
    },
    hide,
    reload(bay) {
      open.get(bay)?.panel.reload();
      return known(bay);
    },
    focus(bay) {
      if (wanted?.bay === bay) open.get(bay)?.panel.focus();
      return known(bay);
    },
    focusShown: () => (wanted === undefined ? undefined : open.get(wanted.bay)?.panel.focus()),
    refresh() {
      for (const { panel } of open.values()) panel.redraw();
      if (wanted !== undefined) show(wanted);
    },
    get count() {
      return open.size;
    },
    dispose() {
      bays.dispose();
      for (const bay of [...open.keys()]) close(bay);
    },
  };
}
