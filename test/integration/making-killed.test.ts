import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { dockerHost } from './engine-bench.js';
import { runSlipway } from './station-harness.js';
import { ensureTinyImage, tinyImage } from './tiny-image.js';

describe('a build that was killed', () => {
  const docker = new Docker({ socketPath: dockerHost().replace('unix://', '') });
  const mark = `slipway-killed-${process.pid}`;
  let folder: string;

  beforeAll(async () => {
    await ensureTinyImage(docker);
    await build({ log: () => undefined });
    folder = mkdtempSync(join(tmpdir(), 'slipway-killed-'));
    mkdirSync(join(folder, 'context'));
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The layers and containers of this test. */
  async function left(): Promise<{ layers: string[]; containers: string[] }> {
    const images = await docker.listImages({ all: true });
    const containers = await docker.listContainers({ all: true });
    const layers: string[] = [];
    for (const { Id, RepoTags } of images) {
      if ((RepoTags ?? []).some((tag) => !tag.startsWith('<none>'))) continue;
      const history = (await docker
        .getImage(Id)
        .history()
        .catch(() => [])) as { CreatedBy: string }[];
      if (history.some(({ CreatedBy }) => CreatedBy.includes(mark))) layers.push(Id);
    }
    return {
      layers,
      containers: containers.filter(({ Command }) => Command.includes(mark)).map(({ Id }) => Id),
    };
  }

  it('leaves nothing once anybody opens its home again: every layer goes, and no image that was there', async () => {
    writeFileSync(
      join(folder, 'context/Dockerfile'),
      `FROM ${tinyImage}\nRUN echo ${mark} > /one\nRUN echo ${mark} > /two\nRUN echo ${mark} > /three\nRUN echo ${mark}; sleep 600\n`,
    );
    const home = join(folder, 'home');
    const words = ['--context', join(folder, 'context'), '--name', `${mark}:1`, '--home', home, '--json'];
    const building = runSlipway(undefined, ['images', 'build', ...words]);
    await building.until(({ type, text }) => type === 'line' && text === mark);
    expect((await left()).layers).toHaveLength(3);
    building.child.kill('SIGKILL');
    await building.exit;
    // The engine ends the step by itself: whoever asked for it is gone.
    await expect.poll(async () => (await left()).containers, { timeout: 30_000 }).toEqual([]);

    const listing = runSlipway(undefined, ['images', 'list', '--home', home, '--json']);
    expect(await listing.exit).toBe(0);
    expect(await left()).toEqual({ layers: [], containers: [] });
    expect((await docker.getImage(tinyImage).inspect()).RepoTags).toContain(tinyImage);
  });
});
