import { config } from 'zod/v4';

/**
 * What `zod` is in the page (`vite.renderer.config.ts`). A schema decides at its making whether it compiles code at
 * run time; the page's policy forbids that, and Chromium would report the attempt as a breach.
 */
config({ jitless: true });

export * from 'zod/v4';
