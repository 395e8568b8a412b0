import type { Port } from '../../../src-shared/model/port.js';
import type { Fault, Result } from '../../../src-shared/model/result.js';
import type { ImageWatch } from '../images/image-watch.js';
import type { LoadedRecipe } from '../recipes/match.js';
import type { BayTimes } from './bay-events.js';
import type { RunParts } from './run-parts.js';

/** What a bay needs of the station beyond what its runs need. */
export interface BayParts extends RunParts {
  times: BayTimes;
  /** What waits for an image asks here; a run asks the engine itself. */
  images: Pick<ImageWatch, 'look' | 'changes'>;
  /** The recipe for a port in this bay; a fault says why there is none, or more than one. */
  matchRecipe(port: Port, bay: number): Result<LoadedRecipe>;
  findRecipe(name: string): LoadedRecipe | undefined;
  operator(): string;
  /** The store took a write, or refused it. */
  onRecordsHealth(fault: Fault | null): void;
  /** Something threw that should not have: for the program's log. */
  onDefect(error: unknown): void;
}
