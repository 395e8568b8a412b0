import { z } from 'zod';

/** Fields that several parts of the contract share. */
export const bayNumber = z.number().int().min(1).max(999);
export const runId = z.string().regex(/^[0-9A-Za-z-]{8,64}$/);
export const nothing = z.undefined();
