import { z } from 'zod';

/**
 * An archive of images is the engine's own archive (`docker load` reads it too) with two entries of ours at its end:
 * what is in it, with a hash of each part, and a hash of that. At the end, because only then everything is known; it
 * is written in one go and never held in memory.
 */
export const manifestName = 'slipway-images.json';
export const manifestHashName = 'slipway-images.sha256';
export const archiveFormat = 'slipway-images';
export const archiveVersion = 1;
/** The longest manifest that is read, in bytes: some hundred thousand parts. */
export const longestManifest = 64 * 1024 ** 2;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const archivePartSchema = z.object({
  path: z.string(),
  type: z.enum(['file', 'directory', 'symlink', 'link']),
  /** In bytes; 0 for what has no content. */
  size: z.number().int().min(0),
  /** Of the content; of the target for a link. */
  sha256: sha256,
});
export type ArchivePart = z.infer<typeof archivePartSchema>;

export const archiveManifestSchema = z.object({
  format: z.literal(archiveFormat),
  version: z.literal(archiveVersion),
  /** Milliseconds since the epoch. */
  madeAt: z.number(),
  /** The station's name and its machine's. */
  madeBy: z.string(),
  images: z
    .array(
      z.object({
        id: z.string().regex(/^sha256:[0-9a-f]{64}$/),
        names: z.array(z.string()),
        digests: z.array(z.string()),
        labels: z.record(z.string(), z.string()),
        size: z.number(),
        createdAt: z.number(),
      }),
    )
    .min(1),
  parts: z.array(archivePartSchema),
});
export type ArchiveManifest = z.infer<typeof archiveManifestSchema>;

/** The engine's own list: https://github.com/moby/docker-image-spec/blob/main/spec.md#combined-image-json--filesystem-changeset-format */
export const engineManifestSchema = z.array(
  z.object({
    Config: z.string(),
    RepoTags: z
      .array(z.string())
      .nullish()
      .transform((names) => names ?? []),
    Layers: z.array(z.string()),
  }),
);
export const engineManifestName = 'manifest.json';
