import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { createSystemClock } from '../src-main/core/clock.js';
import { openWorkshop, type Workshop } from '../src-main/core/making/workshop.js';
import { dockerHost } from '../test/integration/engine-bench.js';
import { ensureTinyImage, tinyImage } from '../test/integration/tiny-image.js';
import { figure, type Bench } from './figures.js';

const fileSize = 10 * 1024 ** 2;
const chunkSize = 256 * 1024;

export const bench: Bench = {
  title: 'How much the station grows while it streams a build context of 500 MB',
  needs: ['engine'],
  async run({ folder, say, quick }) {
    const files = quick ? 10 : 50;
    await ensureTinyImage(new Docker({ socketPath: dockerHost().replace('unix://', '') }));
    const context = join(folder, 'context');
    mkdirSync(context);
    // Sent whole, used by no step: what the engine does with it is not the question.
    writeFileSync(join(context, 'Dockerfile'), `FROM ${tinyImage}\nLABEL io.slipway.test=1\n`);
    const opened = await openWorkshop({
      home: join(folder, 'home'),
      environment: process.env,
      clock: createSystemClock(),
      onDefect: (error) => {
        throw error;
      },
    });
    if (!opened.ok) throw new Error(opened.error.code);
    const workshop = opened.value;
    const name = `slipway-bench-context-${process.pid}:latest`;
    const docker = new Docker({ socketPath: dockerHost().replace('unix://', '') });
    try {
      // Written from one small buffer: what making the files leaves in memory would hide what sending them takes.
      const chunk = randomBytes(chunkSize);
      const write = (nth: number): void => {
        for (let size = 0; size < fileSize; size += chunkSize) {
          appendFileSync(join(context, `file-${nth}`), chunk);
        }
      };
      // Everything is loaded, and the heap as large as a small build makes it.
      write(0);
      await build(workshop, context, `${name}-first`);
      for (let nth = 1; nth < files; nth += 1) write(nth);
      const before = process.memoryUsage().rss;
      let peak = before;
      const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
      const began = performance.now();
      say(`streaming ${files * 10} MB`);
      await build(workshop, context, name).finally(() => clearInterval(sampling));
      return [
        figure('a context of 500 MB streamed: growth of the process', {
          value: (peak - before) / 1024 ** 2,
          unit: 'MB',
          limit: 50,
          facts: { contextBytes: files * fileSize, seconds: (performance.now() - began) / 1000 },
        }),
      ];
    } finally {
      await workshop.dispose();
      for (const made of [name, `${name}-first`]) await docker.getImage(made).remove({ force: true });
    }
  },
};

async function build({ jobs, making }: Workshop, context: string, name: string): Promise<void> {
  const begun = await making.handlers['images.build']({
    context,
    name,
    buildArgs: {},
    labels: {},
    noCache: true,
    replace: true,
  });
  if (!begun.ok) throw new Error(begun.error.code);
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      const job = jobs.find(begun.value.jobId);
      if (job === undefined || job.state === 'running') return;
      queueMicrotask(() => subscription.dispose());
      if (job.state === 'done') resolve();
      else reject(new Error(job.fault?.code ?? job.state));
    };
    const subscription = jobs.changes.subscribe(look);
    look();
  });
}
