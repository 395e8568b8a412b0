import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CleanupItem } from '../../../src-shared/model/cleanup.js';
import type { Retention } from '../config/retention.js';
import { labels } from '../docker/engine.js';
import { planCleanup, type PlanFacts } from './plan.js';
import type { EngineSurvey, SurveyedContainer, SurveyedImage } from './survey.js';

const now = Date.UTC(2026, 4, 1);
const day = 86_400_000;
const own = 'station-of-ours';
const never: Retention = {
  containers: { age: null, count: null },
  images: { age: null, count: null },
  buildCache: { age: null, count: null },
  logs: { age: null, size: null },
  jobs: { age: null, count: null },
};

const nothing: EngineSurvey = { containers: [], images: [], networks: [], volumes: [], layers: [] };

function facts(change: Partial<PlanFacts> = {}): PlanFacts {
  return {
    at: now,
    stationId: own,
    engine: nothing,
    recipes: [],
    openRuns: new Set(),
    shownRuns: new Set(),
    busyBays: new Set(),
    logs: [],
    jobs: [],
    retention: never,
    ...change,
  };
}

function container(id: string, change: Partial<SurveyedContainer> = {}): SurveyedContainer {
  return {
    id,
    name: `slipway-bay1-${id}`,
    labels: { [labels.station]: own, [labels.bay]: '1', [labels.run]: `run-${id}` },
    image: 'flasher:1',
    state: 'exited',
    createdAt: now - 2 * day,
    finishedAt: now - day,
    bytes: 10,
    ...change,
  };
}

function image(id: string, change: Partial<SurveyedImage> = {}): SurveyedImage {
  return {
    id: `sha256:${id}`,
    names: [],
    labels: { [labels.madeBy]: own },
    createdAt: now - day,
    bytes: 100,
    containers: 0,
    ...change,
  };
}

function only(items: CleanupItem[]): CleanupItem {
  const [item, ...more] = items;
  if (item === undefined || more.length > 0) throw new Error(`${items.length} items`);
  return item;
}

describe('the clean-up plan', () => {
  it('proposes a container that was kept, with what is known of it', () => {
    expect(only(planCleanup(facts({ engine: { ...nothing, containers: [container('a')] } })))).toMatchObject({
      id: 'container:a',
      name: 'slipway-bay1-a',
      bytes: 10,
      at: now - day,
      kept: null,
      proposed: true,
      due: false,
    });
  });

  it('leaves alone what runs, and what a run that goes on needs', () => {
    const containers = [container('a', { state: 'running' }), container('b')];
    const items = planCleanup(facts({ engine: { ...nothing, containers }, openRuns: new Set(['run-b']) }));
    expect(items.map(({ kept, proposed }) => [kept, proposed])).toEqual([
      ['running', false],
      ['run-goes-on', false],
    ]);
  });

  it('calls a container without a run a shell that was left, and waits while its bay is taken', () => {
    const given = { [labels.station]: own, [labels.bay]: '3' };
    const engine = { ...nothing, containers: [container('a', { labels: given })] };
    expect(only(planCleanup(facts({ engine })))).toMatchObject({ kind: 'shell', kept: null });
    expect(only(planCleanup(facts({ engine, busyBays: new Set(['3']) }))).kept).toBe('bay-busy');
  });

  it('proposes old builds, and never an image that has a name', () => {
    const images = [image('a'), image('b', { names: ['base:latest'] })];
    expect(
      planCleanup(facts({ engine: { ...nothing, images } })).map((item) => [item.kind, item.proposed]),
    ).toEqual([
      ['old-build', true],
      ['image', false],
    ]);
  });

  it('keeps an image that a recipe names with or without its tag, or by its id', () => {
    const images = [image('a', { names: ['docker.io/library/flasher:latest'] }), image('b')];
    const recipes = [{ images: ['flasher', 'sha256:b'], volumes: [] }];
    const items = planCleanup(facts({ engine: { ...nothing, images }, recipes }));
    expect(items.map(({ kept }) => kept)).toEqual(['recipe', 'recipe']);
  });

  it('keeps an image that any container is made of, that has a second name, or that a job may build on', () => {
    const kept = (change: Partial<SurveyedImage>, jobs: PlanFacts['jobs'] = []) =>
      only(planCleanup(facts({ engine: { ...nothing, images: [image('a', change)] }, jobs })).slice(0, 1))
        .kept;
    expect(kept({ containers: 1 })).toBe('in-use');
    expect(kept({ names: ['base:1', 'theirs:1'] })).toBe('other-names');
    expect(kept({}, [{ id: 'j', title: 'build', bytes: 1, at: now, running: true }])).toBe('job-runs');
  });

  it('never proposes a volume, and keeps one that a recipe mounts', () => {
    const volume = { labels: { [labels.station]: own }, createdAt: now, bytes: 5, containers: 0 };
    const volumes = [
      { name: 'cache', ...volume },
      { name: 'loose', ...volume },
    ];
    const recipes = [{ images: [], volumes: ['cache'] }];
    const items = planCleanup(facts({ engine: { ...nothing, volumes }, recipes }));
    expect(items.map(({ kept, proposed }) => [kept, proposed])).toEqual([
      ['recipe', false],
      [null, false],
    ]);
  });

  it('proposes what builds left, unless a job may build on it', () => {
    const layers = [{ job: 'job-1', name: 'widgy:2', createdAt: now - day, bytes: 7, layers: ['sha256:a'] }];
    const engine = { ...nothing, layers };
    expect(only(planCleanup(facts({ engine })))).toMatchObject({
      id: 'build-cache:job-1',
      name: 'widgy:2',
      bytes: 7,
      kept: null,
      proposed: true,
    });
    const jobs = [{ id: 'j', title: 'build', bytes: 1, at: now, running: true }];
    expect(planCleanup(facts({ engine, jobs }))[0]).toMatchObject({ kept: 'job-runs', proposed: false });
  });

  it('goes without the engine’s part while it is away', () => {
    const logs = [{ runId: 'run-0001', bytes: 7, at: now }];
    expect(planCleanup(facts({ engine: null, logs })).map(({ id }) => id)).toEqual(['run-log:run-0001']);
  });
});

describe('the retention policy', () => {
  const due = (change: Partial<PlanFacts>): string[] =>
    planCleanup(facts(change)).flatMap((item) => (item.due ? [item.id] : []));

  it('takes what is too old and what is beyond the newest so many', () => {
    const containers = [1, 2, 3, 9].map((age) => container(`d${age}`, { finishedAt: now - age * day }));
    const engine = { ...nothing, containers };
    const of = (age: number | null, count: number | null) =>
      due({ engine, retention: { ...never, containers: { age, count } } });
    expect(of(7 * day, null)).toEqual(['container:d9']);
    expect(of(null, 2)).toEqual(['container:d3', 'container:d9']);
    expect(of(null, 0)).toHaveLength(4);
    const layers = [1, 8].map((age) => ({
      job: `d${age}`,
      name: 'widgy:2',
      createdAt: now - age * day,
      bytes: 1,
      layers: ['sha256:a'],
    }));
    expect(
      due({
        engine: { ...nothing, layers },
        retention: { ...never, buildCache: { age: 7 * day, count: null } },
      }),
    ).toEqual(['build-cache:d8']);
    expect(of(null, null)).toEqual([]);
  });

  it('takes the oldest logs beyond the size of all, but never that of a run that goes on', () => {
    const logs = [1, 2, 3].map((age) => ({ runId: `run-000${age}`, bytes: 100, at: now - age * day }));
    const retention = { ...never, logs: { age: null, size: 150 } };
    expect(due({ logs, retention })).toEqual(['run-log:run-0002', 'run-log:run-0003']);
    expect(due({ logs, retention, openRuns: new Set(['run-0003']) })).toEqual(['run-log:run-0002']);
  });

  it('never takes a volume, a network or an image with a name', () => {
    const old = { labels: { [labels.station]: own }, createdAt: 0, containers: 0 };
    const engine: EngineSurvey = {
      containers: [],
      images: [image('a', { names: ['base:1'], createdAt: 0 })],
      networks: [{ id: 'n', name: 'n', ...old }],
      volumes: [{ name: 'v', bytes: 1, ...old }],
      layers: [],
    };
    const strict = { age: 0, count: 0 };
    expect(
      due({
        engine,
        retention: {
          containers: strict,
          images: strict,
          buildCache: strict,
          logs: { age: 0, size: 0 },
          jobs: strict,
        },
      }),
    ).toEqual([]);
  });
});

describe('whatever is in the engine', () => {
  const someLabels = fc.oneof(
    fc.constant({ [labels.station]: own }),
    fc.constant({ [labels.station]: own, [labels.run]: 'run-open', [labels.bay]: '1' }),
    fc.constant({ [labels.station]: own, [labels.run]: 'run-over', [labels.bay]: '2' }),
    fc.constant({ [labels.madeBy]: own }),
    fc.constant({ [labels.station]: 'station-of-another' }),
    fc.constant({ [labels.run]: 'run-over' }),
    fc.constant({}),
  );
  const id = fc.uuid();
  const containers = fc.nat({ max: 2 });
  const at = fc.integer({ min: 0, max: now });
  const survey: fc.Arbitrary<EngineSurvey> = fc.record({
    containers: fc.array(
      fc.record({
        id,
        name: fc.string(),
        labels: someLabels,
        image: fc.string(),
        state: fc.constantFrom('created', 'running', 'exited', 'dead', 'other'),
        createdAt: at,
        finishedAt: fc.option(at),
        bytes: fc.option(fc.nat()),
      }),
    ),
    images: fc.array(
      fc.record({
        id,
        names: fc.array(fc.constantFrom('flasher:1', 'base:1', 'theirs:2'), { maxLength: 2 }),
        labels: someLabels,
        createdAt: at,
        bytes: fc.nat(),
        containers,
      }),
    ),
    networks: fc.array(
      fc.record({ id, name: fc.string(), labels: someLabels, createdAt: fc.option(at), containers }),
    ),
    volumes: fc.array(
      fc.record({
        name: id,
        labels: someLabels,
        createdAt: fc.option(at),
        bytes: fc.option(fc.nat()),
        containers,
      }),
    ),
    // They carry no label: what is ours of them was noted when it was made.
    layers: fc.constant([]),
  });

  it('nothing without our label is ever listed, and nothing in use is ever proposed or due', () => {
    fc.assert(
      fc.property(survey, (engine) => {
        const strict = { age: 0, count: 0 };
        const items = planCleanup(
          facts({
            engine,
            openRuns: new Set(['run-open']),
            busyBays: new Set(['1']),
            recipes: [{ images: ['flasher:1'], volumes: [] }],
            retention: {
              containers: strict,
              images: strict,
              buildCache: strict,
              logs: { age: 0, size: 0 },
              jobs: strict,
            },
          }),
        );
        const things = [...engine.containers, ...engine.images, ...engine.networks];
        for (const item of items) {
          const key = item.id.slice(item.id.indexOf(':') + 1);
          const thing = [...things, ...engine.volumes.map((volume) => ({ ...volume, id: volume.name }))].find(
            (one) => one.id === key,
          );
          const isOurs = thing?.labels[labels.station] === own || thing?.labels[labels.madeBy] === own;
          expect(isOurs).toBe(true);
          const isUsed =
            ('containers' in (thing ?? {}) && (thing as SurveyedImage).containers > 0) ||
            ('state' in (thing ?? {}) &&
              ((thing as SurveyedContainer).state === 'running' || thing?.labels[labels.run] === 'run-open'));
          if (isUsed) expect([item.kept === null, item.proposed, item.due]).toEqual([false, false, false]);
          if (item.kept !== null) expect(item.due || item.proposed).toBe(false);
        }
      }),
    );
  });
});
