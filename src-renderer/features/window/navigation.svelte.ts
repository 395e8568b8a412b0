import { filterOf, queryOf, type RunsFilter } from '../history/runs-filter.js';

/** The tabs of a bay; the first is the one that a bay opens with. */
export const bayTabs = ['run', 'container', 'files', 'shell', 'serial'] as const;
export type BayTab = (typeof bayTabs)[number];

/** The tabs of the machine's screen; the first is the one that it opens with. */
export const machineTabs = ['doctor', 'cleanup', 'volumes', 'webhooks'] as const;
export type MachineTab = (typeof machineTabs)[number];

/** The tabs of the history; the first is the one that it opens with. */
export const runsTabs = ['list', 'charts', 'batches', 'shifts', 'records'] as const;
export type RunsTab = (typeof runsTabs)[number];

/** Where the window is. It stands in the address's hash, so that a reload comes back to the same place. */
export type Place =
  | { screen: 'station' }
  | { screen: 'bay'; bay: number; tab?: BayTab }
  | { screen: 'runs'; tab?: RunsTab; filter?: RunsFilter }
  | { screen: 'run'; runId: string; tab?: 'log' }
  | { screen: 'unit'; serial: string }
  | { screen: 'compare'; one: string; other: string }
  | { screen: 'batch'; batch: number }
  | { screen: 'recipes' }
  /** `chosen`: the key of the row whose details are shown. */
  | { screen: 'images'; chosen?: string }
  | { screen: 'job'; jobId: string }
  | { screen: 'machine'; tab: MachineTab }
  | { screen: 'settings' };

export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [screen = '', detail = '', part = ''] = path.split('/');
  const bay = Number(detail);
  if (screen === 'bay' && Number.isInteger(bay) && bay >= 1) {
    const tab = bayTabs.find((each) => each === part);
    return tab === undefined ? { screen, bay } : { screen, bay, tab };
  }
  if (screen === 'machine') {
    return { screen, tab: machineTabs.find((each) => each === detail) ?? machineTabs[0] };
  }
  if (screen === 'runs') {
    const filter = filterOf(query);
    const tab = runsTabs.find((each) => each === detail) ?? runsTabs[0];
    return {
      screen,
      ...(tab === runsTabs[0] ? {} : { tab }),
      ...(Object.keys(filter).length === 0 ? {} : { filter }),
    };
  }
  if (screen === 'unit' && detail !== '') return { screen, serial: decoded(detail) };
  if (screen === 'compare' && detail !== '' && part !== '') return { screen, one: detail, other: part };
  if (screen === 'batch' && /^[1-9]\d*$/.test(detail)) return { screen, batch: Number(detail) };
  if (screen === 'run' && detail !== '') {
    return { screen, runId: detail, ...(part === 'log' ? { tab: part } : {}) };
  }
  if (screen === 'job' && detail !== '') return { screen, jobId: detail };
  if (screen === 'images') return detail === '' ? { screen } : { screen, chosen: decoded(detail) };
  if (screen === 'recipes' || screen === 'settings') return { screen };
  return { screen: 'station' };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}

export function hashOf(place: Place): string {
  if (place.screen === 'bay') return `#/bay/${place.bay}${place.tab === undefined ? '' : `/${place.tab}`}`;
  if (place.screen === 'run') return `#/run/${place.runId}${place.tab === undefined ? '' : `/${place.tab}`}`;
  if (place.screen === 'runs') {
    const query = queryOf(place.filter ?? {});
    const tab = place.tab === undefined || place.tab === runsTabs[0] ? '' : `/${place.tab}`;
    return `#/runs${tab}${query === '' ? '' : `?${query}`}`;
  }
  if (place.screen === 'unit') return `#/unit/${encodeURIComponent(place.serial)}`;
  if (place.screen === 'compare') return `#/compare/${place.one}/${place.other}`;
  if (place.screen === 'batch') return `#/batch/${place.batch}`;
  if (place.screen === 'job') return `#/job/${place.jobId}`;
  if (place.screen === 'machine') return `#/machine/${place.tab}`;
  if (place.screen === 'images' && place.chosen !== undefined) {
    return `#/images/${encodeURIComponent(place.chosen)}`;
  }
  return `#/${place.screen}`;
}

/** Where Escape leads when nobody knows where one came from. */
export function parentOf(place: Place): Place {
  if (place.screen === 'job') return { screen: 'images' };
  if (place.screen === 'batch') return { screen: 'runs', tab: 'batches' };
  return isWithinHistory(place) ? { screen: 'runs' } : { screen: 'station' };
}

/** Pages that one comes to from different places, and goes back to where one came from. */
function isWithinHistory({ screen }: Place): boolean {
  return screen === 'run' || screen === 'unit' || screen === 'compare' || screen === 'batch';
}

/** No longer way back than this is remembered. */
const longestTrail = 20;

export class Navigation {
  place: Place;
  /** The places on the way to this one, as hashes; kept in the history's state, so that a reload keeps them. */
  #trail: readonly string[];
  readonly #window: Window;
  readonly #onHash = (): void => {
    this.#trail = [];
    this.place = placeOf(this.#window.location.hash);
  };

  constructor(window: Window) {
    this.#window = window;
    this.#trail = trailOf(window.history.state);
    this.place = $state.raw(placeOf(window.location.hash));
    window.addEventListener('hashchange', this.#onHash);
  }

  go(place: Place): void {
    const from = hashOf(this.place);
    const isSame = from === hashOf(place);
    if (!isWithinHistory(place)) this.#trail = [];
    else if (!isSame) this.#trail = [...this.#trail, from].slice(-longestTrail);
    this.#show(place);
  }

  /** Changes what the present place shows: its filter, its tab. The way back stays. */
  refine(place: Place): void {
    this.#show(place);
  }

  back(): void {
    const before = this.#trail.at(-1);
    this.#trail = this.#trail.slice(0, -1);
    this.#show(before === undefined ? parentOf(this.place) : placeOf(before));
  }

  dispose(): void {
    this.#window.removeEventListener('hashchange', this.#onHash);
  }

  #show(place: Place): void {
    this.#window.history.replaceState({ trail: this.#trail }, '', hashOf(place));
    this.place = place;
  }
}

function trailOf(state: unknown): readonly string[] {
  if (typeof state !== 'object' || state === null || !('trail' in state)) return [];
  const { trail } = state;
  return Array.isArray(trail) ? trail.filter((hash) => typeof hash === 'string') : [];
}
