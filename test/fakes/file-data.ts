import type { BayContainer, FileEntry, FolderView } from '../../src-shared/model/files.js';
import type { JobSummary } from '../../src-shared/model/job.js';
import type { VolumeManifest, VolumeView } from '../../src-shared/model/volumes.js';

/** What window tests and looks show of files and volumes. */

export function aFile(name: string, change: Partial<FileEntry> = {}): FileEntry {
  return {
    name,
    kind: 'file',
    size: 4096,
    mode: 0o644,
    uid: 0,
    gid: 0,
    modifiedAt: Date.UTC(2026, 4, 12, 9, 30),
    target: null,
    leadsTo: null,
    addressable: true,
    mount: null,
    ...change,
  };
}

export function aFolderEntry(name: string, change: Partial<FileEntry> = {}): FileEntry {
  return aFile(name, { kind: 'folder', size: null, mode: 0o755, ...change });
}

export function aBayContainer(change: Partial<BayContainer> = {}): BayContainer {
  return {
    id: 'c0ffee'.padEnd(64, '0'),
    name: 'slipway-bay1-01J9ZQ4W-0001',
    image: 'widget-deployer:latest',
    runId: '01J9ZQ4W-0001',
    isRunning: true,
    startedAt: Date.UTC(2026, 4, 12, 9),
    ...change,
  };
}

export function aFolder(path: string, entries: FileEntry[], change: Partial<FolderView> = {}): FolderView {
  return {
    container: aBayContainer(),
    path,
    mount: null,
    readOnlyRoot: false,
    entries,
    total: entries.length,
    complete: true,
    ...change,
  };
}

export function aTransfer(change: Partial<JobSummary> = {}): JobSummary {
  return {
    id: 'job-download-1',
    kind: 'download',
    params: { path: '/var/log/flasher.log', target: '/home/ana/flasher.log' },
    state: 'running',
    step: null,
    progress: { done: 12_400_000, total: 38_000_000, unit: 'bytes' },
    fault: null,
    outcome: null,
    startedAt: Date.UTC(2026, 4, 12, 9, 31),
    endedAt: null,
    ...change,
  };
}

export function aVolume(name: string, change: Partial<VolumeView> = {}): VolumeView {
  return {
    name,
    createdAt: Date.UTC(2026, 4, 1),
    size: 2_400_000_000,
    usedBy: [],
    foreignUsers: 0,
    recipes: [],
    ...change,
  };
}

export function aBackup(change: Partial<VolumeManifest> = {}): VolumeManifest {
  return {
    format: 'slipway-volume-1',
    volume: 'widget-cache',
    station: 'Line 2',
    host: 'bench-07',
    createdAt: Date.UTC(2026, 4, 11, 17),
    size: 1_900_000_000,
    entries: 5120,
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    ...change,
  };
}
