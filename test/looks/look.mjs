// Shows the built page in a real browser with a station made up behind it, and takes its picture.
//
//   node test/looks/look.mjs FOLDER [NAME…]     pictures of the looks (all, or those whose names begin so)
//   node test/looks/look.mjs --strain           the longest task with 16 bays at 50 lines a second each
//   node test/looks/look.mjs --strain-log       the long tasks of searching a log of 100,000 lines
//
// The browser is CHROMIUM, or /usr/bin/chromium.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setStage } from './stage.mjs';

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
    add('log-regex', '#/bay/3', {}, async (page) => {
      await page.keyboard.press('t');
      await page.keyboard.press('l');
      await page.locator('.regex').click();
      await page.locator('.search input').fill('crc 0x[0-9a-f]+5$');
      await page.waitForTimeout(400);
    });
    add('log-wrong', '#/run/01J9ZQ4W-0003', {}, async (page) => {
      await page.keyboard.press('l');
      await page.locator('.regex').click();
      await page.locator('.search input').fill('block (\\d+');
      await page.keyboard.press('Escape');
      await page.locator('.search input').fill('block (\\d+');
      await page.locator('[role=region]').first().click();
      await page.keyboard.press('g');
      await page.keyboard.type('soon');
      await page.keyboard.press('Enter');
    });
    add('container', '#/bay/1/container');
    add('container', '#/bay/1/container', {}, undefined, 'monitor');
    add('container-search', '#/bay/1/container', {}, async (page) => {
      await page.keyboard.press('l');
      await page.keyboard.type('mag');
      await page.keyboard.press('Enter');
    });
    add('container-removed', '#/bay/2/container');
    add('container-none', '#/bay/3/container');
    const run = (index) => `01970000-0000-7000-8000-${String(index).padStart(12, '0')}`;
    for (const size of ['laptop', 'monitor']) {
      add('history-list', '#/runs', {}, undefined, size);
      add('history-charts', '#/runs/charts', {}, undefined, size);
      add('history-run', `#/run/${run(3)}`, {}, undefined, size);
      add('history-unit', '#/unit/W-02478', {}, undefined, size);
      add('history-compare', `#/compare/${run(2)}/${run(3)}`, {}, undefined, size);
      add('history-shifts', '#/runs/shifts', {}, undefined, size);
      add('history-batches', '#/runs/batches', {}, undefined, size);
      add('history-batch', '#/batch/2', {}, undefined, size);
      add(
        'label',
        `#/run/${run(0)}`,
        {},
        (page) =>
          page.getByRole('button', { name: locale === 'en' ? 'Print label…' : 'Imprimir etiqueta…' }).click(),
        size,
      );
      add('webhooks', '#/machine/webhooks', {}, undefined, size);
    }
    add('history-filtered', '#/runs?verdict=FAIL&bay=4&days=30');
    add('history-charts-order', '#/runs/charts?batch=2');
    add('history-none', '#/runs?unit=never');
    add('history-run-log', `#/run/${run(6)}`);
    add('history-measurement', '#/runs/charts?recipe=widgy&measurement=vcc&test=power');
    add('history-records', '#/runs/records', {}, async (page) => {
      await page.locator('section button').first().click();
    });
    add('history-export', '#/runs?verdict=FAIL', {}, (page) => page.keyboard.press('e'));
    add('run-live', '#/run/01J9ZQ4W-0003');
    add('recipes', '#/recipes');
    add('settings', '#/settings', {}, async (page) => {
      await page.locator('input.mono').fill('/missing');
      await page.keyboard.press('Enter');
    });
    add('files', '#/bay/1/files');
    add('files', '#/bay/1/files', { transfers: true }, (page) => page.keyboard.press('End'), 'monitor');
    const folder = (name) => async (page) => {
      await page.locator(`[data-name=${name}]`).dblclick();
      await page.waitForTimeout(300);
    };
    add('files-bind', '#/bay/1/files', { transfers: true }, folder('workspace'));
    add('files-many', '#/bay/1/files', {}, folder('many'));
    add('files-forbidden', '#/bay/1/files', {}, folder('root'));
    add('files-empty', '#/bay/3/files', {}, folder('var'));
    add('files-none', '#/bay/4/files');
    add('volumes', '#/machine/volumes', { transfers: true });
    add('volumes', '#/machine/volumes', {}, undefined, 'monitor');
    add('volumes-restore', '#/machine/volumes', {}, (page) =>
      page
        .getByRole('button', { name: locale === 'en' ? 'Restore a backup…' : 'Restaurar una copia…' })
        .click(),
    );
    add('volumes-create', '#/machine/volumes', {}, async (page) => {
      await page.getByRole('button', { name: locale === 'en' ? 'Create…' : 'Crear…' }).click();
      await page.keyboard.type('taken');
      await page.keyboard.press('Enter');
    });
    add('volumes-remove', '#/machine/volumes', {}, (page) =>
      page.locator('[data-volume=widget-cache-old] button').last().click(),
    );
    add('doctor', '#/machine/doctor');
    add('doctor', '#/machine/doctor', {}, undefined, 'monitor');
    const first = `#/images/${encodeURIComponent(`sha256:${'4'.repeat(64)}`)}`;
    for (const size of ['laptop', 'monitor']) {
      add('images', first, {}, undefined, size);
      add('images-list', '#/images', {}, undefined, size);
    }
    add('images-missing', `#/images/${encodeURIComponent('registry.example:5000/flashers/sensor:3')}`);
    const ask = (name, hash, button, then = undefined) =>
      add(name, hash, {}, async (page) => {
        await page.getByRole('button', { name: button }).first().click();
        await then?.(page);
      });
    ask('images-remove', first, /^(Remove|Quitar)…/);
    ask('images-save', first, /^(Save|Guardar)…/);
    ask('images-load', '#/images', /^(Load|Cargar)…/, async (page) => {
      await page.getByRole('dialog').getByRole('textbox').fill('/media/usb/images.tar');
      await page.getByRole('button', { name: /^(Check|Verificar)$/ }).click();
    });
    ask('images-build', '#/images', /^(Build|Construir)…/);
    ask('images-base', '#/images', /^(Base image|Imagen base)/);
    add('bay-outdated', '#/bay/1');
    add('bay-too-low', '#/bay/12');
    ask('bay-allow', '#/bay/12', /^(Allow once|Permitir una vez)…/);
    add('cleanup', '#/machine/cleanup');
    add('cleanup', '#/machine/cleanup', {}, undefined, 'monitor');
    add('help', '#/station', {}, (page) => page.keyboard.press('?'));
    add('abort', '#/station', { bays: 4 }, (page) => page.keyboard.press('a'));
    add('quit', '#/station', { bays: 4 }, (page) =>
      page.evaluate(() => globalThis.fake.send('quitAsked', { running: [1, 4, 9] })),
    );
    add('toast', '#/station', {}, (page) => page.keyboard.press('f'));
  }
  return all;
}

async function strain(stage) {
  for (const hash of ['#/station', '#/bay/1']) {
    const page = await stage.open({
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

/** A log of a hundred thousand lines: opened, searched both ways, walked through. */
async function strainLog(stage) {
  const page = await stage.open({
    size: 'monitor',
    hash: '#/run/01J9ZQ4W-0003',
    look: { bays: 16, locale: 'en', theme: 'light', logLines: 100_000 },
  });
  await page.keyboard.press('l');
  await page.waitForTimeout(1500);
  await page.evaluate(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) =>
      globalThis.tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration))),
    ).observe({ type: 'longtask' });
  });
  const told = {};
  const measure = async (name, act) => {
    await page.evaluate(() => (globalThis.tasks.length = 0));
    const from = Date.now();
    await act();
    told[name] = { ms: Date.now() - from };
    await page.waitForTimeout(500);
    told[name].longTasks = await page.evaluate(() => [...globalThis.tasks]);
  };
  const field = page.locator('.search input');
  const found = (count) => page.getByText(`/${count}`).waitFor();
  await measure('plain', async () => {
    await field.fill('block');
    await found('100000');
  });
  await measure('none', () => field.fill('nowhere'));
  await page.locator('.regex').click();
  await measure('regex', async () => {
    await field.fill('^block \\d*7 ');
    await found('10000');
  });
  await measure('endless', async () => {
    await field.fill('(\\w+\\s*)+$x');
    await page.getByText('takes too long').waitFor();
  });
  await measure('next', async () => {
    await field.fill('99999');
    await found('1');
    for (let step = 0; step < 20; step += 1) await page.keyboard.press('Enter');
  });
  await measure('scroll', () =>
    page.evaluate(async () => {
      const view = globalThis.document.querySelector('[role=region]');
      for (let top = 0; top < view.scrollHeight; top += view.scrollHeight / 60) {
        view.scrollTop = top;
        await new Promise((resolve) => globalThis.requestAnimationFrame(resolve));
      }
    }),
  );
  await measure('copy', () => page.locator('[aria-keyshortcuts=C]').click());
  console.log(JSON.stringify({ screen: 'log of 100,000 lines', ...told }));
  await page.close();
}

const [first = '/tmp/looks', ...names] = process.argv.slice(2);
const stage = await setStage();
try {
  if (first === '--strain') {
    await strain(stage);
  } else if (first === '--strain-log') {
    await strainLog(stage);
  } else {
    mkdirSync(first, { recursive: true });
    for (const each of looks()) {
      if (names.length > 0 && !names.some((name) => each.name.startsWith(name))) continue;
      const page = await stage.open(each);
      await each.act?.(page);
      await page.waitForTimeout(150);
      await page.screenshot({ path: join(first, `${each.name}.png`) });
      console.log(each.name);
      await page.close();
    }
  }
} finally {
  await stage.close();
}
