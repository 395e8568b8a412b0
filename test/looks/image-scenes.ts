import type { JobSummary } from '../../src-shared/model/job.js';
import { fault } from '../../src-shared/model/result.js';
import { aDetail, aRemoval, someBuilds, someImages } from '../fakes/image-data.js';

/** Images to look at, and tasks with them. */

const refuse = (image: string) => {
  const error = fault('image-foreign', { image });
  return { ok: false as const, error: { ...error, message: error.code } };
};
const find = (image: string) =>
  someImages.images.find(({ id, names }) => id === image || names.includes(image));

export const imageAnswers = {
  'images.builds': () => ({ ok: true as const, value: someBuilds }),
  'images.inspect': ({ image }: { image: string }) => {
    const found = find(image);
    return found === undefined ? refuse(image) : { ok: true as const, value: aDetail(found) };
  },
  'images.removal': ({ image }: { image: string }) => {
    const found = find(image);
    return found === undefined ? refuse(image) : { ok: true as const, value: aRemoval(found) };
  },
  'images.examine': ({ file }: { file: string }) => ({
    ok: true as const,
    value: {
      file,
      bytes: 640_000_000,
      madeAt: Date.UTC(2026, 4, 12, 9, 30),
      madeBy: 'Line 1 (line1)',
      images: someImages.images.slice(0, 2).map(({ id, names, size, createdAt }, index) => ({
        id,
        names,
        size,
        createdAt,
        isHere: index === 0,
        moves: index === 0 ? [] : [{ name: 'gadget:current', from: `sha256:${'9'.repeat(64)}` }],
      })),
    },
  }),
};

function job(id: string, change: Partial<JobSummary>): JobSummary {
  return {
    id,
    kind: 'build',
    params: { name: 'widget-deployer:latest' },
    state: 'done',
    step: null,
    progress: null,
    fault: null,
    outcome: null,
    startedAt: Date.now() - 3_600_000,
    endedAt: Date.now() - 3_500_000,
    ...change,
  };
}

export const imageJobs: JobSummary[] = [
  job('job-00000002', {
    kind: 'save',
    params: { name: 'widget-deployer:latest', file: 'images.tar' },
    state: 'running',
    progress: { done: 210_000_000, total: 412_000_000, unit: 'bytes' },
    endedAt: null,
  }),
  job('job-00000001', {}),
];
