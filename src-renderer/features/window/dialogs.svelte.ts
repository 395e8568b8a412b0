import type { RunRecord } from '../../../src-shared/model/run.js';
import type { VolumeManifest, VolumeView } from '../../../src-shared/model/volumes.js';

import type { RunScope } from '../../../src-shared/contract/history.js';

/** What the window may ask; one question at a time. */
export type DialogRequest =
  | { kind: 'abort'; bay: number; runId: string }
  | { kind: 'flash-again'; bay: number; runId: string }
  | { kind: 'reset-counters' }
  | { kind: 'paste'; lines: number; paste: () => void }
  | {
      /** Any question with two answers. */
      kind: 'question';
      title: string;
      body: string;
      no: string;
      yes: string;
      /** What is answered with yes cannot be taken back. */
      danger?: boolean;
      act: () => void;
    }
  | { kind: 'build-image' }
  | { kind: 'import-image' }
  | { kind: 'debootstrap-image' }
  | { kind: 'create-volume'; done: () => void }
  | {
      kind: 'restore-volume';
      file: string;
      manifest: VolumeManifest;
      volumes: readonly VolumeView[];
      act: (name: string, replace: boolean) => void;
    }
  /** `image` is a name, or an id without one. */
  | { kind: 'save-images'; image: string }
  | { kind: 'load-images' }
  | { kind: 'pull-image'; recipe: string; image: string }
  | { kind: 'remove-image'; image: string }
  | { kind: 'allow-once'; bay: number }
  | { kind: 'send-file'; bay: number }
  | { kind: 'export-runs'; scope: RunScope; count: number | null }
  | { kind: 'label'; record: RunRecord }
  | { kind: 'help' }
  | { kind: 'quit'; running: readonly number[] };

export class Dialogs {
  current: DialogRequest | null = $state.raw(null);

  /** The question whether to quit goes before every other. */
  open(request: DialogRequest): void {
    if (this.current?.kind === 'quit' && request.kind !== 'quit') return;
    this.current = request;
  }

  close(): void {
    this.current = null;
  }
}
