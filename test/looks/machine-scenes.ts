import type { CleanupItem, CleanupKind, CleanupPlan } from '../../src-shared/model/cleanup.js';
import type { DoctorCheck } from '../../src-shared/model/station.js';

/** A machine to look at: one thing of each kind, and checks of every state. */

const day = 86_400_000;

function item(kind: CleanupKind, name: string, change: Partial<CleanupItem> = {}): CleanupItem {
  return {
    id: `${kind}:${name}`,
    kind,
    name,
    detail: '',
    bytes: 12_400_000,
    at: Date.now() - 3 * day,
    kept: null,
    proposed: ['container', 'old-build', 'build-cache', 'network'].includes(kind),
    due: false,
    stamp: '',
    ...change,
  };
}

const plan: CleanupPlan = {
  at: Date.now(),
  items: [
    item('container', 'slipway-bay1-01J9ZQ4W-0003', {
      detail: 'widget-deployer:latest, widgy, 01J9ZQ4W-0003',
    }),
    item('container', 'slipway-bay2-01J9ZQ4W-0001', { due: true, at: Date.now() - 9 * day }),
    item('container', 'slipway-bay3-01J9ZQ4W-0009', { kept: 'run-goes-on', proposed: false }),
    item('network', 'slipway-4f1c2a90-bay7', { bytes: null }),
    item('volume', 'widget-cache', { bytes: 2_400_000_000 }),
    item('image', 'precise-base:latest', { bytes: 184_000_000, kept: 'built-upon', proposed: false }),
    item('old-build', '3f2a9c1d77b0', { bytes: 41_000_000, detail: 'widgy', due: true }),
    item('build-cache', 'widget-deployer:2.4', { bytes: 212_000_000, detail: '20260430-091502-k2f9' }),
    item('run-log', '01J9ZQ4W-0001', { bytes: 190_000 }),
  ],
  rest: [{ kind: 'run-log', count: 1840, bytes: 611_000_000 }],
  engineFault: null,
  removals: [
    { at: Date.now() - 3_600_000, by: 'policy', kind: 'old-build', name: '9d00a1e2c3b4', bytes: 38_000_000 },
  ],
};

const checks: DoctorCheck[] = [
  {
    check: 'engine',
    state: 'ok',
    reason: 'engine.ready',
    params: { endpoint: 'unix:///var/run/docker.sock' },
  },
  { check: 'engine-storage', state: 'ok', reason: 'engine-storage.ready', params: { driver: 'overlay2' } },
  {
    check: 'engine-boot',
    state: 'warning',
    reason: 'engine-boot.disabled',
    command: 'sudo systemctl enable docker',
    mend: 'boot-engine',
  },
  { check: 'retention', state: 'ok', reason: 'retention.removed', params: { count: 3, megabytes: 112 } },
  {
    check: 'workspace',
    state: 'problem',
    reason: 'workspace.missing',
    params: { path: '/home/ana/widgetOS' },
    command: 'mkdir -p /home/ana/widgetOS',
    mend: 'make-workspace',
  },
  {
    check: 'port-grabbers',
    state: 'warning',
    reason: 'port-grabbers.running',
    params: { programs: 'ModemManager' },
    command: 'sudo systemctl mask --now ModemManager',
  },
  { check: 'clock', state: 'ok', reason: 'clock.synchronised', params: { date: '2026-05-01' } },
];

export const machineAnswers = {
  'doctor.check': () => ({ ok: true as const, value: checks }),
  'doctor.ticket': () => ({ ok: true as const, value: { text: 'Slipway doctor\n' } }),
  'cleanup.plan': () => ({ ok: true as const, value: plan }),
};
