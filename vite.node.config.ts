import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { defineConfig } from 'vite';

const manifest = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>;
};
// What is there at run time, in the checkout and in the package alike; all else goes into the bundle.
const atRunTime = new Set(['electron', ...builtinModules, ...Object.keys(manifest.dependencies)]);

/** Whether an import is left as it is. */
function isExternal(id: string): boolean {
  if (id.startsWith('node:')) return true;
  const [first = '', second = ''] = id.split('/');
  return atRunTime.has(id) || atRunTime.has(first.startsWith('@') ? `${first}/${second}` : first);
}

/** The station's two fronts, the window's main process and the command line, over one core. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist',
    // The neighbours in dist are other builds; scripts/build.mjs removes what is this one's.
    emptyOutDir: false,
    sourcemap: true,
    minify: false,
    rolldownOptions: {
      input: { 'main/index': 'src-main/electron/main.ts', 'cli/main': 'src-main/cli/main.ts' },
      external: isExternal,
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        // As deep as the entries, so that a path relative to the module is the same in both.
        chunkFileNames: 'chunks/[name].js',
      },
    },
  },
});
