import type { FakeAnswers } from '../fakes/bridge.js';
import { fault } from '../../src-shared/model/result.js';
import type { FileEntry, FolderView } from '../../src-shared/model/files.js';
import {
  aBackup,
  aBayContainer,
  aFile,
  aFolder,
  aFolderEntry,
  aTransfer,
  aVolume,
} from '../fakes/file-data.js';

/** Files and volumes to look at: a tree with mounts and links, a folder without end, one that is locked. */

const workspace = { kind: 'bind', path: '/workspace', source: '/home/ana/widgetOS', readOnly: true } as const;
const cache = { kind: 'volume', path: '/var/cache/widget', source: 'widget-cache', readOnly: false } as const;

const root: FileEntry[] = [
  aFolderEntry('bin', { kind: 'link', mode: 0o777, target: 'usr/bin', leadsTo: 'folder' }),
  aFolderEntry('dev', { mount: { kind: 'system', path: '/dev', source: null, readOnly: false } }),
  aFolderEntry('etc'),
  aFolderEntry('home'),
  aFolderEntry('many'),
  aFolderEntry('proc', { mount: { kind: 'system', path: '/proc', source: null, readOnly: false } }),
  aFolderEntry('root', { mode: 0o700 }),
  aFolderEntry('tmp', {
    mode: 0o1777,
    mount: { kind: 'tmpfs', path: '/tmp', source: null, readOnly: false },
  }),
  aFolderEntry('usr'),
  aFolderEntry('var'),
  aFolderEntry('workspace', { uid: 1000, gid: 1000, mount: workspace }),
  aFile('flasher', { size: 18_732_544, mode: 0o4755 }),
  aFile('initrd.img', { kind: 'link', mode: 0o777, target: 'boot/initrd.img-3.2.0', leadsTo: 'nothing' }),
  aFile('licence.txt', { size: 812, uid: 1000, gid: 1000 }),
];

const many = Array.from({ length: 48_000 }, (_, index) =>
  aFile(`block-${String(index).padStart(5, '0')}.bin`, { size: index * 512 }),
);

function folder(path: string): FolderView | null {
  if (path === '/') return aFolder(path, root);
  if (path === '/many') return aFolder(path, many, { complete: false });
  if (path === '/workspace') {
    return aFolder(path, [aFile('widgetOS-4.2.img', { size: 412_000_000, uid: 1000, gid: 1000 })], {
      mount: workspace,
    });
  }
  if (path === '/var') return aFolder(path, [], { mount: cache });
  return null;
}

export const transfers = [
  aTransfer(),
  aTransfer({
    id: 'job-upload-1',
    kind: 'upload',
    params: { path: '/srv/logo.bin', count: 3, target: '/var/cache/widget' },
    progress: { done: 0, total: null, unit: 'bytes' },
  }),
  aTransfer({ id: 'job-backup-1', kind: 'backup', params: { name: 'widget-cache', file: '/srv/w.tar' } }),
];

export const fileAnswers: FakeAnswers = {
  // Bay 3's container was kept, bay 4 has none.
  'files.containers': ({ bay }) => ({
    ok: true,
    value: {
      containers:
        bay === 4
          ? []
          : [
              aBayContainer({ isRunning: bay !== 3 }),
              aBayContainer({ id: 'b'.repeat(64), isRunning: false }),
            ],
    },
  }),
  'files.list': ({ path, from = 0, limit = 500 }) => {
    const found = folder(path);
    if (found === null) {
      return { ok: false, error: { ...fault('file-forbidden', { path }), message: '' } };
    }
    return { ok: true, value: { ...found, entries: found.entries.slice(from, from + limit) } };
  },
  'files.download': () => ({ ok: true, value: { jobId: 'job-download-1' } }),
  'files.upload': () => ({ ok: true, value: { jobId: 'job-upload-1' } }),
  'volumes.list': ({ sizes }) => ({
    ok: true,
    value: {
      volumes: [
        aVolume('licences', { size: sizes ? 18_400 : null, createdAt: Date.now() - 3_600_000 }),
        aVolume('widget-cache', {
          size: sizes ? 2_400_000_000 : null,
          createdAt: Date.now() - 40 * 86_400_000,
          usedBy: [
            { id: 'a', name: 'slipway-bay1-01J9ZQ4W-0001', bay: 1, isRunning: true },
            { id: 'b', name: 'slipway-bay3-01J9ZQ4W-0003', bay: 3, isRunning: false },
          ],
          foreignUsers: 1,
          recipes: ['widgy', 'widgy-pro'],
        }),
        aVolume('widget-cache-old', {
          size: sizes ? 1_900_000_000 : null,
          createdAt: Date.now() - 90 * 86_400_000,
          recipes: ['widgy-classic'],
        }),
      ],
    },
  }),
  'volumes.create': ({ name }) =>
    name === 'taken'
      ? { ok: false, error: { ...fault('volume-exists', { name }), message: '' } }
      : { ok: true, value: undefined },
  'volumes.describeBackup': () => ({ ok: true, value: aBackup() }),
  'volumes.backup': () => ({ ok: true, value: { jobId: 'job-backup-1' } }),
  'volumes.restore': () => ({ ok: true, value: { jobId: 'job-restore-1' } }),
};
