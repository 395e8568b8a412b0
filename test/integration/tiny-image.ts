import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';

/** The name of the tiny image; the number changes with what is in it. */
export const tinyImage = 'slipway-test-tiny:2';

const busybox = '/bin/busybox';

/**
 * Makes the tiny image, 2 MB of statically linked BusyBox, unless the engine has it: every command of the
 * tests in a moment, and no registry. Its web pages are in `/www`; user `operator` is 1000.
 *
 * @returns its name
 */
export async function ensureTinyImage(docker: Docker): Promise<string> {
  const images = await docker.listImages({ filters: JSON.stringify({ reference: [tinyImage] }) });
  if (images.length > 0) return tinyImage;
  const folder = mkdtempSync(join(tmpdir(), 'slipway-tiny-'));
  try {
    const archive = execFileSync('tar', ['-C', fillRoot(folder), '-c', '.'], { maxBuffer: 64 * 1024 ** 2 });
    const [repo, tag] = tinyImage.split(':');
    const changes = ['ENV PATH=/bin', 'LABEL io.slipway.test=1', 'LABEL deviceSupportStatus.widgy=Stable'];
    const stream = await docker.importImage(Readable.from(archive), { repo, tag, changes });
    await new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject).resume());
    return tinyImage;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Builds by the classic builder, as somebody at a prompt would; fails with what the builder said. */
export async function buildImage(docker: Docker, name: string, dockerfile: string): Promise<void> {
  const context = pack();
  context.entry({ name: 'Dockerfile' }, dockerfile);
  context.finalize();
  const stream = await docker.buildImage(Readable.from(context as AsyncIterable<Buffer>), { t: name });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null) =>
      error === null ? resolve() : reject(error),
    );
  });
}

function fillRoot(folder: string): string {
  if (!existsSync(busybox) || !isStatic()) {
    throw new Error('The tests of the engine need a static BusyBox: apt-get install busybox-static');
  }
  for (const name of ['bin', 'dev', 'etc', 'proc', 'root', 'sys', 'tmp', 'www'])
    mkdirSync(join(folder, name));
  copyFileSync(busybox, join(folder, 'bin/busybox'));
  for (const name of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n')) {
    if (name !== '' && name !== 'busybox') symlinkSync('busybox', join(folder, 'bin', name));
  }
  writeFileSync(
    join(folder, 'etc/passwd'),
    'root:x:0:0::/root:/bin/sh\noperator:x:1000:1000::/tmp:/bin/sh\n',
  );
  writeFileSync(join(folder, 'etc/group'), 'root:x:0:\noperator:x:1000:\n');
  writeFileSync(join(folder, 'www/index.html'), 'panel\n');
  return folder;
}

/**
 * A dynamic one would need the machine's libraries in the image as well: its program headers name an
 * interpreter (PT_INTERP, 3). 64-bit ELF, little endian: https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html
 */
function isStatic(): boolean {
  const bytes = readFileSync(busybox);
  const offset = Number(bytes.readBigUInt64LE(0x20));
  const [size, count] = [bytes.readUInt16LE(0x36), bytes.readUInt16LE(0x38)];
  return Array.from({ length: count }, (_, at) => bytes.readUInt32LE(offset + at * size)).every(
    (type) => type !== 3,
  );
}
