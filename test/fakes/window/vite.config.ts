import { join } from 'node:path';
import { defineConfig } from 'vite';
import station from '../../../vite.node.config.js';

/** The main process of a window over the fake station: beside dist/, never in it. */
export default defineConfig({
  ...station,
  root: join(import.meta.dirname, '..', '..', '..'),
  build: {
    ...station.build,
    outDir: '.cache/fake-window',
    rolldownOptions: {
      ...station.build?.rolldownOptions,
      input: { 'main/index': 'test/fakes/window/main.ts' },
    },
  },
});
