/** What stands at a path of a container besides what its image brought. */
export const mountKinds = ['bind', 'volume', 'tmpfs', 'system'] as const;

/**
 * A place of a container that is not in its own layer. `bind` is a folder of the station, `volume` outlives the
 * container, `tmpfs` is memory and gone when the container stops, `system` is made up by the kernel (`/proc`).
 */
export interface ContainerMountView {
  kind: (typeof mountKinds)[number];
  /** Absolute, in the container. */
  path: string;
  /** The station's folder of a bind, the volume's name; null for memory. */
  source: string | null;
  readOnly: boolean;
}

export type FileKind = 'folder' | 'file' | 'link' | 'device' | 'pipe' | 'socket' | 'other';

/** One name in a folder of a container. */
export interface FileEntry {
  name: string;
  kind: FileKind;
  /** In bytes; null for all but files. */
  size: number | null;
  /** The twelve permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
  /** Where a link points, as it is written there. */
  target: string | null;
  /** What a link leads to; null where nobody looked, or for what is no link. */
  leadsTo: 'folder' | 'file' | 'nothing' | null;
  /** False for a name whose bytes are no UTF-8: it can be seen, and goes with its folder, but not alone. */
  addressable: boolean;
  /** What is mounted right here. */
  mount: ContainerMountView | null;
}

/** A container of a bay whose files can be looked at. */
export interface BayContainer {
  id: string;
  name: string;
  image: string;
  /** The run that it was made for; null for a shell's. */
  runId: string | null;
  isRunning: boolean;
  /** Milliseconds since the epoch; null when it never started. */
  startedAt: number | null;
}

/** A part of a folder's list, folders first, then by name. */
export interface FolderView {
  container: BayContainer;
  /** Absolute and normal. */
  path: string;
  /** The mount that this folder is in, or is. */
  mount: ContainerMountView | null;
  /** The container's own layer takes no writes. */
  readOnlyRoot: boolean;
  entries: FileEntry[];
  /** How many there are in all, as far as they were read. */
  total: number;
  /** False when the folder is so large that the reading was ended before its end. */
  complete: boolean;
}

/** How a folder is brought to the station: as one tar file, or unpacked. */
export const downloadForms = ['file', 'tar', 'folder'] as const;
export type DownloadForm = (typeof downloadForms)[number];
