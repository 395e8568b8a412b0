import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { Terminal } from '@xterm/xterm';
import { copyText } from '../copy-text.js';
import { linesToAskAbout } from './paste.js';
import { createStrictDocument } from './strict-document.js';
import { followTheme, readTheme } from './theme.js';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** The screen of a terminal: what draws, and what takes keys. */
export interface TerminalScreen {
  readonly size: ScreenSize;
  /** Resolves when it is drawn into the buffer: whoever sends can count on it for not sending too much. */
  write(bytes: Uint8Array | string): Promise<void>;
  /**
   * Draws what was said before this screen was there, at the size that it was said for. What a program asked then was
   * answered then: meanwhile nothing is sent but what is typed. Ends with the size that there is room for.
   */
  replay(bytes: Uint8Array, size: ScreenSize): Promise<void>;
  /** Takes the room that there is; says the size through `onresize` when it is another. */
  fit(): void;
  focus(): void;
  /** Empties the screen and what was scrolled out of it. */
  clear(): void;
  /** Text that is pasted is asked about as if it came from the keyboard. */
  paste(text: string): void;
  /** False when nothing is selected, or the system refuses. */
  copySelection(): boolean;
  /** Marks the next place where the text stands; false when there is none. `''` takes the marks away. */
  find(text: string, direction: 'next' | 'previous'): boolean;
  /** Says output through a live region, at some cost: on demand alone. */
  setScreenReader(on: boolean): void;
  setReadOnly(on: boolean): void;
  dispose(): void;
}

export interface ScreenOptions {
  /** For a screen reader. */
  readonly label: string;
  /** The id of the element that says how it is left. */
  readonly describedBy: string;
  /** What was typed, or what the terminal answers to the program. `binary` is one byte a character. */
  readonly oninput: (data: string, encoding: 'text' | 'binary') => void;
  readonly onresize: (size: ScreenSize) => void;
  /** F6. */
  readonly onleave: () => void;
  /** Ctrl+Shift+F. */
  readonly onsearch: () => void;
  /** Several lines would be run one by one as they arrive. */
  readonly onpaste: (lines: number, paste: () => void) => void;
}

/** Lines that were scrolled out of the screen: bounded, whatever a program prints. */
const scrollback = 10_000;

/** Where xterm.js 6 keeps what makes the spans of its rows. */
const rowFactory = ['_core', '_renderService', '_renderer', 'value', '_rowFactory'];

/** The rows are made through the global document, whatever `documentOverride` says; a test in the real window sees it. */
function giveDocument(terminal: Terminal, document: Document): void {
  const factory = rowFactory.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (Reflect.get(at, name) as unknown) : undefined),
    terminal,
  );
  if (typeof factory === 'object' && factory !== null) Reflect.set(factory, '_document', document);
}

export function createScreen(host: HTMLElement, options: ScreenOptions): TerminalScreen {
  const { oninput, onresize, onleave, onsearch, onpaste } = options;
  const document = host.ownerDocument;
  const strict = createStrictDocument(document);
  const style = getComputedStyle(host);
  const terminal = new Terminal({
    allowProposedApi: true,
    documentOverride: strict.document,
    cursorBlink: false,
    fontFamily: style.fontFamily,
    fontSize: Number.parseFloat(style.fontSize),
    lineHeight: 1.2,
    minimumContrastRatio: 4.5,
    rightClickSelectsWord: false,
    scrollback,
    theme: readTheme(host),
  });
  const fitting = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fitting);
  terminal.loadAddon(search);
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  strict.during(() => terminal.open(host));
  giveDocument(terminal, strict.document);
  terminal.textarea?.setAttribute('aria-label', options.label);
  terminal.textarea?.setAttribute('aria-describedby', options.describedBy);

  let isReplaying = false;
  /** What `onData` says next is a key's: it follows `onKey` at once. */
  let isKey = false;
  let isDisposed = false;
  let told: ScreenSize | null = null;

  function fit(): void {
    if (isReplaying || isDisposed || host.clientWidth === 0 || host.clientHeight === 0) return;
    fitting.fit();
    const { cols: columns, rows } = terminal;
    if (told?.columns === columns && told.rows === rows) return;
    told = { columns, rows };
    onresize(told);
  }

  function paste(text: string): void {
    if (text === '') return;
    const lines = linesToAskAbout(text, terminal.modes.bracketedPasteMode);
    if (lines === 0) terminal.paste(text);
    else onpaste(lines, () => terminal.paste(text));
  }

  function copySelection(): boolean {
    return terminal.hasSelection() && copyText(document, terminal.getSelection());
  }

  /** The few keys that are the window's. Everything else is meant for the program. */
  terminal.attachCustomKeyEventHandler((event) => {
    const key = event.key.toLowerCase();
    const isWindows = event.ctrlKey && event.shiftKey && !event.altKey && !event.metaKey;
    if (event.key === 'F6' && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      if (event.type === 'keydown') onleave();
      return false;
    }
    if (isWindows && (key === 'c' || key === 'f')) {
      event.preventDefault();
      if (event.type !== 'keydown') return false;
      if (key === 'c') copySelection();
      else onsearch();
      return false;
    }
    // The browser's own paste, which brings the text without a permission to read the clipboard.
    return !(isWindows && key === 'v') && !(event.shiftKey && event.key === 'Insert');
  });

  const onPasteEvent = (event: ClipboardEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    paste(event.clipboardData?.getData('text/plain') ?? '');
  };
  host.addEventListener('paste', onPasteEvent, { capture: true });

  let frame = 0;
  const sizes = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(fit);
  });
  sizes.observe(host);
  const stopFollowing = followTheme(document, () => {
    terminal.options.theme = readTheme(host);
  });
  terminal.onKey(() => {
    isKey = true;
  });
  terminal.onData((data) => {
    if (!isReplaying || isKey) oninput(data, 'text');
    isKey = false;
  });
  terminal.onBinary((data) => {
    if (!isReplaying) oninput(data, 'binary');
  });

  const write = (bytes: Uint8Array | string): Promise<void> =>
    new Promise((resolve) => terminal.write(bytes, resolve));

  return {
    get size() {
      return { columns: terminal.cols, rows: terminal.rows };
    },
    write,
    async replay(bytes, { columns, rows }) {
      isReplaying = true;
      terminal.reset();
      terminal.resize(columns, rows);
      told = { columns, rows };
      await write(bytes);
      isReplaying = false;
      fit();
      // Once more, whatever came in between: it costs a frame, and a screen that stays blank costs a shell.
      terminal.refresh(0, terminal.rows - 1);
    },
    fit,
    focus: () => terminal.focus(),
    clear: () => terminal.clear(),
    paste,
    copySelection,
    find(text, direction) {
      if (text === '') {
        search.clearDecorations();
        terminal.clearSelection();
        return false;
      }
      return direction === 'next'
        ? search.findNext(text, { caseSensitive: false })
        : search.findPrevious(text, { caseSensitive: false });
    },
    setScreenReader: (on) => void (terminal.options.screenReaderMode = on),
    setReadOnly(on) {
      terminal.options.disableStdin = on;
      terminal.options.cursorInactiveStyle = on ? 'none' : 'outline';
    },
    dispose() {
      isDisposed = true;
      cancelAnimationFrame(frame);
      sizes.disconnect();
      stopFollowing();
      host.removeEventListener('paste', onPasteEvent, { capture: true });
      terminal.dispose();
      strict.dispose();
    },
  };
}
