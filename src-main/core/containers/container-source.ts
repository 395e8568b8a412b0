import type { JsonValue } from '../../../src-shared/model/json.js';
import type { Result } from '../../../src-shared/model/result.js';
import type { UsageCounters } from './usage.js';

/** What a container has from its image unless it was told otherwise. */
export interface ImageDefaults {
  /** `NAME=value`. */
  env: string[];
  command: string[];
  entrypoint: string[];
  workingDir: string;
  user: string;
  labels: Record<string, string>;
  /** As in `80/tcp`. */
  exposed: string[];
}

/** A container as the engine describes it, with nothing taken out yet. */
export interface RawContainer {
  answer: JsonValue;
  /** Null when the image is gone. */
  image: ImageDefaults | null;
  /** Whether the name that the container was made with still means its image. */
  imageNameHolds: boolean;
}

/** This station's containers, for those who look at them. `container-gone` for one that is not there, or not ours. */
export interface ContainerSource {
  /** Secrets included: to be masked before it goes anywhere. */
  read(id: string): Promise<Result<RawContainer>>;
  /**
   * Tells what the container has used so far, about once a second, until it does not run (resolves) or the signal
   * aborts (resolves). Expected failures besides: those of an engine that cannot be reached.
   */
  followUsage(
    id: string,
    options: { signal: AbortSignal; onCounters: (counters: UsageCounters) => void },
  ): Promise<Result<void>>;
}
