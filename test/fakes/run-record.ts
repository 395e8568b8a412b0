import type { RunRecord } from '../../src-shared/model/run.js';

/** A run that passed a minute after it began, but for what is given. */
export function createRun(given: Partial<RunRecord> & { id: string }): RunRecord {
  const startedAt = given.startedAt ?? Date.UTC(2020, 0, 1);
  const endedAt = given.endedAt === undefined ? startedAt + 60_000 : given.endedAt;
  return {
    bay: 1,
    bayLabel: 'Bay 1',
    physicalPath: 'usb:1-1:1.0',
    portPath: '/dev/ttyACM0',
    portIdentity: `identity of ${given.id}`,
    attempt: 1,
    recipe: 'widget',
    recipeHash: 'ab'.repeat(32),
    model: 'widget-1',
    unitSerial: null,
    imageName: 'widget-deployer',
    imageId: `sha256:${'cd'.repeat(32)}`,
    imageDigest: null,
    containerId: 'ef'.repeat(32),
    hostPort: 1080,
    contentHash: '12'.repeat(32),
    startedAt,
    endedAt,
    phases: [{ phase: 'flash', startedAt, endedAt }],
    tests: [],
    verdict: 'PASS',
    fault: null,
    operator: 'Ada',
    host: 'line-1',
    allowance: null,
    firstRun: null,
    identity: null,
    ...given,
  };
}
