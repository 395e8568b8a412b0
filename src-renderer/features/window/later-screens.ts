/**
 * What the first look at a station does not need: its code is fetched while the window has nothing to do, and at
 * the latest when it is asked for.
 */
export const laterScreens = {
  batch: () => import('../history/BatchScreen.svelte'),
  compare: () => import('../history/CompareScreen.svelte'),
  history: () => import('../history/HistoryScreen.svelte'),
  images: () => import('../images/ImagesScreen.svelte'),
  job: () => import('../jobs/JobScreen.svelte'),
  machine: () => import('../machine/MachineScreen.svelte'),
  recipes: () => import('../recipes/RecipesScreen.svelte'),
  run: () => import('../history/RunScreen.svelte'),
  settings: () => import('../settings/SettingsScreen.svelte'),
  unit: () => import('../history/UnitScreen.svelte'),
};

/** The same of a bay. */
export const laterTabs = {
  container: () => import('../container/ContainerTab.svelte'),
  files: () => import('../files/FilesTab.svelte'),
  serial: () => import('../serial/SerialTab.svelte'),
  shell: () => import('../shells/ShellTab.svelte'),
};

/** In ms: while a station starts, its window waits for it, and is not idle for want of work. */
const quietStart = 5000;

/** Fetches one after the other, each when the page is idle: none of them may hold up a flash that is shown. */
export function fetchWhenIdle(window: Window): void {
  const left: (() => Promise<unknown>)[] = [...Object.values(laterScreens), ...Object.values(laterTabs)];
  const next = (): void => {
    const load = left.shift();
    if (load === undefined) return;
    window.requestIdleCallback(() => void load().then(next));
  };
  window.setTimeout(next, quietStart);
}
