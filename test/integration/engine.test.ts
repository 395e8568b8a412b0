import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openRawPty } from '../../demo/widgets/pty.mjs';
import type { ContainerEvent } from '../../src-main/core/docker/engine.js';
import { codeOf, makeEngineBench, valueOf, type EngineBench } from './engine-bench.js';
import { tinyImage } from './tiny-image.js';

let bench: EngineBench;
let folder: string;

beforeAll(async () => {
  bench = await makeEngineBench();
});
afterAll(() => bench.dispose());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-engine-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function endOf(id: string) {
  await bench.docker.getContainer(id).wait();
  return valueOf(await bench.engine.inspectContainer(id));
}

/** A port on 127.0.0.1 that is free now. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

describe('a container on the real engine', () => {
  it('runs to its end and says how it ended', async () => {
    const id = await bench.run('echo flashing; echo careful >&2; exit 3');
    const ended = await endOf(id);
    expect(ended).toMatchObject({ state: 'exited', exitCode: 3, outOfMemory: false, image: tinyImage });
    expect(ended.finishedAt).toBeGreaterThanOrEqual(ended.startedAt ?? Infinity);
    const lines = await bench.lines(id);
    expect(lines.map(({ source, text }) => `${source} ${text}`).sort()).toEqual([
      'err careful',
      'out flashing',
    ]);
  });

  it('is given its environment, and nothing of it is seen in its description', async () => {
    const id = await bench.run('echo "[$magicNumber]"', { env: { magicNumber: '8974c408d831' } });
    expect(await bench.output(id)).toBe('[8974c408d831]');
    expect(JSON.stringify(await bench.engine.inspectContainer(id))).not.toContain('8974c408d831');
  });

  it('tells its life in events', async () => {
    const events: ContainerEvent[] = [];
    const subscription = bench.engine.containerEvents.subscribe((event) => events.push(event));
    const id = await bench.run('exit 4');
    await endOf(id);
    valueOf(await bench.engine.removeContainer(id));
    const ours = (): ContainerEvent[] => events.filter(({ containerId }) => containerId === id);
    await vi.waitFor(() => expect(ours().length).toBe(3), { timeout: 5000 });
    subscription.dispose();
    expect(ours().map(({ type, exitCode }) => [type, exitCode])).toEqual([
      ['started', null],
      ['died', 4],
      ['removed', null],
    ]);
    expect(ours()[0]?.labels).toMatchObject({ 'io.slipway.bay': '1', 'io.slipway.recipe': 'widgy' });
  });

  it('opens a pseudo-terminal as the serial port that it expects, and talks through it', async () => {
    const heard: Buffer[] = [];
    const terminal = openRawPty({ onData: (bytes) => void heard.push(bytes) });
    try {
      const id = await bench.run('stty -F /dev/ttyACM0 115200 && echo hello > /dev/ttyACM0 && echo sent', {
        device: { node: terminal.path, kind: 'pseudo-terminal', target: '/dev/ttyACM0' },
      });
      expect(await bench.output(id)).toBe('sent');
      await vi.waitFor(() => expect(Buffer.concat(heard).toString()).toBe('hello\n'), { timeout: 5000 });
    } finally {
      terminal.hangUp();
    }
  });

  it('has dropped every right that it was not given, and gains none', async () => {
    const script =
      'grep -E "^(CapBnd|NoNewPrivs)" /proc/self/status; mknod /tmp/d c 1 1 2>&1; cat /dev/kmsg 2>&1';
    const output = await bench.output(await bench.run(script, { capabilities: ['KILL'] }));
    // KILL is capability 5.
    expect(output).toMatch(/CapBnd:\s+0000000000000020/);
    expect(output).toMatch(/NoNewPrivs:\s+1/);
    expect(output).toMatch(/mknod: .*not permitted/);
    expect(output).toMatch(/kmsg/);
  });

  it('keeps what a start script of root’s needs: port 80, another user, a file of another’s', async () => {
    const script =
      'touch /tmp/f && chown operator /tmp/f && chmod 000 /tmp/f; cat /tmp/f && echo read; ' +
      'su operator -c id; su operator -c "sleep 60" & sleep 0.3; kill $! && echo killed; ' +
      'httpd -p 80 -h /www && wget -qO- http://127.0.0.1/';
    const output = await bench.output(await bench.run(script));
    expect(output).toContain('uid=1000(operator)');
    expect(output).toContain('read');
    expect(output).toContain('killed');
    expect(output).toContain('panel');
  });

  it('is held to its limits: killed for memory, and said to be', async () => {
    const script = 'a=xxxxxxxxxxxxxxxx; while true; do a=$a$a; done';
    const limits = { memoryBytes: 16 * 1024 ** 2, cpus: 16, pids: 16 };
    const ended = await endOf(await bench.run(script, { limits }));
    expect(ended).toMatchObject({ state: 'exited', exitCode: 137, outOfMemory: true });
  });

  it('that is killed from outside ended with 137, not for memory', async () => {
    const id = await bench.run('sleep 60');
    await bench.docker.getContainer(id).kill();
    expect(await endOf(id)).toMatchObject({ state: 'exited', exitCode: 137, outOfMemory: false });
  });

  it('is remembered by the engine for a while, with what happened while nobody listened', async () => {
    const events = async (id: string) => {
      const { startedAt } = await endOf(id);
      return valueOf(await bench.engine.pastEvents(id, startedAt ?? 0)).map(({ type }) => type);
    };
    expect(await events(await bench.run('exit 0'))).toEqual(['started', 'died']);

    const obedient = await bench.run('trap "exit 0" TERM; while true; do sleep 0.1; done');
    await wait(300);
    await bench.docker.getContainer(obedient).stop({ t: 5 });
    expect(await events(obedient)).toEqual(['started', 'signalled', 'died']);

    // A child is killed for memory, and the shell goes on and says that all is well.
    const limits = { memoryBytes: 16 * 1024 ** 2, cpus: 16, pids: 16 };
    const starved = await bench.run('(a=xxxxxxxxxxxxxxxx; while true; do a=$a$a; done); exit 0', { limits });
    expect(await events(starved)).toContain('out-of-memory');

    valueOf(await bench.engine.removeContainer(starved));
    expect(codeOf(await bench.engine.pastEvents(starved, 0))).toBe('container-gone');
  });

  it('is stopped within its grace, at once without one, and again without complaint', async () => {
    const obedient = await bench.run('trap "exit 0" TERM; while true; do sleep 0.1; done');
    await wait(300);
    valueOf(await bench.engine.stopContainer(obedient, 5000));
    expect(await endOf(obedient)).toMatchObject({ exitCode: 0 });
    const deaf = await bench.run('trap "" TERM; while true; do sleep 0.1; done');
    valueOf(await bench.engine.stopContainer(deaf, 0));
    expect(valueOf(await bench.engine.inspectContainer(deaf))).toMatchObject({
      state: 'exited',
      exitCode: 137,
    });
    valueOf(await bench.engine.stopContainer(deaf, 0));
    valueOf(await bench.engine.stopContainer(deaf, 1000));
  });

  it('is removed while it runs, and again without complaint, also twice at once', async () => {
    const id = await bench.run('sleep 60');
    const both = await Promise.all([bench.engine.removeContainer(id), bench.engine.removeContainer(id)]);
    expect(both.map(codeOf)).toEqual(['ok', 'ok']);
    valueOf(await bench.engine.removeContainer(id));
    valueOf(await bench.engine.stopContainer(id, 0));
    expect(codeOf(await bench.engine.inspectContainer(id))).toBe('container-gone');
  });

  it('publishes its panel on 127.0.0.1 and says where', async () => {
    const hostPort = await freePort();
    const id = await bench.run('httpd -f -p 80 -h /www', {
      network: await bench.network(),
      publish: { containerPort: 80, hostPort },
    });
    await vi.waitFor(
      async () => expect(await (await fetch(`http://127.0.0.1:${hostPort}/`)).text()).toBe('panel\n'),
      { timeout: 10_000, interval: 200 },
    );
    expect(valueOf(await bench.engine.inspectContainer(id)).published).toEqual({ 80: hostPort });
  });

  it('mounts folders read-only, volumes with our label, and tmpfs', async () => {
    const volume = `slipway-test-${bench.stationId}`;
    const script =
      'touch /workspace/x 2>&1; echo kept > /kept/x && cat /kept/x; touch /x 2>&1; df /scratch | tail -1';
    const id = await bench.run(script, {
      readOnlyRoot: true,
      mounts: [
        { type: 'bind', source: folder, target: '/workspace', readOnly: true },
        { type: 'volume', source: volume, target: '/kept', readOnly: false },
        { type: 'tmpfs', target: '/scratch', sizeBytes: 1024 ** 2 },
      ],
    });
    const output = await bench.output(id);
    expect(output).toMatch(/\/workspace\/x: Read-only file system/);
    expect(output).toMatch(/touch: \/x: Read-only file system/);
    expect(output).toContain('kept');
    expect(output).toMatch(/tmpfs\s+1024 /);
    const { Labels } = await bench.docker.getVolume(volume).inspect();
    expect(Labels).toEqual({ 'io.slipway.station': bench.stationId });
    valueOf(await bench.engine.removeContainer(id));
    await bench.docker.getVolume(volume).remove();
  });
});

describe('what goes wrong on the real engine', () => {
  it('an image that is not there', async () => {
    expect(await bench.engine.inspectImage('no-such:1')).toMatchObject({
      error: { code: 'image-missing', params: { image: 'no-such:1' } },
    });
    expect(codeOf(await bench.engine.inspectImage('../containers/json'))).toBe('image-missing');
    expect(codeOf(await bench.engine.createContainer(bench.spec('true', { image: 'no-such:1' })))).toBe(
      'image-missing',
    );
  });

  it('a port that another program holds, or another container', async () => {
    const hostPort = await freePort();
    const network = await bench.network();
    const server = createServer().listen(hostPort, '127.0.0.1');
    const publish = { containerPort: 80, hostPort };
    const create = async (): Promise<string> =>
      valueOf(await bench.engine.createContainer(bench.spec('sleep 60', { network, publish }))).id;
    const taken = { error: { code: 'container-port-taken', params: { first: hostPort, last: hostPort } } };
    const first = await create();
    expect(await bench.engine.startContainer(first)).toMatchObject(taken);
    await new Promise((resolve) => server.close(resolve));
    const second = await create();
    valueOf(await bench.engine.startContainer(second));
    expect(await bench.engine.startContainer(await create())).toMatchObject(taken);
  });

  it('a device that is gone when the container starts', async () => {
    const device = { node: '/dev/ttyACM99', kind: 'device', target: '/dev/ttyACM0' } as const;
    const { id } = valueOf(await bench.engine.createContainer(bench.spec('true', { device })));
    expect(await bench.engine.startContainer(id)).toMatchObject({
      error: { code: 'container-device-gone', params: { path: '/dev/ttyACM99' } },
    });
  });

  it('a pseudo-terminal that is gone before the container is made, or before it starts', async () => {
    const terminal = openRawPty({ onData: () => undefined });
    const device = { node: terminal.path, kind: 'pseudo-terminal', target: '/dev/ttyACM0' } as const;
    const { id } = valueOf(await bench.engine.createContainer(bench.spec('true', { device })));
    terminal.hangUp();
    const gone = { error: { code: 'container-device-gone', params: { path: terminal.path } } };
    expect(await bench.engine.startContainer(id)).toMatchObject(gone);
    expect(await bench.engine.createContainer(bench.spec('true', { device }))).toMatchObject(gone);
  });

  it('a folder that is not there', async () => {
    const source = join(folder, 'missing');
    const mounts = [{ type: 'bind', source, target: '/workspace', readOnly: true } as const];
    expect(await bench.engine.createContainer(bench.spec('true', { mounts }))).toMatchObject({
      error: { code: 'container-mount-missing', params: { path: source } },
    });
  });

  it('a program that the image does not have', async () => {
    const made = await bench.engine.createContainer(bench.spec('', { command: ['flash-it'] }));
    expect(await bench.engine.startContainer(valueOf(made).id)).toMatchObject({
      error: {
        code: 'container-command-failed',
        params: { reason: 'flash-it: executable file not found in $PATH' },
      },
    });
  });

  it('an option that would hand over the station, also behind a symbolic link', async () => {
    const link = join(folder, 'harmless');
    symlinkSync('/proc', link);
    const mounts = [{ type: 'bind', source: link, target: '/data', readOnly: true } as const];
    for (const changes of [{ mounts }, { network: 'host' }, { capabilities: ['SYS_ADMIN'] }]) {
      expect(codeOf(await bench.engine.createContainer(bench.spec('true', changes)))).toBe(
        'container-option-refused',
      );
    }
  });
});

describe('the neighbours on the real engine', () => {
  it('are never listed and never touched', async () => {
    const neighbour = await bench.docker.createContainer({
      Image: tinyImage,
      Cmd: ['sleep', '60'],
      Labels: { 'io.slipway.station': 'another', 'io.slipway.test': '1' },
    });
    try {
      await neighbour.start();
      const ours = await bench.run('sleep 60');
      const listed = valueOf(await bench.engine.listOwned()).map(({ id }) => id);
      expect(listed).toContain(ours);
      expect(listed).not.toContain(neighbour.id);
      await bench.engine.stopContainer(neighbour.id, 0);
      await bench.engine.removeContainer(neighbour.id);
      expect((await neighbour.inspect()).State.Running).toBe(true);
    } finally {
      await neighbour.remove({ force: true });
    }
  });

  it('keep their network when it has the name that we would use', async () => {
    const name = `slipway-test-foreign-${bench.stationId.slice(0, 8)}`;
    const foreign = await bench.docker.createNetwork({ Name: name, Labels: { 'io.slipway.test': '1' } });
    try {
      const made = await bench.engine.ensureNetwork({ name, labels: {}, outbound: false });
      expect(codeOf(made)).toBe('container-network-foreign');
      valueOf(await bench.engine.removeNetwork(name));
      expect((await foreign.inspect()).Name).toBe(name);
    } finally {
      await foreign.remove();
    }
  });
});

describe('images on the real engine', () => {
  it('are described by id, digest and labels', async () => {
    const image = valueOf(await bench.engine.inspectImage(tinyImage));
    expect(image.id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(image.digest).toBeNull();
    expect(image.labels).toMatchObject({ 'deviceSupportStatus.widgy': 'Stable' });
  });
});
