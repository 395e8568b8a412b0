/** The tabs of a bay; the first is the one that a bay opens with. */
export const bayTabs = ['run', 'container', 'files', 'shell', 'serial'] as const;
export type BayTab = (typeof bayTabs)[number];

/** The tabs of the machine's screen; the first is the one that it opens with. */
export const machineTabs = ['doctor', 'cleanup', 'volumes', 'webhooks'] as const;
export type MachineTab = (typeof machineTabs)[number];

/** Where the window is. It stands in the address's hash, so that a reload comes back to the same place. */
export type Place =
  | { screen: 'station' }
  | { screen: 'bay'; bay: number; tab?: BayTab }
  | { screen: 'runs' }
  | { screen: 'run'; runId: string }
  | { screen: 'recipes' }
  | { screen: 'images' }
  | { screen: 'job'; jobId: string }
  | { screen: 'machine'; tab: MachineTab }
  | { screen: 'settings' };

export function placeOf(hash: string): Place {
  const [screen = '', detail = '', part = ''] = hash.replace(/^#\/?/, '').split('/');
  const bay = Number(detail);
  if (screen === 'bay' && Number.isInteger(bay) && bay >= 1) {
    const tab = bayTabs.find((each) => each === part);
    return tab === undefined ? { screen, bay } : { screen, bay, tab };
  }
  if (screen === 'machine') {
    return { screen, tab: machineTabs.find((each) => each === detail) ?? machineTabs[0] };
  }
  if (screen === 'run' && detail !== '') return { screen, runId: detail };
  if (screen === 'job' && detail !== '') return { screen, jobId: detail };
  if (screen === 'images') return { screen };
  if (screen === 'runs' || screen === 'recipes' || screen === 'settings') return { screen };
  return { screen: 'station' };
}

export function hashOf(place: Place): string {
  if (place.screen === 'bay') return `#/bay/${place.bay}${place.tab === undefined ? '' : `/${place.tab}`}`;
  if (place.screen === 'run') return `#/run/${place.runId}`;
  if (place.screen === 'job') return `#/job/${place.jobId}`;
  if (place.screen === 'machine') return `#/machine/${place.tab}`;
  return `#/${place.screen}`;
}

/** Where Escape leads. */
export function parentOf(place: Place): Place {
  if (place.screen === 'job') return { screen: 'images' };
  return place.screen === 'run' ? { screen: 'runs' } : { screen: 'station' };
}

export class Navigation {
  place: Place;
  readonly #window: Window;
  readonly #onHash = (): void => {
    this.place = placeOf(this.#window.location.hash);
  };

  constructor(window: Window) {
    this.#window = window;
    this.place = $state.raw(placeOf(window.location.hash));
    window.addEventListener('hashchange', this.#onHash);
  }

  go(place: Place): void {
    this.#window.history.replaceState(null, '', hashOf(place));
    this.place = place;
  }

  back(): void {
    this.go(parentOf(this.place));
  }

  dispose(): void {
    this.#window.removeEventListener('hashchange', this.#onHash);
  }
}
