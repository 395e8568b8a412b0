import { svelte } from '@sveltejs/vite-plugin-svelte';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const root = join(import.meta.dirname, 'src-renderer');

/** The window's page. */
export default defineConfig({
  root,
  base: './',
  publicDir: false,
  plugins: [svelte({ configFile: false }), startWithoutSchemas()],
  resolve: { alias: [{ find: /^zod$/, replacement: join(root, 'client', 'zod-without-eval.ts') }] },
  build: {
    target: 'chrome130',
    outDir: join(import.meta.dirname, 'dist', 'renderer'),
    emptyOutDir: true,
    sourcemap: true,
    // The page's policy allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

/**
 * To make the contract's schemas takes a tenth of a second. The first look at the station needs none of them, and does
 * not wait for them: the build fails where one has come into what is loaded at once.
 */
function startWithoutSchemas(): Plugin {
  return {
    name: 'start-without-schemas',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
      const atOnce = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
      for (const name of atOnce) {
        const chunk = chunks.find(({ fileName }) => fileName === name);
        for (const id of chunk?.imports ?? []) atOnce.add(id);
        const found = chunk?.moduleIds.find((id) => /[\\/]zod[\\/]|zod-without-eval/.test(id));
        if (found !== undefined) this.error(`${name}, which is loaded at once, makes schemas: ${found}`);
      }
    },
  };
}
