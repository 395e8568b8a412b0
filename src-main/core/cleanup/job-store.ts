import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Messages } from '../../../src-shared/messages/messages.js';
import { ok } from '../../../src-shared/model/result.js';
import type { Jobs } from '../jobs/jobs.js';
import { answerOrNothing } from '../ports/system-error.js';
import type { JobStore } from './cleaner.js';

/** The station's jobs for clean-up: they are removed by their registry, which knows which of them run. */
export function createJobStore(options: { jobs: Jobs; home: string; messages: () => Messages }): JobStore {
  const { jobs, home, messages } = options;
  return {
    list: () =>
      Promise.all(
        jobs.list().map(async ({ id, kind, params, state, startedAt, endedAt }) => ({
          id,
          title: messages().text(`jobs.title-${kind}`, params),
          bytes: (await answerOrNothing(() => stat(join(home, 'jobs', `${id}.log`))))?.size ?? null,
          at: endedAt ?? startedAt,
          running: state === 'running',
        })),
      ),
    async remove(id) {
      return jobs.find(id) === undefined ? ok() : jobs.remove(id);
    },
  };
}
