import type { Place } from './navigation.svelte.js';

/** What a key can ask for. Digits and arrows are not here: they belong to the bays. */
export type Command =
  | 'help'
  | 'go-station'
  | 'go-runs'
  | 'go-recipes'
  | 'go-images'
  | 'go-machine'
  | 'go-settings'
  | 'zoom-in'
  | 'zoom-out'
  | 'zoom-reset'
  | 'back'
  | 'flash'
  | 'abort'
  | 'open-bay'
  | 'reset-counters'
  | 'previous-bay'
  | 'next-bay'
  | 'search-log'
  | 'follow-log'
  | 'copy-log'
  | 'save-log'
  | 'times-log'
  | 'jump-log'
  | 'download-file'
  | 'upload-files'
  | 'reload-panel'
  | 'filter-runs'
  | 'older-runs'
  | 'clear-filter'
  | 'filter-images'
  | 'export-runs'
  | 'print-label';

type Screen = Place['screen'];

export interface KeyBinding {
  readonly command: Command;
  /** As in `KeyboardEvent.key`, letters in lower case. The first is the one that is shown. */
  readonly keys: readonly [string, ...string[]];
  readonly control?: boolean;
  /** Everywhere when it is left out. */
  readonly screens?: readonly Screen[];
}

/** Every key of the window; the help and the tooltips are drawn from it. */
export const keyBindings: readonly KeyBinding[] = [
  { command: 'help', keys: ['?'] },
  { command: 'back', keys: ['Escape'] },
  { command: 'go-station', keys: ['1'], control: true },
  { command: 'go-runs', keys: ['2'], control: true },
  { command: 'go-recipes', keys: ['3'], control: true },
  { command: 'go-machine', keys: ['5'], control: true },
  { command: 'go-images', keys: ['6'], control: true },
  { command: 'go-settings', keys: [','], control: true },
  { command: 'zoom-in', keys: ['+', '='], control: true },
  { command: 'zoom-out', keys: ['-'], control: true },
  { command: 'zoom-reset', keys: ['0'], control: true },
  { command: 'open-bay', keys: ['Enter'], screens: ['station'] },
  { command: 'flash', keys: ['f'], screens: ['station', 'bay'] },
  { command: 'abort', keys: ['a'], screens: ['station', 'bay'] },
  { command: 'reset-counters', keys: ['n'], screens: ['station'] },
  { command: 'previous-bay', keys: ['PageUp'], control: true, screens: ['bay'] },
  { command: 'next-bay', keys: ['PageDown'], control: true, screens: ['bay'] },
  { command: 'reload-panel', keys: ['r'], screens: ['bay'] },
  { command: 'search-log', keys: ['l'], screens: ['station', 'bay', 'run'] },
  { command: 'search-log', keys: ['f'], control: true, screens: ['bay', 'run'] },
  { command: 'follow-log', keys: ['o'], screens: ['bay', 'run'] },
  { command: 'copy-log', keys: ['c'], screens: ['bay', 'run'] },
  { command: 'save-log', keys: ['s'], screens: ['bay', 'run'] },
  { command: 'times-log', keys: ['t'], screens: ['bay', 'run'] },
  { command: 'jump-log', keys: ['g'], screens: ['bay', 'run'] },
  { command: 'download-file', keys: ['d'], screens: ['bay'] },
  { command: 'upload-files', keys: ['u'], screens: ['bay'] },
  { command: 'filter-runs', keys: ['u'], screens: ['runs'] },
  { command: 'filter-images', keys: ['u'], screens: ['images'] },
  { command: 'older-runs', keys: ['m'], screens: ['runs'] },
  { command: 'clear-filter', keys: ['x'], screens: ['runs'] },
  { command: 'export-runs', keys: ['e'], screens: ['runs'] },
  { command: 'print-label', keys: ['p'], screens: ['run'] },
];

/** As much of a KeyboardEvent as decides. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const shownNames: Partial<Record<string, string>> = { Escape: 'Esc', PageUp: 'PgUp', PageDown: 'PgDn' };

/** As a key is written on a button: `F`, `Ctrl+,`. Key names are the same in both languages. */
export function shownKey(binding: KeyBinding): string {
  const [key] = binding.keys;
  const name = shownNames[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  return binding.control === true ? `Ctrl+${name}` : name;
}

/** The key that is shown for a command. */
export function keyFor(command: Command): string | undefined {
  const binding = keyBindings.find((each) => each.command === command);
  return binding === undefined ? undefined : shownKey(binding);
}

/**
 * What a key asks for on this screen; undefined where it means nothing. While someone types, only
 * Escape and keys with Ctrl (or Cmd) are commands.
 */
export function commandOf(press: KeyPress, screen: Screen, typing: boolean): Command | undefined {
  if (press.altKey) return undefined;
  const control = press.ctrlKey || press.metaKey;
  if (typing && !control && press.key !== 'Escape') return undefined;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  return keyBindings.find(
    (binding) =>
      (binding.control ?? false) === control &&
      binding.keys.includes(key) &&
      (binding.screens === undefined || binding.screens.includes(screen)),
  )?.command;
}
