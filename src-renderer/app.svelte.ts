import { createContext } from 'svelte';
import type { SlipwayBridge } from '../src-shared/bridge.js';
import { createClient, type Client } from './client/client.js';
import { createBayActions, type BayActions } from './features/bays/bay-actions.js';
import { Selection } from './features/bays/selection.svelte.js';
import { createLogSearcher, type LogSearcher } from './features/log/log-searcher.js';
import { Announcer } from './features/window/announcer.svelte.js';
import { Commands } from './features/window/commands.js';
import { Dialogs } from './features/window/dialogs.svelte.js';
import { Navigation } from './features/window/navigation.svelte.js';
import { Toasts } from './features/window/toasts.svelte.js';
import { SettingsDrafts } from './features/settings/settings-drafts.svelte.js';
import { BaysMirror } from './state/bays.svelte.js';
import { Language } from './state/language.svelte.js';
import { RecipesMirror } from './state/recipes.svelte.js';
import { StationMirror } from './state/station.svelte.js';
import { Ticker } from './state/ticker.svelte.js';

/** All that the screens are drawn from, and all that they can ask for. */
export interface App {
  readonly client: Client;
  readonly window: Window;
  readonly station: StationMirror;
  readonly bays: BaysMirror;
  readonly recipes: RecipesMirror;
  readonly language: Language;
  readonly ticker: Ticker;
  readonly navigation: Navigation;
  readonly selection: Selection;
  readonly actions: BayActions;
  readonly commands: Commands;
  readonly dialogs: Dialogs;
  readonly toasts: Toasts;
  readonly announcer: Announcer;
  readonly drafts: SettingsDrafts;
  readonly logSearcher: LogSearcher;
  dispose(): void;
}

export const [useApp, provideApp] = createContext<App>();

/** The one place where the page is put together. */
export function createApp(bridge: SlipwayBridge, window: Window): App {
  const report = (bug: unknown): void => globalThis.reportError(bug);
  const client = createClient(bridge);
  const station = new StationMirror(client);
  const bays = new BaysMirror(client, window);
  const recipes = new RecipesMirror(client);
  const language = new Language(station, window.navigator.language, report);
  const navigation = new Navigation(window);
  const selection = new Selection(bays);
  const commands = new Commands();
  const dialogs = new Dialogs();
  const toasts = new Toasts();
  const announcer = new Announcer(client);
  const actions = createBayActions(client, bays, dialogs, toasts);
  const logSearcher = createLogSearcher(window);
  const drafts = new SettingsDrafts(client, station, window.sessionStorage);

  /** A call that the station could not answer is a bug: the operator learns at least that it did not happen. */
  const onBug = (): void => toasts.show(null);
  window.addEventListener('unhandledrejection', onBug);

  const endings = [
    () => window.removeEventListener('unhandledrejection', onBug),
    client.subscribe('quitAsked', undefined, ({ running }) => dialogs.open({ kind: 'quit', running })),
    () => logSearcher.dispose(),
    () => announcer.dispose(),
    () => toasts.dispose(),
    () => navigation.dispose(),
    () => recipes.dispose(),
    () => bays.dispose(),
    () => station.dispose(),
  ];

  return {
    client,
    window,
    station,
    bays,
    recipes,
    language,
    ticker: new Ticker(),
    navigation,
    selection,
    actions,
    commands,
    dialogs,
    toasts,
    announcer,
    drafts,
    logSearcher,
    dispose: () => endings.forEach((end) => end()),
  };
}
