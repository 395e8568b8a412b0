import type { ContainerAnswer, Usage } from '../../src-shared/model/container.js';

const id = '4d54af1684ca59f8bcdf722e13394f605a34efee19ab1efbcc5696bb4bfc6f69';

/** A bay's container as the station shows it, in the middle of a flash. */
export function aContainer(bay = 1): Extract<ContainerAnswer, { kind: 'container' }> {
  const runId = '01J9ZQ4W-0001';
  const env = ['MODE=fast', 'PATH=/usr/local/bin:/usr/bin:/bin', 'magicNumber=•••'];
  const labels = {
    'deviceSupportStatus.widgy': 'Release Candidate 3',
    'io.slipway.bay': String(bay),
    'io.slipway.recipe': 'widgy',
    'io.slipway.run': runId,
    'io.slipway.secrets': 'magicNumber',
    'io.slipway.station': '6fb1c1f0-4b43-4d2e-9a61-8f6d6b1b9c77',
  };
  return {
    kind: 'container',
    facts: {
      id,
      name: `slipway-bay${bay}-${runId}`,
      image: 'widget-deployer',
      imageId: 'sha256:e2e3502b64d35a1c5c0a0b8f0b1d7f4d34f0f8b0c7f5a9f7a5b0e6d7c8b9a0f1',
      state: 'running',
      exitCode: null,
      bay,
      runId,
      recipe: 'widgy',
      startedAt: Date.UTC(2026, 4, 12, 9, 30, 4),
      finishedAt: null,
      error: '',
      outOfMemory: false,
      createdAt: Date.UTC(2026, 4, 12, 9, 30, 3),
      entrypoint: [],
      command: ['/opt/flasher/start', '--panel', '80'],
      workingDir: '/workspace',
      user: '',
      ports: [{ container: '80/tcp', host: `127.0.0.1:${1079 + bay}` }],
      devices: [{ host: '/dev/ttyACM3', container: '/dev/ttyACM0' }],
      mounts: [
        { kind: 'volume', source: 'widget-cache', target: '/cache', readOnly: false, sizeBytes: null },
        { kind: 'tmpfs', source: null, target: '/scratch', readOnly: false, sizeBytes: 64 * 1024 ** 2 },
        { kind: 'bind', source: '/srv/widgets', target: '/workspace', readOnly: true, sizeBytes: null },
      ],
      network: `slipway-6fb1c1f0-bay${bay}`,
      addresses: [{ network: `slipway-6fb1c1f0-bay${bay}`, address: '172.19.0.2' }],
      limits: { memoryBytes: 512 * 1024 ** 2, cpus: 1, pids: 256 },
      capabilities: { dropped: ['ALL'], added: ['CHOWN', 'DAC_OVERRIDE', 'KILL', 'NET_BIND_SERVICE'] },
      securityOptions: ['no-new-privileges'],
      privileged: false,
      readOnlyRoot: false,
      restart: 'no',
      labels: Object.entries(labels).map(([name, value]) => ({ name, value })),
      env: [
        { name: 'MODE', value: 'fast' },
        { name: 'PATH', value: '/usr/local/bin:/usr/bin:/bin' },
        { name: 'magicNumber', value: null },
      ],
    },
    json: {
      Id: id,
      Created: '2026-05-12T09:30:03.547099446Z',
      Path: '/opt/flasher/start',
      Args: ['--panel', '80'],
      State: { Status: 'running', Running: true, Pid: 14375, ExitCode: 0, StartedAt: '2026-05-12T09:30:04Z' },
      Name: `/slipway-bay${bay}-${runId}`,
      HostConfig: {
        NetworkMode: `slipway-6fb1c1f0-bay${bay}`,
        CapDrop: ['ALL'],
        CapAdd: ['CHOWN', 'DAC_OVERRIDE', 'KILL', 'NET_BIND_SERVICE'],
        Memory: 536_870_912,
        PidsLimit: 256,
        Privileged: false,
        RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
      },
      Config: {
        Env: env,
        Cmd: ['/opt/flasher/start', '--panel', '80'],
        Image: 'widget-deployer',
        Labels: labels,
      },
    },
    runCommand:
      'docker run \\\n  --detach \\\n  --env magicNumber \\\n  --network none \\\n  widget-deployer',
    withheld: ['magicNumber'],
  };
}

/** What a flasher uses in its `second`th second. */
export function aUsage(at: number, second: number): Usage {
  const wave = (size: number, period: number): number => size * (1 + Math.sin(second / period));
  return {
    at,
    cpuPercent: 30 + wave(22, 7) + (second % 9),
    memory: { used: (60 + wave(18, 20)) * 1024 ** 2, limit: 512 * 1024 ** 2 },
    network: { received: wave(1500, 5), sent: wave(4200, 4) },
    blocks: { read: second % 30 < 3 ? 900_000 : 0, written: wave(20_000, 9) },
    processes: 4,
  };
}
