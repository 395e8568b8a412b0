import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { codeOf, makeEngineBench, valueOf, type EngineBench } from './engine-bench.js';

let bench: EngineBench;

beforeAll(async () => {
  bench = await makeEngineBench();
});
afterAll(() => bench.dispose());

describe('the output of a container on the real engine', () => {
  it('comes line by line, progress bars and blank lines too', async () => {
    const script = 'printf "10 %%\\r20 %%\\r30 %%\\n\\nñandú\\nno line feed"';
    const lines = await bench.lines(await bench.run(script));
    expect(lines.map(({ text }) => text)).toEqual(['10 %', '20 %', '30 %', '', 'ñandú', 'no line feed']);
  });

  it('has every step of a long progress bar whole: the engine cuts it where it likes', async () => {
    const script =
      'i=0; while [ $i -lt 3000 ]; do printf "\\rblock %d of 3000 OK" $i; i=$((i+1)); done; printf "\\rDONE"';
    const lines = await bench.lines(await bench.run(script));
    expect(lines.map(({ text }) => text)).toEqual([
      ...Array.from({ length: 3000 }, (_, step) => `block ${step} of 3000 OK`),
      'DONE',
    ]);
  });

  it('is whole when a line is very long', async () => {
    const script = 'head -c 50000 /dev/zero | tr "\\0" "ñ"; echo; head -c 30001 /dev/zero | tr "\\0" x; echo';
    const id = await bench.run(script);
    const lines = await bench.lines(id);
    expect(lines.every(({ text }) => text.length <= 16 * 1024)).toBe(true);
    const all = lines.map(({ text }) => text).join('');
    expect(all.match(/x/g)?.length).toBe(30_001);
    expect(all.length).toBeGreaterThan(30_001);
  });

  it('goes on after a time stamp, without a line twice', async () => {
    const id = await bench.run('for i in 1 2 3 4 5 6 7 8 9; do echo $i; done');
    await bench.docker.getContainer(id).wait();
    const all = await bench.lines(id);
    const rest = await bench.lines(id, all[3]?.at);
    expect(rest.map(({ text }) => text)).toEqual(['5', '6', '7', '8', '9']);
  });

  it('is whole when much comes at once and the container ends with it', async () => {
    const script = 'i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done; echo last >&2';
    const lines = await bench.lines(await bench.run(script));
    expect(lines.filter(({ source }) => source === 'out').map(({ text }) => Number(text))).toEqual(
      Array.from({ length: 20_000 }, (_, at) => at),
    );
    expect(lines.filter(({ source }) => source === 'err').map(({ text }) => text)).toEqual(['last']);
  });

  it('is followed from before the start, until one has had enough', async () => {
    const { id } = valueOf(await bench.engine.createContainer(bench.spec('echo begun; sleep 60')));
    const stop = new AbortController();
    const texts: string[] = [];
    const following = bench.engine.followLogs(id, {
      signal: stop.signal,
      onLine: ({ text }) => void texts.push(text),
    });
    await wait(100);
    valueOf(await bench.engine.startContainer(id));
    await vi.waitFor(() => expect(texts).toEqual(['begun']), { timeout: 5000 });
    stop.abort();
    valueOf(await following);
  });

  it('ends when the container is removed, and is not there afterwards', async () => {
    const id = await bench.run('echo begun; sleep 60');
    const texts: string[] = [];
    const following = bench.engine.followLogs(id, {
      signal: new AbortController().signal,
      onLine: ({ text }) => void texts.push(text),
    });
    await vi.waitFor(() => expect(texts).toEqual(['begun']), { timeout: 5000 });
    valueOf(await bench.engine.removeContainer(id));
    valueOf(await following);
    const { signal } = new AbortController();
    expect(codeOf(await bench.engine.followLogs(id, { signal, onLine: () => undefined }))).toBe(
      'container-gone',
    );
  });
});

describe('a command in a container on the real engine', () => {
  const { signal } = new AbortController();

  it('gives its output and exit code', async () => {
    const id = await bench.run('sleep 60');
    const told: string[] = [];
    const result = await bench.engine.exec(id, {
      command: ['sh', '-c', 'echo "$GREETING"; echo ñandú >&2; exit 5'],
      env: { GREETING: 'hello' },
      signal,
      outputLimit: 1000,
      onOutput: (text) => void told.push(text),
    });
    const { exitCode, output, truncated } = valueOf(result);
    expect({ exitCode, truncated }).toEqual({ exitCode: 5, truncated: false });
    expect(output).toContain('hello\n');
    expect(output).toContain('ñandú\n');
    expect(told.join('').length).toBe(output.length);
  });

  it('keeps its output to the limit', async () => {
    const id = await bench.run('sleep 60');
    const command = ['sh', '-c', 'head -c 100000 /dev/zero | tr "\\0" x'];
    let told = 0;
    const result = await bench.engine.exec(id, {
      command,
      signal,
      outputLimit: 1000,
      onOutput: (text) => void (told += text.length),
    });
    expect(valueOf(result)).toEqual({ exitCode: 0, output: 'x'.repeat(1000), truncated: true });
    expect(told).toBe(100_000);
  });

  it('that is not there ends with the shell’s code for it', async () => {
    const id = await bench.run('sleep 60');
    const result = await bench.engine.exec(id, { command: ['no-such'], signal, outputLimit: 1000 });
    const { exitCode, output } = valueOf(result);
    expect([126, 127]).toContain(exitCode);
    expect(output).toContain('no-such');
  });

  it('is killed with its children when it is given up, and what it said is kept', async () => {
    const id = await bench.run('sleep 60');
    const stop = new AbortController();
    const running = bench.engine.exec(id, {
      command: ['sh', '-c', 'echo begun; sleep 55 & sleep 56'],
      signal: stop.signal,
      outputLimit: 1000,
      onOutput: () => stop.abort(),
    });
    expect(valueOf(await running)).toEqual({ exitCode: 137, output: 'begun\n', truncated: false });
    const left = await bench.engine.exec(id, { command: ['ps'], signal, outputLimit: 10_000 });
    expect(valueOf(left).output).not.toMatch(/sleep 5[56]/);
    expect(valueOf(left).output).toMatch(/sleep 60/);
  });

  it('fails in a container that does not run, or is not there', async () => {
    const id = await bench.run('true');
    await bench.docker.getContainer(id).wait();
    const options = { command: ['true'], signal, outputLimit: 10 };
    expect(codeOf(await bench.engine.exec(id, options))).toBe('container-not-running');
    valueOf(await bench.engine.removeContainer(id));
    expect(codeOf(await bench.engine.exec(id, options))).toBe('container-gone');
  });

  it('ends with its container', async () => {
    const id = await bench.run('sleep 60');
    const running = bench.engine.exec(id, {
      command: ['sleep', '50'],
      signal,
      outputLimit: 10,
    });
    await wait(500);
    valueOf(await bench.engine.removeContainer(id));
    const result = await running;
    expect(result.ok ? result.value.exitCode : result.error.code).toSatisfy(
      (found) => found === 137 || found === 'container-gone' || found === 'container-not-running',
    );
  });
});
