// Shows the built page in a real browser with a station made up behind it, and takes its picture.
//
//   node test/looks/look.mjs FOLDER [NAME…]     pictures of the looks (all, or those whose names begin so)
//   node test/looks/look.mjs --strain           the longest task with 16 bays at 50 lines a second each
//
// The browser is CHROMIUM, or /usr/bin/chromium. The page is served with the policy of the real window;
// anything that it refuses is said.
import { readFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';
import { build } from 'vite';

const root = join(import.meta.dirname, '..', '..');
const outDir = join(root, '.cache', 'looks');
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

async function serve() {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://look').pathname);
    const file = join(outDir, path === '/' ? 'index.html' : path);
    readFile(file).then(
      (content) => {
        response.writeHead(200, {
          'content-type': types[extname(file)] ?? 'application/octet-stream',
          'content-security-policy': policy,
        });
        response.end(content);
      },
      // The browser asks for an icon, which the window's shell never does.
      () => response.writeHead(path === '/favicon.ico' ? 204 : 404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

async function fakeScript() {
  const made = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      lib: {
        entry: join(import.meta.dirname, 'page.ts'),
        formats: ['iife'],
        name: 'looks',
        fileName: 'looks',
      },
    },
  });
  const [{ output }] = Array.isArray(made) ? made : [made];
  return output[0].code;
}

const sizes = { laptop: { width: 1366, height: 768 }, monitor: { width: 1920, height: 1080 } };

function looks() {
  const all = [];
  for (const bays of [1, 2, 4, 8, 16]) {
    for (const size of ['laptop', 'monitor']) {
      all.push({
        name: `station-${bays}-${size}-en-light`,
        size,
        look: { bays, locale: 'en', theme: 'light' },
      });
    }
    all.push({
      name: `station-${bays}-laptop-es-dark`,
      size: 'laptop',
      look: { bays, locale: 'es', theme: 'dark' },
    });
  }
  for (const [locale, theme] of [
    ['en', 'light'],
    ['es', 'dark'],
  ]) {
    const add = (name, hash, more = {}, act = undefined, size = 'laptop') =>
      all.push({
        name: `${name}-${size}-${locale}-${theme}`,
        size,
        hash,
        act,
        look: { bays: 16, locale, theme, ...more },
      });
    add('station-faults', '#/station', { faults: true });
    add('station-none', '#/station', { bays: 0 });
    add('bay-running', '#/bay/1');
    add('bay-running', '#/bay/1', {}, undefined, 'monitor');
    add('bay-fail', '#/bay/3');
    add('bay-unmatched', '#/bay/10');
    add('bay-search', '#/bay/3', {}, async (page) => {
      await page.keyboard.press('l');
      await page.keyboard.type('block 12');
    });
    add('runs', '#/runs');
    add('run', '#/run/01J9ZQ4W-0003');
    add('recipes', '#/recipes');
    add('settings', '#/settings', {}, async (page) => {
      await page.locator('input.mono').fill('/missing');
      await page.keyboard.press('Enter');
    });
    add('help', '#/station', {}, (page) => page.keyboard.press('?'));
    add('abort', '#/station', { bays: 4 }, (page) => page.keyboard.press('a'));
    add('quit', '#/station', { bays: 4 }, (page) =>
      page.evaluate(() => globalThis.fake.send('quitAsked', { running: [1, 4, 9] })),
    );
    add('toast', '#/station', {}, (page) => page.keyboard.press('f'));
  }
  return all;
}

async function open(browser, address, script, { size, look, hash = '#/station' }) {
  const page = await browser.newPage({ viewport: sizes[size] });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') console.log('  console:', message.text());
  });
  page.on('pageerror', (error) => console.log('  page error:', error.stack ?? error.message));
  await page.addInitScript({ content: `globalThis.look = ${JSON.stringify(look)};\n${script}` });
  await page.goto(address + hash);
  await page.waitForTimeout(350);
  return page;
}

async function strain(browser, address, script) {
  for (const hash of ['#/station', '#/bay/1']) {
    const page = await open(browser, address, script, {
      size: 'monitor',
      hash,
      look: { bays: 16, locale: 'en', theme: 'light', rate: 50 },
    });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const spent = async () =>
      Object.fromEntries(
        (await session.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]),
      );
    const before = await spent();
    const longest = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const tasks = [];
          new PerformanceObserver((list) =>
            tasks.push(...list.getEntries().map((entry) => entry.duration)),
          ).observe({
            type: 'longtask',
          });
          let frames = 0;
          let worst = 0;
          let last = performance.now();
          const tick = (now) => {
            frames += 1;
            worst = Math.max(worst, now - last);
            last = now;
            globalThis.requestAnimationFrame(tick);
          };
          globalThis.requestAnimationFrame(tick);
          setTimeout(
            () => resolve({ longTasks: tasks, framesPerSecond: frames / 15, longestFrameGap: worst }),
            15_000,
          );
        }),
    );
    const after = await spent();
    const seconds = Object.fromEntries(
      ['TaskDuration', 'ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration'].map((name) => [
        name,
        Math.round((after[name] - before[name]) * 1000) / 1000,
      ]),
    );
    console.log(JSON.stringify({ screen: hash, ...longest, secondsOf15: seconds }));
    await page.close();
  }
}

const [first = '/tmp/looks', ...names] = process.argv.slice(2);
await build({ configFile: join(root, 'vite.renderer.config.ts'), logLevel: 'warn', build: { outDir } });
const script = await fakeScript();
const { server, address } = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  if (first === '--strain') {
    await strain(browser, address, script);
  } else {
    mkdirSync(first, { recursive: true });
    for (const each of looks()) {
      if (names.length > 0 && !names.some((name) => each.name.startsWith(name))) continue;
      const page = await open(browser, address, script, each);
      await each.act?.(page);
      await page.waitForTimeout(150);
      await page.screenshot({ path: join(first, `${each.name}.png`) });
      console.log(each.name);
      await page.close();
    }
  }
} finally {
  await browser.close();
  server.close();
}
