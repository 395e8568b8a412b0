// npm run dev: the station's window from the sources, built anew at every change. A change of the main
// process or the preload restarts the window; a change of the page reloads it (the main process watches
// dist/renderer by itself when SLIPWAY_DEV is set).
//
//   npm run dev -- --widgets 2   how many virtual widgets to plug in (4)
import { parseArgs } from 'node:util';
import { aborted, cleanup } from './lib/cleanup.mjs';
import { makeDemoHome, plugWidgets } from './lib/demo-parts.mjs';
import { openDisplay } from './lib/display.mjs';
import { isMain, runMain } from './lib/main.mjs';
import { say, step } from './lib/say.mjs';
import { setUpStation } from './lib/station-setup.mjs';
import { startWindow } from './lib/window-process.mjs';

/** How long to wait for more changes before the window restarts: an editor saves several files. */
const settleMs = 300;

/**
 * Keeps one window running, and starts it anew when asked.
 * @param {() => import('./lib/window-process.mjs').WindowProcess} start
 */
function keepWindow(start) {
  /** @type {import('./lib/window-process.mjs').WindowProcess | undefined} */
  let current;
  /** @type {(code: number) => void} */
  let tellClosed;
  /** @type {Promise<number>} resolves when the person closes the window */
  const closed = new Promise((resolve) => {
    tellClosed = resolve;
  });
  let work = Promise.resolve();
  const begin = () => {
    const window = start();
    current = window;
    void window.ended.then((code) => {
      if (current === window) tellClosed(code);
    });
  };
  const end = async () => {
    const window = current;
    current = undefined;
    await window?.stop(5000);
  };
  return {
    closed,
    restart: () => {
      work = work.then(end).then(begin);
    },
    stop: () => work.then(end),
  };
}

async function main() {
  const { values } = parseArgs({ options: { widgets: { type: 'string', default: '4' } } });
  const end = cleanup();
  try {
    step('Setting up');
    const { runtime } = await setUpStation({ window: true, defer: end.defer });
    if (runtime === undefined || end.signal.aborted) return 130;
    const { home, devices } = await makeDemoHome({ name: 'dev-home' });
    const display = await openDisplay();
    end.defer(display.close);

    step('Watching');
    say(`the station's home folder: ${home}`);
    const env = { ...process.env, DISPLAY: display.name, SLIPWAY_HOME: home, SLIPWAY_DEV: '1' };
    const window = keepWindow(() => startWindow({ executable: runtime.executable, env }));
    end.defer(window.stop);
    const waitedFor = new Set(['main', 'preload', 'renderer']);
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const { watch } = await import('./build.mjs');
    const close = await watch({
      onBuilt: (part) => {
        const first = waitedFor.delete(part);
        if (waitedFor.size > 0 || (part === 'renderer' && !first)) return;
        clearTimeout(timer);
        timer = setTimeout(window.restart, settleMs);
      },
    });
    end.defer(async () => {
      clearTimeout(timer);
      await close();
    });
    const widgets = Number(values.widgets);
    if (widgets > 0) end.defer(plugWidgets({ devices, count: widgets, onEvent: () => undefined }));
    await Promise.race([window.closed, aborted(end.signal)]);
    return 0;
  } finally {
    step('Cleaning up');
    await end.run();
  }
}

if (isMain(import.meta.url)) runMain(main);
