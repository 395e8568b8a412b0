import { z } from 'zod';

/** What can be wrong with the chain of records. */
export const chainProblemKinds = [
  /** The record says something else than when it got its verdict. */
  'edited',
  /** A record that was sealed is not there any more. */
  'missing',
  /** Records changed their places. */
  'reordered',
  /** The record before this one is not the one that this one was sealed after. */
  'replaced',
  /** A record with a verdict that the station never sealed. */
  'added',
  /** The end of the chain is not the one that the station noted. */
  'head-differs',
  /** A head that was noted elsewhere is not in the chain. */
  'noted-head-unknown',
  /** The database has no chain at all: it is older, or the chain was removed. */
  'no-chain',
] as const;

export const chainProblemSchema = z.object({
  kind: z.enum(chainProblemKinds),
  /** The run's id; null where none can be named. */
  run: z.string().nullable(),
  /** The record's place in the chain, counted from 1; null where it has none. */
  seq: z.number().int().nullable(),
});
export type ChainProblem = z.infer<typeof chainProblemSchema>;

/** What a look at the whole chain found. */
export interface ChainReport {
  /** How many sealed records were looked at. */
  records: number;
  /** The newest seal, hexadecimal: worth noting elsewhere. */
  head: string;
  /** The first 200 of them. */
  problems: ChainProblem[];
  problemCount: number;
}
