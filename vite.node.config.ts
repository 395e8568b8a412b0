import { builtinModules } from 'node:module';
import { defineConfig, type Plugin } from 'vite';

// Loaded as they are: what brings native code along, pdfkit and fontkit, which read files beside them, and bwip-js,
// which is large and seldom wanted.
// All else goes into the bundle: one file is read in a fraction of the time that a hundred take.
const atRunTime = new Set([
  'electron',
  ...builtinModules,
  'bwip-js',
  'fontkit',
  'pdfkit',
  'serialport',
  '@photostructure/sqlite',
]);

/**
 * What dockerode loads for engines behind SSH and for sessions of BuildKit. Slipway refuses the one and opens none of the
 * other (`docker/endpoint.ts`, `docker/image-maker.ts`), and to load them takes three quarters of the library's time.
 */
const unusedTransports = new Set(['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs']);

function withoutUnusedTransports(): Plugin {
  const nothing = '\0unused-transport';
  return {
    name: 'without-unused-transports',
    enforce: 'pre',
    resolveId: (id) => (unusedTransports.has(id) ? nothing : null),
    load: (id) => (id === nothing ? 'export {};' : null),
  };
}

/** Whether an import is left as it is. */
function isExternal(id: string): boolean {
  if (id.startsWith('node:')) return true;
  const [first = '', second = ''] = id.split('/');
  return atRunTime.has(id) || atRunTime.has(first.startsWith('@') ? `${first}/${second}` : first);
}

/**
 * Writes every character beyond ASCII as its escape. One dash in a comment makes V8 keep a file of megabytes with two
 * bytes a character, and decoding and compiling it take twice as long: the window's start waits for that.
 */
function asciiOnly(): Plugin {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return {
    name: 'ascii-only',
    // Lines stay where they are: the source map holds.
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escaped);
      }
    },
  };
}

/** The station's two fronts, the window's main process and the command line, over one core. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  ssr: { noExternal: true },
  plugins: [withoutUnusedTransports(), asciiOnly()],
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
