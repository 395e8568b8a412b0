import { z } from 'zod';
import { downloadForms, type BayContainer, type FolderView } from '../model/files.js';
import { call } from './define.js';
import { bayNumber } from './fields.js';

/** The engine's id of a container, whole. */
const containerId = z.string().regex(/^[0-9a-f]{64}$/);
/** A path in a container: absolute, without what no path can hold. */
const containerPath = z
  .string()
  .max(4096)
  .regex(/^\/[^\0]*$/);
/** A path of the station: absolute as its system writes it; the station looks whether it is there. */
const stationPath = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[^\0]+$/);

/** The files of a bay's containers, those that run and those that were kept. Transfers are jobs. */
export const fileCalls = {
  /** Newest first. Fails with `bay-unknown`. */
  'files.containers': call(z.object({ bay: bayNumber })).returns<{ containers: BayContainer[] }>(),
  /**
   * A part of a folder. From 0 it is read anew; what follows is of the same reading. Fails with `container-gone`,
   * `file-missing`, `file-no-folder`, `file-forbidden`, `file-in-memory`.
   */
  'files.list': call(
    z.object({
      container: containerId,
      path: containerPath,
      from: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(2000).default(500),
    }),
  ).returns<FolderView>(),
  /**
   * Brings a file or folder to the station. `target` is where it will be: its folder is there, and nothing is
   * unless `replace`; a folder is never put over another.
   */
  'files.download': call(
    z.object({
      container: containerId,
      path: containerPath,
      target: stationPath,
      form: z.enum(downloadForms),
      replace: z.boolean().default(false),
    }),
  ).returns<{ jobId: string }>(),
  /** Brings files and folders of the station into a folder of the container. */
  'files.upload': call(
    z.object({
      container: containerId,
      folder: containerPath,
      sources: z.array(stationPath).min(1).max(1000),
      replace: z.boolean().default(false),
    }),
  ).returns<{ jobId: string }>(),
} as const;
