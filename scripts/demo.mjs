// npm run demo: four virtual widgets, each flashed by a container of its own, in the station's window.
//
//   npm run demo                                the whole demo, until the window is closed
//   npm run demo -- --headless                  on a virtual display, even where there is a real one
//   npm run demo -- --fresh                     forgets what earlier demos recorded
//   npm run demo -- --exit-after-verdicts 4     ends by itself once so many runs have their verdict
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { aborted, cleanup } from './lib/cleanup.mjs';
import { makeDemoHome, plugWidgets } from './lib/demo-parts.mjs';
import { openDisplay } from './lib/display.mjs';
import { isMain, projectRoot, runMain } from './lib/main.mjs';
import { run } from './lib/run.mjs';
import { duration, say, step, Trouble } from './lib/say.mjs';
import { setUpStation } from './lib/station-setup.mjs';
import { startWindow } from './lib/window-process.mjs';

/**
 * The verdicts that a home's records hold.
 * @param {string} home
 * @returns {Promise<string[]>}
 */
async function verdictsIn(home) {
  const args = [join(projectRoot, 'bin', 'slipway.js'), 'runs', 'list', '--json', '--home', home];
  const listed = await run(process.execPath, args, { capture: true, timeoutMs: 30_000 });
  return listed.stdout
    .split('\n')
    .map((line) => {
      try {
        return JSON.parse(line);
      } catch {
        return undefined; // A line that is still being written, or none.
      }
    })
    .map((value) => value?.verdict ?? value?.run?.verdict)
    .filter((verdict) => typeof verdict === 'string');
}

/**
 * Waits until the station has opened its records, which it does before it watches ports.
 * @param {string} home
 * @param {AbortSignal} signal
 */
async function stationOpened(home, signal) {
  while (!existsSync(join(home, 'records.db')) && !signal.aborted) await sleep(100);
  // The window is drawn a moment later; the widgets are to be seen arriving.
  await sleep(2000, undefined, { signal }).catch(() => undefined);
}

/**
 * @param {{ home: string, before: number, wanted: number, signal: AbortSignal }} options
 */
async function verdictsReached({ home, before, wanted, signal }) {
  while (!signal.aborted) {
    const verdicts = (await verdictsIn(home)).length - before;
    if (verdicts >= wanted) return;
    await sleep(2000, undefined, { signal }).catch(() => undefined);
  }
}

function introduce() {
  say('Slipway demo. It is going to');
  say('  1. install what is missing: npm packages here, Debian packages through apt-get');
  say('  2. start a container engine if none answers, and find an Electron to run');
  say("  3. make the demo's images: the base system by debootstrap, the legacy flasher on top of it");
  say('  4. open the station, plug four virtual widgets in and flash them');
  say('The first time takes some minutes. Apart from those packages, nothing outside this folder and the');
  say('cache is changed; what is started here is stopped at the end. Ctrl-C ends it at any time.');
}

/** @param {Record<string, unknown>} event */
function tellWidget(event) {
  const name = String(event['serial'] ?? '');
  if (event['type'] === 'plugged') say(`widget ${name}: plugged in`);
  else if (event['type'] === 'unplugged') say(`widget ${name}: unplugged`);
  else if (event['type'] === 'booted') say(`widget ${name}: boots its new image`);
  else if (event['type'] === 'progress' && Number(event['percent']) % 25 === 0) {
    say(`widget ${name}: ${Number(event['percent'])} % received`);
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      headless: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      widgets: { type: 'string', default: '4' },
      'exit-after-verdicts': { type: 'string' },
    },
  });
  const wanted =
    values['exit-after-verdicts'] === undefined ? undefined : Number(values['exit-after-verdicts']);
  if (wanted !== undefined && !(wanted > 0))
    throw new Trouble('--exit-after-verdicts needs a number above 0.');
  introduce();
  const begun = Date.now();
  const end = cleanup();
  try {
    step('Setting up');
    const { runtime } = await setUpStation({ window: true, defer: end.defer });
    const { build } = await import('./build.mjs');
    await build();
    const { home, devices } = await makeDemoHome({ name: 'demo-home', fresh: values.fresh });
    if (end.signal.aborted || runtime === undefined) return 130;

    step(`The station (set up in ${duration(Date.now() - begun)})`);
    const display = await openDisplay({ ownToo: values.headless });
    end.defer(display.close);
    const before = wanted === undefined ? 0 : (await verdictsIn(home)).length;
    say(`its home folder: ${home}`);
    const env = { ...process.env, DISPLAY: display.name, SLIPWAY_HOME: home };
    const window = startWindow({ executable: runtime.executable, env });
    end.defer(() => window.stop());
    const closed = window.ended.then((code) => ({ code }));

    const opened = stationOpened(home, end.signal);
    const early = await Promise.race([closed, opened]);
    if (early !== undefined) throw new Trouble(`The window ended at once, with code ${early.code}.`);
    if (end.signal.aborted) return 130;
    end.defer(plugWidgets({ devices, count: Number(values.widgets), onEvent: tellWidget }));
    say('virtual widgets are being plugged in; close the window, or press Ctrl-C here, to end the demo');

    const reached =
      wanted === undefined ? undefined : verdictsReached({ home, before, wanted, signal: end.signal });
    const why = await Promise.race([
      closed,
      aborted(end.signal),
      ...(reached === undefined ? [] : [reached]),
    ]);
    if (why !== undefined) return why.code;
    if (end.signal.aborted) return 130;
    const verdicts = (await verdictsIn(home)).slice(0, wanted);
    say(`verdicts: ${verdicts.join(' ')}`);
    return verdicts.every((verdict) => verdict === 'PASS') ? 0 : 1;
  } finally {
    step('Cleaning up');
    await end.run();
  }
}

if (isMain(import.meta.url)) runMain(main);
