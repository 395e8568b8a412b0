import type { ImageDetail, ImageRemoval, ImageSummary, ImagesView } from '../../src-shared/model/image.js';
import type { RecipeBuild } from '../../src-shared/model/making.js';
import { fault } from '../../src-shared/model/result.js';

/** Images to look at: what a station has made, brought, and what its recipes name. */

const day = 86_400_000;
const idOf = (digit: string): string => `sha256:${digit.repeat(64)}`;

export function anImage(change: Partial<ImageSummary> = {}): ImageSummary {
  return {
    id: idOf('4'),
    names: ['widget-deployer:latest'],
    digests: [],
    size: 412_000_000,
    createdAt: Date.now() - 3 * day,
    layers: 7,
    labels: {
      'deviceSupportStatus.widgy': 'Candidato a estable 3',
      'deviceSupportStatus.gadget': 'Beta',
      'io.slipway.made-by': 'b7f1d1de-9f6e-4a71-9ff5-6f4f42cf2f31',
      'io.slipway.build.inputs': '9f2c'.repeat(16),
    },
    reason: 'made',
    recipes: ['widgy'],
    containers: 2,
    support: [
      { model: 'gadget', written: 'Beta', level: 'beta', candidate: null },
      { model: 'widgy', written: 'Candidato a estable 3', level: 'release-candidate', candidate: 3 },
    ],
    ...change,
  };
}

export const someImages: ImagesView = {
  images: [
    anImage(),
    anImage({
      id: idOf('a'),
      names: ['registry.example:5000/flashers/gadget:2.4', 'gadget:current'],
      digests: [`registry.example:5000/flashers/gadget@${idOf('c')}`],
      size: 228_000_000,
      createdAt: Date.now() - 40 * day,
      labels: { 'deviceSupportStatus.gadget': 'Estable' },
      reason: 'brought',
      recipes: ['gadget', 'gadget-test'],
      containers: 0,
      support: [{ model: 'gadget', written: 'Estable', level: 'stable', candidate: null }],
    }),
    anImage({
      id: idOf('7'),
      names: ['precise-base:1'],
      size: 184_000_000,
      createdAt: Date.now() - 400 * day,
      layers: 1,
      labels: {},
      reason: 'base',
      recipes: [],
      containers: 0,
      support: [],
    }),
    anImage({
      id: idOf('9'),
      names: [],
      size: 409_000_000,
      createdAt: Date.now() - 5 * day,
      recipes: [],
      containers: 0,
      support: [{ model: 'widgy', written: 'casi lista', level: 'unknown', candidate: null }],
    }),
  ],
  missing: [
    { name: 'flashers/doohickey:1', recipes: ['doohickey'], build: 'doohickey', pull: null },
    { name: 'registry.example:5000/flashers/sensor:3', recipes: ['sensor'], build: null, pull: 'sensor' },
  ],
};

export const someBuilds: RecipeBuild[] = [
  {
    recipe: 'widgy',
    image: 'widget-deployer',
    state: 'outdated',
    fault: null,
    changes: [
      { what: 'dockerfile', name: 'Dockerfile', how: 'changed' },
      { what: 'file', name: 'flasher/app.py', how: 'changed' },
      { what: 'file', name: 'flasher/static/new.css', how: 'added' },
    ],
    more: 0,
  },
  {
    recipe: 'doohickey',
    image: 'flashers/doohickey:1',
    state: 'missing',
    fault: null,
    changes: null,
    more: 0,
  },
];

export function aDetail(summary: ImageSummary): ImageDetail {
  const isWidgy = summary.recipes.includes('widgy');
  return {
    summary,
    arrival: summary.reason === 'brought' ? { from: 'registry', at: Date.now() - day } : null,
    inputs: summary.labels['io.slipway.build.inputs'] ?? null,
    uses: summary.recipes.map((recipe) => ({
      recipe,
      part: recipe.endsWith('-test') ? 'test' : 'flasher',
      model: recipe,
      minimum: 'stable',
      isGoodEnough: !isWidgy,
      pinnedId: null,
      pinnedDigest: recipe === 'gadget' ? idOf('c') : null,
      isPinned: true,
    })),
    architecture: 'amd64',
    os: 'linux',
    entrypoint: [],
    command: ['/usr/bin/python', '/flasher/app.py'],
    environment: [
      { name: 'PATH', value: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      { name: 'magicNumber', value: '•••' },
    ],
    ports: ['80/tcp'],
    workingDir: '/flasher',
    user: '',
    history: [
      ['LABEL deviceSupportStatus.widgy=Candidato a estable 3', 0],
      ['/bin/sh -c #(nop)  CMD ["/usr/bin/python" "/flasher/app.py"]', 0],
      ['/bin/sh -c #(nop) COPY dir:4f1c2a90 in /flasher', 2_400_000],
      ['/bin/sh -c apt-get update && apt-get install --yes python python-serial lighttpd', 225_000_000],
      ['Imported from -', 184_600_000],
    ].map(([by, size], index) => ({
      createdAt: summary.createdAt - index * 60_000,
      by: String(by),
      comment: '',
      size: Number(size),
    })),
    raw: {},
  };
}

/** What removing would do: a recipe needs the first, the others go. */
export function aRemoval({ id, names, size, recipes }: ImageSummary): ImageRemoval {
  const [name = null, ...stays] = names;
  return {
    id,
    name,
    stays,
    removesImage: stays.length === 0,
    size,
    recipes,
    fault:
      recipes.length > 0 && stays.length === 0
        ? fault('image-needed', { image: name ?? id, recipes: recipes.join(', ') })
        : null,
  };
}
