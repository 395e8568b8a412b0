import { z } from 'zod';
import type { VolumeManifest, VolumeView } from '../model/volumes.js';
import { call } from './define.js';

/** What the engine takes for a volume's name. Source: docker/volume/local, `volumeNameRegex`. */
const volumeName = z
  .string()
  .max(200)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
const stationPath = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[^\0]+$/);

/** Volumes of this station: what recipes keep beyond the life of a container. */
export const volumeCalls = {
  /** By name. Sizes take the engine a while: it counts all that it has. */
  'volumes.list': call(z.object({ sizes: z.boolean().default(false) })).returns<{ volumes: VolumeView[] }>(),
  /** Fails with `volume-exists`, `volume-foreign`. */
  'volumes.create': call(z.object({ name: volumeName })).returns<void>(),
  /** Fails with `volume-unknown`, `volume-in-use`. */
  'volumes.remove': call(z.object({ name: volumeName })).returns<void>(),
  /** Writes a tar with manifest and checksum. Fails with `volume-unknown`, `volume-no-image`; the rest is the job's. */
  'volumes.backup': call(
    z.object({ name: volumeName, file: stationPath, replace: z.boolean().default(false) }),
  ).returns<{ jobId: string }>(),
  /** What a backup says about itself; its content is not read. Fails with `backup-unreadable`. */
  'volumes.describeBackup': call(z.object({ file: stationPath })).returns<VolumeManifest>(),
  /**
   * Fills a volume from a backup that was verified first: a new one, or with `replace` one that is there and not
   * used, whose content stays as it was when anything goes wrong.
   */
  'volumes.restore': call(
    z.object({ file: stationPath, name: volumeName, replace: z.boolean().default(false) }),
  ).returns<{ jobId: string }>(),
} as const;
