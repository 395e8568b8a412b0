import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { detailsSchema, type ContainerDetails } from '../docker/details-schema.js';
import type { ImageDefaults } from './container-source.js';
import { toRunCommand } from './run-command.js';
import { shellWord } from '../shell-words.js';

/** What a POSIX shell hands to the program `docker` when it is given this command line. */
function wordsOf(commandLine: string): string[] {
  const script = `docker() { for word; do printf '%s\\0' "$word"; done; }; ${commandLine}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

const image: ImageDefaults = {
  env: ['PATH=/bin'],
  command: ['serve'],
  entrypoint: [],
  workingDir: '',
  user: '',
  labels: { 'deviceSupportStatus.widgy': 'Stable' },
  exposed: [],
};

function details(config: object = {}, hostConfig: object = {}): ContainerDetails {
  return detailsSchema.parse({
    Id: 'abcdef012345'.padEnd(64, '0'),
    Name: '/slipway-bay1',
    Image: `sha256:${'1'.repeat(64)}`,
    State: { Status: 'running' },
    Config: { Image: 'flasher', Hostname: 'abcdef012345', Env: ['PATH=/bin'], Cmd: ['serve'], ...config },
    HostConfig: { NetworkMode: 'none', ...hostConfig },
  });
}

const commandFor = (config?: object, hostConfig?: object, holds = true) =>
  toRunCommand(details(config, hostConfig), { image, imageNameHolds: holds });

/** The values of one option. */
const valuesOf = (words: string[], option: string): string[] =>
  words.flatMap((word, index) => (words[index - 1] === option ? [word] : []));

describe('the equal command line', () => {
  it('says what differs from the image, and nothing else', () => {
    expect(commandFor().text).toBe('docker run \\\n  --detach \\\n  --network none \\\n  flasher');
  });

  it('says every option of a container of ours', () => {
    const { words } = commandFor(
      {
        Env: ['MODE=fast', 'magicNumber=•••', 'PATH=/bin'],
        Cmd: ['/run it', '-v'],
        WorkingDir: '/workspace',
        Labels: { 'io.slipway.bay': '1', line: '4', 'deviceSupportStatus.widgy': 'Stable' },
        ExposedPorts: { '80/tcp': {}, '9/udp': {} },
      },
      {
        NetworkMode: 'slipway-bay1',
        PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '1080' }] },
        Dns: ['127.0.0.1'],
        DnsOptions: ['timeout:1'],
        DnsSearch: ['.'],
        CapAdd: ['CAP_KILL'],
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        ReadonlyRootfs: true,
        Memory: 67_108_864,
        MemorySwap: 67_108_864,
        NanoCpus: 1_500_000_000,
        PidsLimit: 64,
        IpcMode: 'private',
        LogConfig: { Type: 'json-file', Config: { 'max-size': '32m' } },
        RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
        Devices: [{ PathOnHost: '/dev/ttyACM3', PathInContainer: '/dev/ttyACM0', CgroupPermissions: 'rwm' }],
        Mounts: [
          { Type: 'bind', Source: '/srv/a,b', Target: '/workspace', ReadOnly: true },
          {
            Type: 'volume',
            Source: 'cache',
            Target: '/c',
            VolumeOptions: { Labels: { a: 'b', 'io.slipway.station': 's' }, DriverConfig: { Name: 'local' } },
          },
          { Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 1024, Mode: 0o1777 } },
        ],
      },
    );
    const option = (name: string): string[] => valuesOf(words, name);
    expect(option('--env')).toEqual(['MODE=fast', 'magicNumber']);
    expect(option('--label')).toEqual(['line=4']);
    expect(option('--device')).toEqual(['/dev/ttyACM3:/dev/ttyACM0:rwm']);
    expect(option('--mount')).toEqual([
      'type=bind,"source=/srv/a,b",target=/workspace,readonly',
      'type=volume,source=cache,target=/c,volume-label=a=b,volume-driver=local',
      'type=tmpfs,target=/t,tmpfs-size=1024,tmpfs-mode=1777',
    ]);
    expect(option('--publish')).toEqual(['127.0.0.1:1080:80/tcp']);
    expect(option('--expose')).toEqual(['9/udp']);
    const single = {
      '--network': 'slipway-bay1',
      '--dns': '127.0.0.1',
      '--dns-option': 'timeout:1',
      '--dns-search': '.',
      '--cap-drop': 'ALL',
      '--cap-add': 'KILL',
      '--security-opt': 'no-new-privileges',
      '--memory': '67108864',
      '--memory-swap': '67108864',
      '--cpus': '1.5',
      '--pids-limit': '64',
      '--ipc': 'private',
      '--log-driver': 'json-file',
      '--log-opt': 'max-size=32m',
      '--restart': 'no',
      '--workdir': '/workspace',
    };
    for (const [name, value] of Object.entries(single)) expect(option(name), name).toEqual([value]);
    expect(words).toContain('--read-only');
    expect(words.slice(-3)).toEqual(['flasher', '/run it', '-v']);
  });

  it('takes secrets from the shell, and names them', () => {
    const command = commandFor({ Env: ['magicNumber=•••', 'URL=http://h/•••', 'A=1'] });
    expect(command.withheld).toEqual(['magicNumber', 'URL']);
    expect(command.text).not.toContain('•••');
  });

  it('passes the words of an entry point on', () => {
    const { words } = commandFor({ Entrypoint: ['/bin/sh', '-c'], Cmd: ['echo hi'] });
    expect(words.slice(-5)).toEqual(['--entrypoint', '/bin/sh', 'flasher', '-c', 'echo hi']);
    const own = { ...image, entrypoint: ['/init'] };
    const without = toRunCommand(details({ Entrypoint: null, Cmd: ['sh'] }), {
      image: own,
      imageNameHolds: true,
    });
    expect(without.words.slice(-4)).toEqual(['--entrypoint', '', 'flasher', 'sh']);
  });

  it('names the image by its id when its name means another by now, and says all when the image is gone', () => {
    expect(commandFor({}, {}, false).words.at(-1)).toBe(`sha256:${'1'.repeat(64)}`);
    const alone = toRunCommand(details(), { image: null, imageNameHolds: false });
    expect(alone.words).toContain('PATH=/bin');
    expect(alone.words.at(-1)).toBe('serve');
  });

  it('is understood by a POSIX shell word for word, whatever is in it', () => {
    // Made, not random: a failure comes back.
    const nasty = [
      '',
      ' ',
      "'",
      "''",
      '"',
      '\\',
      '$HOME',
      '`id`',
      '$(id)',
      '*',
      '~',
      '-x',
      '#',
      '!',
      '\n',
      '\t',
    ];
    const pieces = [
      ...nasty,
      'ñ',
      '日本',
      '😀',
      'a b',
      ';',
      '&&',
      '|',
      '>',
      '=',
      '%',
      '{a,b}',
      '[x]',
      'plain',
    ];
    let seed = 1;
    const next = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const word = (): string =>
      Array.from({ length: 1 + next(5) }, () => pieces[next(pieces.length)]).join('');
    for (let round = 0; round < 40; round += 1) {
      const { text, words } = commandFor(
        {
          Env: [`A=${word()}`, `B=${word()}`],
          Cmd: [word(), word(), ...nasty],
          Labels: { [`l${word().replaceAll('=', '')}`]: word() },
          Entrypoint: [word(), word()],
        },
        { Mounts: [{ Type: 'bind', Source: `/${word()}`, Target: `/${word()}` }] },
      );
      expect(wordsOf(text)).toEqual(words);
    }
    expect(nasty.map(shellWord)).not.toContain('');
  });
});
