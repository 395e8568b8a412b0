import { fileURLToPath } from 'node:url';
import { createStation } from '../core/station.js';
import { runShell } from './shell.js';

// Built as dist/main/index.js.
void runShell({ createStation, root: fileURLToPath(new URL('../..', import.meta.url)) });
