import { svelte } from '@sveltejs/vite-plugin-svelte';
import { join } from 'node:path';
import { defineConfig } from 'vite';

/** The window's page. */
export default defineConfig({
  root: join(import.meta.dirname, 'src-renderer'),
  base: './',
  publicDir: false,
  plugins: [svelte({ configFile: false })],
  build: {
    target: 'chrome130',
    outDir: join(import.meta.dirname, 'dist', 'renderer'),
    emptyOutDir: true,
    sourcemap: true,
    // The page's policy allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Whatever makes schemas comes after the module that says how they are made: it goes with what makes them.
        codeSplitting: { groups: [{ name: 'schemas', test: /node_modules\/zod\/|schemas-without-eval/ }] },
      },
    },
  },
});
