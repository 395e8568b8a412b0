import { defineConfig } from 'vitest/config';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { reportArguments } from './scripts/lib/stuck.mjs';

/** `npm test` asks a file that hangs where it is. */
const reports = process.env['REPORT_FOLDER'];
const execArgv = reports === undefined ? [] : reportArguments(reports);

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [svelte({ configFile: false })],
        // Components are mounted as in a browser, not rendered as on a server.
        resolve: { conditions: ['browser'] },
        test: {
          name: 'unit',
          include: [
            'src-*/**/*.test.ts',
            'demo/**/*.test.*',
            'scripts/**/*.test.*',
            'test/fakes/**/*.test.ts',
          ],
          environment: 'node',
          execArgv,
          testTimeout: 10_000,
          // For a machine that has much else to do; nothing waits for it where all is well.
          expect: { poll: { timeout: 8000 } },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          environment: 'node',
          execArgv,
          globalSetup: ['scripts/lib/require-engine.mjs'],
          // One engine, two cores, fixed ports: one file after the other.
          fileParallelism: false,
          testTimeout: 120_000,
          expect: { poll: { timeout: 10_000 } },
          hookTimeout: 180_000,
          teardownTimeout: 30_000,
        },
      },
    ],
  },
});
