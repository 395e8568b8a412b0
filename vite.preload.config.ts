import { defineConfig } from 'vite';

/** The preload: one CommonJS file, all that Chromium's sandbox lets a preload be. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    target: 'chrome130',
    outDir: 'dist/preload',
    emptyOutDir: true,
    sourcemap: true,
    minify: false,
    lib: { entry: 'src-main/preload/preload.ts', formats: ['cjs'], fileName: () => 'preload.cjs' },
    rolldownOptions: { external: ['electron'], output: { codeSplitting: false } },
  },
});
