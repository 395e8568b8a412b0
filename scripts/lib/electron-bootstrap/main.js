// Stands in for the default app that the official Electron brings along: without one, `electron
// FOLDER` ends at once and says nothing. Reads `-r MODULE` and the application's path from the command
// line, makes Electron believe that the application was its own, and loads it.
// This module is the ES entry point, and Electron holds `ready` back until it has been evaluated: the
// application can still register privileged schemes while it is being loaded.
import { app } from 'electron';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const words = process.argv.slice(1);
/** @type {string[]} */
const required = [];
/** @type {string | undefined} */
let path;
for (let at = 0; at < words.length && path === undefined; at += 1) {
  const word = words[at] ?? '';
  if (word === '-r' || word === '--require') {
    at += 1;
    required.push(words[at] ?? '');
  } else if (word.startsWith('--require=')) {
    required.push(word.slice('--require='.length));
  } else if (word === '--version' || word === '-v') {
    process.stdout.write(`v${process.versions['electron']}\n`);
    process.exit(0);
  } else if (!word.startsWith('-')) {
    path = resolve(word);
  }
}
if (path === undefined) {
  process.stderr.write('Usage: electron [options] [-r MODULE] APPLICATION-FOLDER [arguments]\n');
  process.exit(2);
}

/**
 * The nearest folder with a package.json, from the application's path up.
 * @param {string} from
 * @returns {{ folder: string, manifest: Record<string, unknown> } | undefined}
 */
function packageOf(from) {
  for (let folder = from; ; folder = dirname(folder)) {
    try {
      return { folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) };
    } catch (error) {
      if (!(
        error instanceof Error &&
        'code' in error &&
        ['ENOENT', 'ENOTDIR'].includes(String(error.code))
      )) {
        throw error;
      }
    }
    if (dirname(folder) === folder) return undefined;
  }
}

const isFolder = statSync(path).isDirectory();
const found = packageOf(isFolder ? path : dirname(path));
if (found !== undefined) {
  const { folder, manifest } = found;
  const name = manifest['productName'] ?? manifest['name'];
  if (typeof name === 'string') {
    app.setName(name);
    app.setPath('userData', join(app.getPath('appData'), name));
  }
  // Both exist in every Electron, and are left out of its public description.
  const inner = /** @type {{ setVersion(v: string): void, setAppPath(p: string): void }} */ (
    /** @type {unknown} */ (app)
  );
  if (typeof manifest['version'] === 'string') inner.setVersion(manifest['version']);
  if (typeof manifest['desktopName'] === 'string') app.setDesktopName?.(manifest['desktopName']);
  inner.setAppPath(folder);
}
Object.defineProperty(process, 'defaultApp', { value: true, configurable: true, enumerable: true });

const require = createRequire(join(process.cwd(), 'package.json'));
for (const module of required) require(resolve(module));

const main = isFolder ? join(path, String(found?.manifest['main'] ?? 'index.js')) : path;
await import(pathToFileURL(main).href);
