#!/usr/bin/env node
// The command line's door: everything behind it is built from src-main/cli.
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('slipway has not been built yet. In its checkout: npm run build\n');
  process.exitCode = 2;
}
