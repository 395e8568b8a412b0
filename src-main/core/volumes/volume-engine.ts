import type { Result } from '../../../src-shared/model/result.js';
import type { VolumeView } from '../../../src-shared/model/volumes.js';

/** A volume as the engine knows it. */
export interface VolumeFacts {
  name: string;
  labels: Record<string, string>;
  /** Milliseconds since the epoch. */
  createdAt: number | null;
}

/** Who has a volume mounted: ours by name, others only as a number. */
export type VolumeUsers = Pick<VolumeView, 'usedBy' | 'foreignUsers'>;

/** What the engine can do about volumes. Those without this station's label are never listed nor removed. */
export interface VolumeEngine {
  list(): Promise<Result<VolumeFacts[]>>;
  /** Fails with `volume-unknown` for one that is not there, `volume-foreign` for one that is not ours. */
  find(name: string): Promise<Result<VolumeFacts>>;
  /** In bytes, by name. Takes the engine a while: it counts all that it has. */
  sizes(): Promise<Result<ReadonlyMap<string, number>>>;
  /** By the volume's name. */
  users(): Promise<Result<ReadonlyMap<string, VolumeUsers>>>;
  /** Fails with `volume-exists`, `volume-foreign`. */
  create(name: string): Promise<Result<void>>;
  /** One that is gone is fine. Fails with `volume-foreign`, `volume-in-use`. */
  remove(name: string): Promise<Result<void>>;
  /**
   * Makes a container that has the volume at `folder`, and that nobody ever starts: the engine's archive reads and
   * writes the volume through it, and no program of any image runs. Of the images the first that is here is taken;
   * `volume-no-image` when none is. To be removed by whoever made it.
   */
  makeHelper(name: string, images: readonly string[]): Promise<Result<{ id: string; folder: string }>>;
  removeHelper(id: string): Promise<Result<void>>;
}
