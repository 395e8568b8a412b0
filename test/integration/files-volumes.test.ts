import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TransferContext } from '../../src-main/core/container-files/transfer.js';
import { codeOf, valueOf } from './engine-bench.js';
import { cancelledAfter, hashOf, makeFilesBench, makeFolder, quiet, type FilesBench } from './files-bench.js';

let bench: FilesBench;
let folder: string;
let dispose: () => void;

beforeAll(async () => {
  bench = await makeFilesBench();
});
afterAll(() => bench.dispose());
beforeEach(() => {
  ({ path: folder, dispose } = makeFolder());
});
afterEach(() => dispose());

const oddNames = [
  'plain.txt',
  'ñandú – 漢字.bin',
  'with\nline',
  'it\'s "quoted"',
  '-rf',
  ' blanks ',
  `${'long-'.repeat(40)}end`,
];

/** A folder with all that makes trouble, on the station. */
function makeOddFolder(): string {
  const root = join(folder, 'odd');
  mkdirSync(join(root, 'deep/er'), { recursive: true });
  for (const name of oddNames) writeFileSync(join(root, name), `content of ${name}`);
  writeFileSync(join(root, 'deep/er/program'), randomBytes(100_000), { mode: 0o750 });
  writeFileSync(join(root, 'deep/empty'), '');
  symlinkSync('deep/er/program', join(root, 'link'));
  return root;
}

function compareFolders(one: string, other: string): void {
  const names = readdirSync(one).sort();
  expect(readdirSync(other).sort()).toEqual(names);
  for (const name of names) {
    const [a, b] = [join(one, name), join(other, name)];
    const [left, right] = [lstatSync(a), lstatSync(b)];
    expect(right.isSymbolicLink()).toBe(left.isSymbolicLink());
    if (left.isSymbolicLink()) expect(readlinkSync(b)).toBe(readlinkSync(a));
    else if (left.isDirectory()) compareFolders(a, b);
    else {
      expect(readFileSync(b).equals(readFileSync(a))).toBe(true);
      expect(right.mode & 0o777).toBe(left.mode & 0o755);
      expect(Math.abs(right.mtimeMs - left.mtimeMs)).toBeLessThan(1001);
    }
  }
}

describe('the files of a container', () => {
  it('are listed with what each is, whether the container runs or not', async () => {
    const script =
      "mkdir -p /d/sub; echo hello > /d/f; chmod 751 /d/f; chown 7:8 /d/f; ln -s sub /d/l; mkfifo /d/p; touch '/d/ñ\nx'";
    const id = await bench.sleeper(script);
    const look = async () => valueOf(await bench.lister.list(id, '/d/'));
    const running = await look();
    expect(running).toMatchObject({ path: '/d', complete: true });
    const expected = [
      { name: 'sub', kind: 'folder', size: null },
      { name: 'f', kind: 'file', size: 6, mode: 0o751, uid: 7, gid: 8, target: null },
      { name: 'l', kind: 'link', target: 'sub' },
      { name: 'ñ\nx', kind: 'file', size: 0 },
      { name: 'p', kind: 'pipe' },
    ];
    expect(running.entries).toMatchObject(expected);
    await bench.stop(id);
    expect((await look()).entries).toMatchObject(expected);
    expect(codeOf(await bench.lister.list(id, '/d/f'))).toBe('file-no-folder');
    expect(codeOf(await bench.lister.list(id, '/nowhere'))).toBe('file-missing');
  });

  it('are listed also where the image has no program for it', async () => {
    const id = await bench.sleeper('mkdir /d; echo hello > /d/f; rm /bin/find /bin/tar');
    expect(valueOf(await bench.lister.list(id, '/d')).entries).toMatchObject([{ name: 'f', size: 6 }]);
  });

  it('show mounts for what they are', async () => {
    const id = await bench.sleeper('echo x > /t/in-memory', {
      mounts: [
        { type: 'bind', source: folder, target: '/workspace', readOnly: true },
        { type: 'tmpfs', target: '/t' },
      ],
    });
    const at = async (path: string) => valueOf(await bench.lister.list(id, path)).entries;
    const root = await at('/');
    expect(root.find(({ name }) => name === 'workspace')?.mount).toMatchObject({
      kind: 'bind',
      source: folder,
      readOnly: true,
    });
    expect(root.find(({ name }) => name === 't')?.mount).toMatchObject({ kind: 'tmpfs', readOnly: false });
    expect(root.find(({ name }) => name === 'proc')?.mount).toMatchObject({ kind: 'system' });
    expect(await at('/t')).toMatchObject([{ name: 'in-memory' }]);
    await bench.stop(id);
    expect(await at('/t')).toEqual([]);
    const gone = await bench.bring({ id, path: '/t/in-memory', target: join(folder, 'x'), form: 'file' });
    expect(codeOf(gone)).toBe('file-memory-gone');
  });

  it('of a huge folder are listed whole, in order', async () => {
    const id = await bench.sleeper('mkdir /many; cd /many; seq 1 20000 | xargs touch');
    const { entries, complete } = valueOf(await bench.lister.list(id, '/many'));
    expect(complete).toBe(true);
    expect([entries.length, entries[1]?.name, entries.at(-1)?.name]).toEqual([20_000, '2', '20000']);
  });
});

describe('a round trip between station and container', () => {
  for (const state of ['running', 'stopped'] as const) {
    it(`keeps every byte, name, link and permission of a folder (${state})`, async () => {
      const root = makeOddFolder();
      const id = await bench.sleeper('mkdir /in; chown 1000:1000 /in');
      if (state === 'stopped') await bench.stop(id);
      valueOf(await bench.send({ id, folder: '/in', sources: [root] }));
      const { entries } = valueOf(await bench.lister.list(id, '/in/odd'));
      expect(entries.map(({ name }) => name).sort()).toEqual([...oddNames, 'deep', 'link'].sort());
      expect(entries.every(({ uid, gid }) => uid === 1000 && gid === 1000)).toBe(true);
      // Nothing of the way there is left.
      expect(valueOf(await bench.lister.list(id, '/in')).entries.map(({ name }) => name)).toEqual(['odd']);

      valueOf(await bench.bring({ id, path: '/in/odd', target: join(folder, 'back'), form: 'folder' }));
      compareFolders(root, join(folder, 'back'));
      valueOf(await bench.bring({ id, path: '/in/odd', target: join(folder, 'odd.tar'), form: 'tar' }));
      mkdirSync(join(folder, 'untarred'));
      execFileSync('tar', ['-xf', join(folder, 'odd.tar'), '-C', join(folder, 'untarred')]);
      compareFolders(root, join(folder, 'untarred/odd'));
    });
  }

  it('carries a file into memory and out of it', async () => {
    const id = await bench.sleeper('true', { mounts: [{ type: 'tmpfs', target: '/t' }] });
    writeFileSync(join(folder, 'f'), 'in memory');
    valueOf(await bench.send({ id, folder: '/t', sources: [join(folder, 'f')] }));
    expect(await bench.inside(id, 'cat /t/f')).toBe('in memory');
    valueOf(await bench.bring({ id, path: '/t/f', target: join(folder, 'g'), form: 'file' }));
    expect(readFileSync(join(folder, 'g'), 'utf8')).toBe('in memory');
  });

  it('carries 200 MB both ways in a bounded memory', async () => {
    const big = join(folder, 'big');
    execFileSync('sh', ['-c', `head -c 209715200 /dev/urandom > '${big}'`]);
    const id = await bench.sleeper('mkdir /in');
    const before = process.memoryUsage().rss;
    let most = 0;
    const steps: number[] = [];
    const watching: TransferContext = {
      ...quiet,
      onBytes(done, total) {
        most = Math.max(most, process.memoryUsage().rss - before);
        if (total === 209_715_200) steps.push(done);
      },
    };
    valueOf(await bench.send({ id, folder: '/in', sources: [big] }, watching));
    valueOf(await bench.bring({ id, path: '/in/big', target: join(folder, 'back'), form: 'file' }, watching));
    expect(hashOf(join(folder, 'back'))).toBe(hashOf(big));
    expect(steps.at(-1)).toBe(209_715_200);
    expect(most).toBeLessThan(80 * 1024 ** 2);
  });
});

describe('an upload', () => {
  it('into what is read-only says why', async () => {
    writeFileSync(join(folder, 'f'), '1');
    const id = await bench.sleeper('true', {
      readOnlyRoot: true,
      mounts: [
        { type: 'bind', source: folder, target: '/workspace', readOnly: true },
        { type: 'tmpfs', target: '/tmp' },
      ],
    });
    const sources = [join(folder, 'f')];
    const bound = await bench.send({ id, folder: '/workspace', sources });
    expect(bound).toMatchObject({
      error: { code: 'file-mount-read-only', params: { kind: 'bind', source: folder } },
    });
    expect(codeOf(await bench.send({ id, folder: '/etc', sources }))).toBe('file-read-only');
    expect(codeOf(await bench.send({ id, folder: '/proc', sources }))).toBe('file-system-made');
  });

  it('replaces a file only when told to, and a folder never', async () => {
    const id = await bench.sleeper('mkdir -p /in/d; echo old > /in/f');
    writeFileSync(join(folder, 'f'), 'new');
    mkdirSync(join(folder, 'd'));
    expect(codeOf(await bench.send({ id, folder: '/in', sources: [join(folder, 'f')] }))).toBe('file-exists');
    expect(codeOf(await bench.send({ id, folder: '/in', sources: [join(folder, 'd')], replace: true }))).toBe(
      'file-exists-folder',
    );
    valueOf(await bench.send({ id, folder: '/in', sources: [join(folder, 'f')], replace: true }));
    expect(await bench.inside(id, 'cat /in/f')).toBe('new');
  });

  it('that is cancelled leaves nothing in a container that runs', async () => {
    execFileSync('sh', ['-c', `head -c 100000000 /dev/zero > '${join(folder, 'big')}'`]);
    const id = await bench.sleeper('mkdir /in');
    expect(
      codeOf(
        await bench.send({ id, folder: '/in', sources: [join(folder, 'big')] }, cancelledAfter(10_000_000)),
      ),
    ).toBe('files-cancelled');
    expect(await bench.inside(id, 'ls -a /in')).toBe('.\n..\n');
  });

  it('that is cancelled in a stopped container leaves no half file, and says which it emptied', async () => {
    execFileSync('sh', ['-c', `head -c 100000000 /dev/zero > '${join(folder, 'big')}'`]);
    const id = await bench.sleeper('mkdir /in');
    await bench.stop(id);
    const sent = await bench.send(
      { id, folder: '/in', sources: [join(folder, 'big')] },
      cancelledAfter(10_000_000),
    );
    expect(sent).toMatchObject({ error: { code: 'files-cut', params: { path: '/in/big' } } });
    expect(valueOf(await bench.lister.list(id, '/in')).entries).toMatchObject([{ name: 'big', size: 0 }]);
  });
});

describe('a download', () => {
  it('that is cancelled leaves nothing on the station', async () => {
    const id = await bench.sleeper('head -c 100000000 /dev/zero > /big; mkdir /d; cp /big /d/');
    for (const [path, form] of [
      ['/big', 'file'],
      ['/d', 'folder'],
      ['/d', 'tar'],
    ] as const) {
      const brought = await bench.bring(
        { id, path, target: join(folder, 'out'), form },
        cancelledAfter(10_000_000),
      );
      expect(codeOf(brought)).toBe('files-cancelled');
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('never puts itself over something that is there unless told to, and a folder never', async () => {
    const id = await bench.sleeper('mkdir /d; echo new > /d/f');
    const target = join(folder, 'f');
    writeFileSync(target, 'old');
    expect(codeOf(await bench.bring({ id, path: '/d/f', target, form: 'file' }))).toBe('host-exists');
    expect(readFileSync(target, 'utf8')).toBe('old');
    valueOf(await bench.bring({ id, path: '/d/f', target, form: 'file', replace: true }));
    expect(readFileSync(target, 'utf8')).toBe('new\n');
    expect(codeOf(await bench.bring({ id, path: '/d', target: folder, form: 'folder', replace: true }))).toBe(
      'host-exists',
    );
    expect(
      codeOf(await bench.bring({ id, path: '/d/f', target: join(folder, 'no/where'), form: 'file' })),
    ).toBe('host-missing');
  });

  it('leaves links out that would lead out of the folder', async () => {
    const id = await bench.sleeper(
      'mkdir /d; ln -s /etc/passwd /d/out; ln -s ../../x /d/up; ln -s f /d/in; echo 1 > /d/f; mkfifo /d/p',
    );
    const brought = valueOf(await bench.bring({ id, path: '/d', target: join(folder, 'd'), form: 'folder' }));
    expect(brought).toMatchObject({ files: 1, left: 3 });
    expect(readdirSync(join(folder, 'd')).sort()).toEqual(['f', 'in']);
  });

  it('without tar in the image would hold up a run, and is refused while one goes on', async () => {
    const id = await bench.sleeper('rm /bin/tar; head -c 40000000 /dev/zero > /big; echo 1 > /small');
    const path = '/big';
    expect(
      codeOf(await bench.bring({ id, path, target: join(folder, 'b'), form: 'file' }, quiet, true)),
    ).toBe('file-held');
    valueOf(await bench.bring({ id, path: '/small', target: join(folder, 's'), form: 'file' }, quiet, true));
    valueOf(await bench.bring({ id, path, target: join(folder, 'b'), form: 'file' }));
    expect(statSync(join(folder, 'b')).size).toBe(40_000_000);
  });

  it('holds nobody up with an image that has tar', async () => {
    const id = await bench.sleeper('head -c 200000000 /dev/zero > /big');
    let inspected = 0;
    const context = {
      ...quiet,
      onBytes: () => {
        if (inspected === 0) inspected = -1;
        if (inspected === -1) void bench.engine.inspectContainer(id).then(() => (inspected = 1));
      },
    };
    valueOf(await bench.bring({ id, path: '/big', target: join(folder, 'b'), form: 'file' }, context));
    expect(inspected).toBe(1);
  });
});
