import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { extract, pack } from 'tar-stream';
import type { Job } from '../../src-shared/model/job.js';
import type { Jobs } from '../../src-main/core/jobs/jobs.js';
import { tinyImage } from './tiny-image.js';

/** Builds an image like the articles' own: a base, labels, and a secret where it should not be. */
export async function buildOnTiny(docker: Docker, tag: string, its: Record<string, string>): Promise<void> {
  const dockerfile = [
    `FROM ${tinyImage}`,
    'ENV magicNumber=8974c408d831',
    'RUN echo 1 > /made',
    ...Object.entries(its).map(([key, value]) => `LABEL ${key}="${value}"`),
    `LABEL made="${Math.random()}"`,
  ].join('\n');
  const context = pack();
  context.entry({ name: 'Dockerfile' }, dockerfile);
  context.finalize();
  const stream = await docker.buildImage(Readable.from(context as AsyncIterable<Buffer>), { t: tag });
  await new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject).resume());
}

/** The job, once it has ended. */
export async function jobEnded(jobs: Jobs, jobId: string): Promise<Job> {
  for (;;) {
    const job = jobs.find(jobId);
    if (job !== undefined && job.state !== 'running') return job;
    await new Promise<void>((resolve) => {
      const subscription = jobs.changes.subscribe(() => {
        subscription.dispose();
        resolve();
      });
    });
  }
}

/** What becomes of a file of an archive: none, one or more. */
export type Change = (path: string, content: Buffer) => [string, Buffer][];

/** An archive with its entries as `change` wants them. */
export async function rewrittenArchive(whole: Buffer, change: Change): Promise<Buffer> {
  const [from, to] = [extract(), pack()];
  const copying = (async () => {
    for await (const entry of from) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
      if (entry.header.type !== 'file') to.entry(entry.header);
      else
        for (const [path, content] of change(entry.header.name, Buffer.concat(chunks)))
          to.entry({ name: path }, content);
    }
    to.finalize();
  })();
  from.end(whole);
  const out: Buffer[] = [];
  for await (const chunk of to as AsyncIterable<Buffer>) out.push(chunk);
  await copying;
  return Buffer.concat(out);
}
