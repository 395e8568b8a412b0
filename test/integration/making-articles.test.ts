import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseBaseSystem } from '../../demo/base-system.mjs';
import { labels } from '../../src-main/core/docker/engine.js';
import { understandSupport } from '../../src-main/core/recipes/support.js';
import { defaultCapabilities } from '../../src-main/core/docker/capabilities.js';
import { valueOf } from './engine-bench.js';
import { useMakingBench } from './making-bench.js';

const bench = useMakingBench('articles');
const system = chooseBaseSystem();

interface Article {
  copyright: string;
  widgy: string;
  widgeton: string;
  fidly: string;
}
const spanish: Article = {
  copyright: 'WidgetMaker SA',
  widgy: 'Estable',
  widgeton: 'Candidato a estable 3',
  fidly: 'Beta',
};
const english: Article = {
  copyright: 'WidgetMaker Inc',
  widgy: 'Stable',
  widgeton: 'Release Candidate 3',
  fidly: 'Beta',
};

/**
 * The Dockerfile of the articles, instruction by instruction. Their pip comes from the internet and is older than any
 * system that can be had; the same requirements are taken from the system's own packages, as in the demo.
 */
const dockerfileOf = ({ copyright, widgy, widgeton, fidly }: Article): string => `FROM ${bench.mine}:base

LABEL	maintainer="josue@josuealvarezmoreno" \\
		copyright="${copyright}" \\
		deviceSupportStatus.widgy="${widgy}" \\
		deviceSupportStatus.widgeton="${widgeton}" \\
		deviceSupportStatus.fidly="${fidly}"

# EXPOSE comunica a Docker que el contenedor escucha en el puerto especificado.
EXPOSE 80
ENV magicNumber="8974c408d831"
ENV DEBIAN_FRONTEND noninteractive

RUN apt-get update
RUN apt-get install -y --no-install-recommends curl

WORKDIR /tmp/
RUN curl --version > curl-version

ADD requirements.txt /tmp/
WORKDIR /tmp
RUN tr A-Z a-z < requirements.txt | sed 's/^/python3-/' | xargs apt-get install -y --no-install-recommends

CMD python /workspace/widgetOS/deployment-image/flasher.py
`;

/** Says what it found, in the place of the flasher that has no device here. */
const flasher = `import os, flask, redis
print('licence', os.environ['magicNumber'], 'in', os.getcwd(), os.path.getsize('curl-version') > 0)
`;

describe('the articles, from debootstrap to a running container', () => {
  it('are done by Slipway’s own code, and their labels are understood in Spanish and in English', async () => {
    const made = await bench.ended(
      bench.making.handlers['images.debootstrap']({
        suite: system.suite,
        name: `${bench.mine}:base`,
        variant: 'minbase',
        include: ['python-is-python3'],
        components: system.components,
        changes: [],
        replace: false,
        ...(system.mirror === '' ? {} : { mirror: system.mirror }),
      }),
    );
    expect(made).toMatchObject({ state: 'done', fault: null });
    expect(made.steps.map(({ phase }) => phase)).toEqual([
      'check',
      'release',
      'find-packages',
      'download',
      'extract',
      'install',
      'configure',
      'pack',
      'clean',
    ]);
    const base = await bench.docker.getImage(`${bench.mine}:base`).inspect();
    expect(base.Config.Labels).toMatchObject({ [labels.madeBy]: bench.stationId });

    const workspace = join(bench.folder, 'workspace');
    mkdirSync(join(workspace, 'widgetOS/deployment-image'), { recursive: true });
    writeFileSync(join(workspace, 'widgetOS/deployment-image/flasher.py'), flasher);
    for (const [language, article] of Object.entries({ spanish, english })) {
      const name = `${bench.mine}:widget-deployer-${language}`;
      bench.context({
        [`${language}/Dockerfile`]: dockerfileOf(article),
        [`${language}/requirements.txt`]: 'Flask\nRedis\n',
      });
      const built = await bench.ended(bench.build({ context: join(bench.folder, language), name }));
      expect(built).toMatchObject({ state: 'done', fault: null });
      const image = valueOf(await bench.engine.inspectImage(name));
      const understood = ['widgy', 'widgeton', 'fidly'].map((model) =>
        understandSupport(image.labels[`deviceSupportStatus.${model}`] ?? ''),
      );
      expect(understood).toEqual([
        { level: 'stable' },
        { level: 'release-candidate', candidate: 3 },
        { level: 'beta' },
      ]);
      expect(await outputOf(name, workspace)).toBe('licence 8974c408d831 in /tmp True');
    }
  }, 900_000);
});

/** What a container of the image prints, with its own command and the articles' workspace. */
async function outputOf(image: string, workspace: string): Promise<string> {
  const { engine, stationId } = bench;
  const { id } = valueOf(
    await engine.createContainer({
      name: `${bench.mine}-${image.split(':')[1] ?? ''}`,
      image,
      labels: { [labels.station]: stationId, [labels.bay]: '1', [labels.run]: 'articles' },
      env: {},
      mounts: [{ type: 'bind', source: workspace, target: '/workspace', readOnly: true }],
      network: 'none',
      capabilities: [...defaultCapabilities],
      limits: { memoryBytes: 256 * 1024 ** 2, cpus: 1, pids: 64 },
      readOnlyRoot: false,
    }),
  );
  try {
    valueOf(await engine.startContainer(id));
    const lines: string[] = [];
    const { signal } = new AbortController();
    valueOf(await engine.followLogs(id, { signal, onLine: ({ text }) => void lines.push(text) }));
    return lines.join('\n');
  } finally {
    valueOf(await engine.removeContainer(id));
  }
}
