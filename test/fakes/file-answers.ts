import type { StationHandlers } from '../../src-main/core/station-api.js';
import { fail, ok } from '../../src-shared/model/result.js';

/** No container, nothing to list. */
export function fileAnswers() {
  return {
    'files.containers': () => Promise.resolve(ok({ containers: [] })),
    'files.list': () => Promise.resolve(fail('container-gone')),
    'files.download': () => Promise.resolve(ok({ jobId: 'job-download-1' })),
    'files.upload': () => Promise.resolve(ok({ jobId: 'job-upload-1' })),
  } satisfies Partial<StationHandlers>;
}

/** No volumes. */
export function volumeAnswers() {
  return {
    'volumes.list': () => Promise.resolve(ok({ volumes: [] })),
    'volumes.create': () => Promise.resolve(ok()),
    'volumes.remove': () => Promise.resolve(ok()),
    'volumes.backup': () => Promise.resolve(ok({ jobId: 'job-backup-1' })),
    'volumes.describeBackup': ({ file }) => Promise.resolve(fail('backup-unreadable', { path: file })),
    'volumes.restore': () => Promise.resolve(ok({ jobId: 'job-restore-1' })),
  } satisfies Partial<StationHandlers>;
}
