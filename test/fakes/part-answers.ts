import { containerAnswers } from './container-answers.js';
import { consoleAnswers } from './console-answers.js';
import { fail, ok, type Result } from '../../src-shared/model/result.js';
import { fileAnswers, volumeAnswers } from './file-answers.js';
import { historyAnswers } from './history.js';
import type { StationHandlers } from '../../src-main/core/station-api.js';

/** What the fake station answers to the calls of its parts (`src-shared/contract/`) until a test says otherwise. */
export function partAnswers() {
  return {
    ...terminalAnswers(),
    ...consoleAnswers(),
    ...shellAnswers(),
    ...jobAnswers(),
    ...containerAnswers(),
    ...cleanupAnswers(),
    ...doctorAnswers(),
    ...imageAnswers(),
    ...fileAnswers(),
    ...volumeAnswers(),
    ...unitAnswers(),
    ...webhookAnswers(),
    ...historyAnswers(),
    ...labelAnswers(),
  };
}

/** A station without labels. */
function labelAnswers() {
  const done = (): Promise<Result<void>> => Promise.resolve(ok());
  return {
    'labels.list': () => Promise.resolve(ok({ labels: [], jobs: [] })),
    'labels.preview': () => Promise.resolve(ok({ drawing: null })),
    'labels.print': () => Promise.resolve(ok({ jobId: '7b5c2b54-0000-4000-8000-000000000001' })),
    'labels.retry': done,
    'labels.settle': done,
    'labels.pdf': () => Promise.resolve(ok({ file: '/tmp/label.pdf', unshown: [] })),
  } satisfies Partial<StationHandlers>;
}

function webhookAnswers() {
  const done = (): Promise<Result<void>> => Promise.resolve(ok());
  return {
    'webhooks.list': () => Promise.resolve(ok({ hooks: [] })),
    'webhooks.deliveries': () => Promise.resolve(ok({ deliveries: [] })),
    'webhooks.retry': done,
    'webhooks.drop': () => Promise.resolve(ok({ dropped: 0 })),
    'webhooks.test': () => Promise.resolve(ok({ status: 200, milliseconds: 12 })),
    'webhooks.acknowledge': done,
  } satisfies Partial<StationHandlers>;
}

function unitAnswers() {
  return {
    'bay.identify': () => Promise.resolve(ok()),
    'bay.confirm': () => Promise.resolve(ok()),
    'runs.measurements': () => Promise.resolve(ok({ points: [] })),
  } satisfies Partial<StationHandlers>;
}

function terminalAnswers() {
  const done = (): Promise<Result<void>> => Promise.resolve(ok());
  return { 'terminal.write': done, 'terminal.resize': done, 'terminal.ack': done, 'terminal.close': done };
}

function jobAnswers() {
  return {
    'jobs.list': () => Promise.resolve(ok([])),
    'jobs.log': () => Promise.resolve(ok({ lines: [], total: 0 })),
    'jobs.cancel': () => Promise.resolve(ok()),
    'jobs.remove': () => Promise.resolve(ok()),
    'images.build': () => Promise.resolve(ok({ jobId: 'job-fake-0001' })),
    'images.import': () => Promise.resolve(ok({ jobId: 'job-fake-0001' })),
    'images.debootstrap': () => Promise.resolve(ok({ jobId: 'job-fake-0001' })),
    'images.builds': () => Promise.resolve(ok([])),
  } satisfies Partial<StationHandlers>;
}

/** Nothing is left behind. */
function cleanupAnswers() {
  const nothing = { outcomes: [], freedBytes: 0 };
  return {
    'cleanup.plan': () =>
      Promise.resolve(ok({ at: Date.now(), items: [], rest: [], engineFault: null, removals: [] })),
    'cleanup.remove': () => Promise.resolve(ok(nothing)),
    'cleanup.applyPolicy': () => Promise.resolve(ok(nothing)),
  } satisfies Partial<StationHandlers>;
}

function doctorAnswers() {
  return {
    'doctor.mend': () => Promise.resolve(ok([])),
    'doctor.ticket': () => Promise.resolve(ok({ text: 'Slipway doctor\n' })),
  } satisfies Partial<StationHandlers>;
}

function imageAnswers() {
  const job = (): Promise<Result<{ jobId: string }>> => Promise.resolve(ok({ jobId: 'job-00000001' }));
  const unknown = ({ image }: { image: string }): Promise<Result<never>> =>
    Promise.resolve(fail('image-foreign', { image }));
  return {
    'images.list': () => Promise.resolve(ok({ images: [], missing: [] })),
    'images.inspect': unknown,
    'images.removal': unknown,
    'images.remove': unknown,
    'images.save': job,
    'images.examine': ({ file }) =>
      Promise.resolve(fail('saved-file-unreadable', { file, reason: 'ENOENT' })),
    'images.load': job,
    'images.pull': job,
  } satisfies Partial<StationHandlers>;
}

function shellAnswers() {
  return {
    'shells.open': () => Promise.resolve(ok({ id: '7b5c2b54-0000-4000-8000-000000000001' })),
    'shells.list': () => Promise.resolve(ok({ shells: [] })),
  };
}
