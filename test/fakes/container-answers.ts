import type { HandlersOf } from '../../src-main/core/part.js';
import type { containerCalls } from '../../src-shared/contract/containers.js';
import { ok } from '../../src-shared/model/result.js';

/** No bay has a container. */
export function containerAnswers(): HandlersOf<typeof containerCalls> {
  return {
    'containers.list': () => Promise.resolve(ok([])),
    'containers.inspect': () => Promise.resolve(ok({ kind: 'none' })),
  };
}
