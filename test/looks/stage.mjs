// The stage of the looks: the built page in a real browser, with a station made up behind it, under the
// policy of the real window.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium } from '@playwright/test';
import { build } from 'vite';

const root = join(import.meta.dirname, '..', '..');
const outDir = join(root, '.cache', 'looks');
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

export const sizes = { laptop: { width: 1366, height: 768 }, monitor: { width: 1920, height: 1080 } };

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
    logLevel: 'error',
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

/**
 * Builds the page and shows it. `open` resolves with a page that shows one look; what the page refuses or
 * throws is said. `close` ends it all.
 */
export async function setStage() {
  await build({ configFile: join(root, 'vite.renderer.config.ts'), logLevel: 'error', build: { outDir } });
  const script = await fakeScript();
  const { server, address } = await serve();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  return {
    open: (look) => open(browser, address, script, look),
    close: async () => {
      await browser.close();
      server.close();
    },
  };
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
