import type { Result } from '../../../src-shared/model/result.js';

/** A container that carries this station's label by itself, not by way of its image. Times in ms since the epoch. */
export interface SurveyedContainer {
  id: string;
  name: string;
  labels: Record<string, string>;
  image: string;
  state: 'created' | 'running' | 'exited' | 'dead' | 'other';
  createdAt: number;
  finishedAt: number | null;
  /** What it wrote, in bytes; null when the engine does not say. */
  bytes: number | null;
}

/** An image that this station made, not one that somebody built on it. */
export interface SurveyedImage {
  id: string;
  /** `name:tag`; none for a build whose name a newer one has taken. */
  names: string[];
  labels: Record<string, string>;
  createdAt: number;
  /** Layers that no other image has, in bytes. */
  bytes: number;
  /** Containers of anybody, running or not, that are made of it. */
  containers: number;
}

export interface SurveyedNetwork {
  id: string;
  name: string;
  labels: Record<string, string>;
  createdAt: number | null;
  containers: number;
}

export interface SurveyedVolume {
  name: string;
  labels: Record<string, string>;
  createdAt: number | null;
  bytes: number | null;
  /** Containers of anybody, running or not, that mount it. */
  containers: number;
}

/** Layers that a build of this station left in the engine, and that no image is made of. */
export interface SurveyedLayers {
  /** The build's job. */
  job: string;
  /** What it was to be called. */
  name: string;
  createdAt: number;
  /** In bytes. */
  bytes: number;
  /** Their ids; those that are built on others come first. */
  layers: string[];
}

/** What this station made in the engine and is still there; nothing of anybody else's. */
export interface EngineSurvey {
  containers: SurveyedContainer[];
  images: SurveyedImage[];
  networks: SurveyedNetwork[];
  volumes: SurveyedVolume[];
  layers: SurveyedLayers[];
}

/** What came of an attempt to remove one thing: `in-use` and `built-upon` are the engine's own refusals. */
export type Removed = 'removed' | 'gone' | 'running' | 'in-use' | 'built-upon' | 'other-names';

/**
 * The engine as clean-up needs it. Each removal looks at the label once more, and forces nothing: what is in use
 * stays. Fails with the faults of a call: `engine-lost`, `engine-absent`, `engine-error`.
 */
export interface CleanupEngine {
  survey(): Promise<Result<EngineSurvey>>;
  removeContainer(id: string): Promise<Result<Removed>>;
  removeImage(id: string): Promise<Result<Removed>>;
  removeNetwork(id: string): Promise<Result<Removed>>;
  removeVolume(name: string): Promise<Result<Removed>>;
  /** The layers that a build left. */
  removeLayers(job: string): Promise<Result<Removed>>;
}
