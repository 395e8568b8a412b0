import type { ITheme } from '@xterm/xterm';

/** The tokens of `styles/tokens.css` that a terminal is drawn with. */
const tokens = {
  background: '--term-ground',
  foreground: '--term-ink',
  cursor: '--term-cursor',
  cursorAccent: '--term-ground',
  selectionBackground: '--term-selection',
  selectionInactiveBackground: '--term-selection-quiet',
  scrollbarSliderBackground: '--term-scrollbar',
  scrollbarSliderHoverBackground: '--term-scrollbar-hover',
  scrollbarSliderActiveBackground: '--term-scrollbar-hover',
  black: '--term-black',
  red: '--term-red',
  green: '--term-green',
  yellow: '--term-yellow',
  blue: '--term-blue',
  magenta: '--term-magenta',
  cyan: '--term-cyan',
  white: '--term-white',
  brightBlack: '--term-bright-black',
  brightRed: '--term-bright-red',
  brightGreen: '--term-bright-green',
  brightYellow: '--term-bright-yellow',
  brightBlue: '--term-bright-blue',
  brightMagenta: '--term-bright-magenta',
  brightCyan: '--term-bright-cyan',
  brightWhite: '--term-bright-white',
} as const satisfies Partial<Record<keyof ITheme, string>>;

/** What the tokens are now, in the theme that is shown. A probe in the page resolves `light-dark()`. */
export function readTheme(host: HTMLElement): ITheme {
  const probe = host.ownerDocument.createElement('span');
  probe.hidden = true;
  host.append(probe);
  const resolved = Object.entries(tokens).map(([part, token]) => {
    probe.style.color = `var(${token})`;
    return [part, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(resolved) as ITheme;
}

/** Calls whenever another theme shows: the settings', or the system's. Until what it returns is called. */
export function followTheme(document: Document, onChange: () => void): () => void {
  const ofSystem = matchMedia('(prefers-color-scheme: dark)');
  const ofSettings = new MutationObserver(onChange);
  ofSystem.addEventListener('change', onChange);
  ofSettings.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    ofSystem.removeEventListener('change', onChange);
    ofSettings.disconnect();
  };
}
