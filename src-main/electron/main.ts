import { fileURLToPath } from 'node:url';
import { runShell } from './shell.js';

// Built as dist/main/index.js.
void runShell({
  loadStation: async () => (await import('../core/station.js')).createStation,
  root: fileURLToPath(new URL('../..', import.meta.url)),
});
