import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { stringify } from 'yaml';
import { z } from 'zod';
import { makeBench } from '../test/integration/station-harness.js';
import { openWindow, type TestWindow } from '../test/e2e/harness/window.js';
import { figure, percentile, type Bench, type Figure } from './figures.js';
import { createTerminals } from './terminals.js';

const bays = 16;
const linesPerSecond = 50;

export const bench: Bench = {
  title: 'Sixteen bays of fifty progress lines a second: the renderer’s longest task',
  needs: ['build', 'engine', 'window'],
  async run({ folder, projectRoot, say, quick }) {
    const seconds = quick ? 8 : 30;
    const place = await makeBench({ locale: 'en', autoFlash: true });
    try {
      writeFileSync(join(place.home, 'recipes', 'progress-lines.yaml'), stringify(recipe));
      const terminals = createTerminals(place.devices, bays, 'ttyLINES');
      place.defer(() => terminals.dispose());
      const window = await openWindow({ entry: projectRoot, home: place.home });
      place.defer(() => window.end());
      for (let index = 0; index < bays; index++) terminals.plug(index);
      await everyBayShowsProgress(window);

      say(`watching the station for ${seconds} s`);
      const grid = await watch(window, place.home, join(folder, 'grid.json'), seconds);
      await window.page.keyboard.press('1');
      await window.page.keyboard.press('Enter');
      say(`watching a bay with its log for ${seconds} s`);
      const bay = await watch(window, place.home, join(folder, 'bay.json'), seconds);
      return [...figuresOf('the station’s grid', grid), ...figuresOf('one bay with its live log', bay)];
    } finally {
      await place.dispose();
    }
  },
};

/** A flasher that says how far it is, evenly, for ten minutes. */
const recipe = {
  name: 'progress-lines',
  title: { en: 'Progress lines', es: 'Líneas de progreso' },
  model: 'widgy',
  minimumSupport: 'unknown',
  match: { path: '**/ttyLINES*' },
  image: { name: 'slipway-test-tool' },
  container: {
    mounts: [],
    network: 'none',
    command: [
      'perl',
      '-e',
      `$| = 1; for my $n (0 .. ${600 * linesPerSecond}) {
         printf "writing: %d%% block %d of the image is on its way to the device\\n", $n / ${6 * linesPerSecond}, $n;
         select(undef, undef, undef, ${1 / linesPerSecond});
       }`,
    ],
    limits: { memory: '64MiB', pids: 16 },
  },
  flash: {
    start: 'launch',
    progress: [{ log: '^(?<step>writing): (?<percent>\\d+)% (?<message>.*)$' }],
    success: [{ exitCode: 0 }],
    timeout: '15m',
  },
  after: 'remove',
};

async function everyBayShowsProgress({ page }: TestWindow): Promise<void> {
  for (let number = 1; number <= bays; number++) {
    await page.locator(`[data-bay="${number}"]`, { hasText: 'writing' }).waitFor({ timeout: 180_000 });
  }
}

/** Wall and processor time of every task of the page's main thread, in ms. */
interface Task {
  ms: number;
  processorMs: number;
}

/** What was seen of the page while lines came in. */
interface Watched {
  tasks: Task[];
  /** Lines that all logs together got a second: that the load was what it was meant to be. */
  linesPerSecond: number;
}

function figuresOf(what: string, { tasks, linesPerSecond: got }: Watched): Figure[] {
  const judged = (name: string, times: number[]): Figure =>
    figure(`16 bays × 50 progress lines a second: longest renderer task, ${what}${name}`, {
      value: Math.max(...times),
      unit: 'ms',
      limit: 50,
      runs: [...times].sort((a, b) => b - a).slice(0, 40),
      facts: { tasks: times.length, p99: percentile(times, 0.99), linesPerSecond: got },
    });
  return [
    judged(
      '',
      tasks.map(({ ms }) => ms),
    ),
    // Without what the sixteen flashers, which share the machine with the page here, take away from it.
    judged(
      ' (processor time)',
      tasks.map(({ processorMs }) => processorMs),
    ),
  ];
}

/** Chromium's trace event format; a task is one `RunTask` of the thread that draws the page. */
const traceSchema = z.looseObject({
  traceEvents: z.array(
    z.looseObject({
      name: z.string(),
      pid: z.number(),
      tid: z.number(),
      dur: z.number().optional(),
      tdur: z.number().optional(),
      args: z.looseObject({ name: z.unknown() }).partial().optional(),
    }),
  ),
});

async function watch(window: TestWindow, home: string, file: string, seconds: number): Promise<Watched> {
  const before = countLines(home);
  const began = performance.now();
  await window.app.evaluate(({ contentTracing }) =>
    contentTracing.startRecording({ included_categories: ['toplevel', '__metadata'] }),
  );
  await wait(seconds * 1000);
  const got = (countLines(home) - before) / ((performance.now() - began) / 1000);
  await window.app.evaluate(({ contentTracing }, path) => contentTracing.stopRecording(path), file);
  const pid = await window.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  );
  const { traceEvents } = traceSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const main = traceEvents.find(
    (event) => event.pid === pid && event.name === 'thread_name' && event.args?.name === 'CrRendererMain',
  );
  const tasks = traceEvents
    .filter((event) => event.pid === pid && event.tid === main?.tid && event.name.endsWith('RunTask'))
    .map(({ dur = 0, tdur = 0 }) => ({ ms: dur / 1000, processorMs: tdur / 1000 }));
  if (tasks.length === 0) throw new Error('the trace holds no task of the page');
  return { tasks, linesPerSecond: Math.round(got) };
}

function countLines(home: string): number {
  const folder = join(home, 'logs');
  const lines = (file: string): number =>
    readFileSync(join(folder, file)).filter((byte) => byte === 0x0a).length;
  return readdirSync(folder).reduce((sum, file) => sum + lines(file), 0);
}
