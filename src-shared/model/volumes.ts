import { z } from 'zod';

/** A volume of this station. */
export interface VolumeView {
  name: string;
  /** Milliseconds since the epoch. */
  createdAt: number | null;
  /** In bytes; null where it was not asked for, or the engine does not know. */
  size: number | null;
  /** Containers of this station that have it mounted, running or not. */
  usedBy: { id: string; name: string; bay: number | null; isRunning: boolean }[];
  /** How many containers that are not this station's have it mounted. */
  foreignUsers: number;
  /** Recipes that mount it. */
  recipes: string[];
}

/** What a backup says about itself: the file `manifest.json` in it. */
export const volumeManifestSchema = z.object({
  format: z.literal('slipway-volume-1'),
  volume: z.string(),
  /** Name and host of the station that made it. */
  station: z.string(),
  host: z.string(),
  /** Milliseconds since the epoch. */
  createdAt: z.number(),
  /** Of `volume.tar`, in bytes. */
  size: z.number().int().min(0),
  /** Files, folders and links in it. */
  entries: z.number().int().min(0),
  /** Of `volume.tar`, hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type VolumeManifest = z.infer<typeof volumeManifestSchema>;
