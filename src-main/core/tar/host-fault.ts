import { fault, type Fault } from '../../../src-shared/model/result.js';
import { isSystemError } from '../ports/system-error.js';

/** The fault for what the station's own system refused about a path; throws again what only a bug can have thrown. */
export function hostFault(error: unknown, path: string): Fault {
  if (!isSystemError(error)) throw error;
  const place = error.path ?? path;
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fault('host-no-space', { path }, error.message);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fault('host-forbidden', { path: place }, error.message);
    case 'ENOENT':
    case 'ENOTDIR':
      return fault('host-missing', { path: place }, error.message);
    case 'EEXIST':
    case 'ENOTEMPTY':
      return fault('host-exists', { path: place }, error.message);
    default:
      return fault('host-unusable', { path: place, reason: error.code }, error.message);
  }
}
