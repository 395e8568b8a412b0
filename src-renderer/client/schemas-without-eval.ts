import { config } from 'zod';

/**
 * Imported before any schema is made, because each decides at its making: the page's policy forbids code
 * that is made at run time, which zod would otherwise try, and Chromium would report as a breach.
 */
config({ jitless: true });
