import UPlot from 'uplot';
import type { MeasurementPoint } from '../../../src-shared/model/measurement-point.js';

/** How the charts of the history are drawn. Everything here is a picture of a table that stands beside it. */

export type Colour = (name: string) => string;
type Options = Omit<UPlot.Options, 'width' | 'height'>;

/** Bars of one stack, the lowest first: a colour each. Between them is a rule, so that none needs its colour to be told apart. */
export interface Stack {
  readonly colour: string;
  readonly values: readonly number[];
}

/** Stacked bars are drawn as bars from nothing, the highest first and each over the one before. */
export function stacked(stacks: readonly Stack[]): [number[], ...(number | null)[][]] {
  const length = stacks[0]?.values.length ?? 0;
  const places = Array.from({ length }, (_, index) => index);
  const sums = stacks.map((_, top) =>
    places.map((index) =>
      stacks.slice(0, top + 1).reduce((sum, { values }) => sum + (values[index] ?? 0), 0),
    ),
  );
  // Where there is nothing, not even its outline is drawn.
  return [places, ...sums.reverse().map((row) => row.map((value) => (value === 0 ? null : value)))];
}

// A const enum of a declaration file: there is nothing to import.
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const right: UPlot.Axis.Side = 1;

function axis(colour: Colour): UPlot.Axis {
  return {
    stroke: colour('--ink-muted'),
    grid: { stroke: colour('--rule'), width: 1 },
    ticks: { show: false },
  };
}

const base = {
  legend: { show: false },
  cursor: { show: false },
  padding: [10, 8, 0, 0],
} satisfies Partial<Options>;

/** Bars above a name each. `line`: a second scale at the right, 0 to 100. */
export function bars(options: {
  names: readonly string[];
  colours: readonly string[];
  format: (value: number) => string;
  line?: { colour: string; format: (value: number) => string; from: number } | undefined;
}): (colour: Colour) => Options {
  const { names, colours, format, line } = options;
  const most = Math.max(1, names.length);
  return (colour) => ({
    ...base,
    scales: {
      x: { time: false, range: [-0.6, most - 0.4] },
      y: { range: (_, __, top) => [0, Math.max(1, top * 1.08)] },
      ...(line === undefined ? {} : { share: { range: [line.from, 100] } }),
    },
    axes: [
      {
        ...axis(colour),
        grid: { show: false },
        size: 24,
        // As many names as there is room for, each where its bar is.
        splits: (plot) => {
          const room = Math.max(
            1,
            Math.floor((plot.width - 60) / (8 + 6.5 * Math.max(1, ...names.map((name) => name.length)))),
          );
          const every = Math.max(1, Math.ceil(names.length / room));
          return names.map((_, index) => index).filter((index) => index % every === 0);
        },
        values: (_, splits) => splits.map((index) => names[index] ?? ''),
      },
      { ...axis(colour), size: 56, values: (_, splits) => splits.map(format) },
      ...(line === undefined
        ? []
        : [
            {
              ...axis(colour),
              side: right,
              scale: 'share',
              grid: { show: false },
              size: 52,
              values: (_: UPlot, splits: number[]) => splits.map(line.format),
            },
          ]),
    ],
    series: [
      {},
      ...[...colours].reverse().map((name) => ({
        paths: UPlot.paths.bars?.({ size: [0.7, 60] }) as UPlot.Series.PathBuilder,
        fill: colour(name),
        stroke: colour('--surface'),
        width: 1,
        points: { show: false },
      })),
      ...(line === undefined
        ? []
        : [
            {
              scale: 'share',
              stroke: colour(line.colour),
              width: 2,
              spanGaps: true,
              points: { show: true, size: 6, fill: colour('--surface') },
            },
          ]),
    ],
  });
}

/** Values over the last units: dots that passed, crosses that did not, and the limits as steps. */
export function measured(points: readonly MeasurementPoint[]): UPlot.AlignedData {
  const pick = (valueOf: (point: MeasurementPoint) => number | null): (number | null)[] =>
    points.map(valueOf);
  return [
    points.map((_, index) => index + 1),
    pick(({ min }) => min),
    pick(({ max }) => max),
    pick(({ value, verdict }) => (verdict === 'PASS' ? value : null)),
    pick(({ value, verdict }) => (verdict === 'PASS' ? null : value)),
  ];
}

export function measuredOptions(
  points: readonly MeasurementPoint[],
  format: (value: number) => string,
): (colour: Colour) => Options {
  const all = points.flatMap(({ value, min, max }) => [value, min, max].filter((each) => each !== null));
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = Math.max(high - low, Math.abs(high) * 0.01, 1e-9) * 0.08;
  return (colour) => {
    const limit: UPlot.Series = {
      stroke: colour('--warning-rule'),
      width: 1.5,
      dash: [6, 4],
      paths: UPlot.paths.stepped?.({ align: 1 }) as UPlot.Series.PathBuilder,
      points: { show: false },
    };
    const none: UPlot.Series.PathBuilder = () => null;
    return {
      ...base,
      scales: {
        x: { time: false, range: [0, points.length + 1] },
        y: { range: [low - room, high + room] },
      },
      axes: [
        { ...axis(colour), grid: { show: false }, size: 24 },
        { ...axis(colour), size: 62, values: (_, splits) => splits.map(format) },
      ],
      series: [
        {},
        limit,
        limit,
        {
          stroke: colour('--accent'),
          paths: none,
          points: { show: true, size: 5, fill: colour('--accent'), stroke: colour('--accent') },
        },
        { paths: none, stroke: colour('--fail-ink'), points: { show: false } },
      ],
      hooks: { draw: [(plot) => crosses(plot, 4, colour('--fail-ink'))] },
    };
  };
}

/** A shape of its own for what did not pass: colour alone tells nothing to many. */
function crosses(plot: UPlot, series: number, colour: string): void {
  const { ctx } = plot;
  const values = plot.data[series] ?? [];
  const arm = 5 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2.5 * devicePixelRatio;
  ctx.beginPath();
  values.forEach((value, index) => {
    const at = plot.data[0][index];
    if (value === null || value === undefined || at === undefined) return;
    const [x, y] = [plot.valToPos(at, 'x', true), plot.valToPos(value, 'y', true)];
    ctx.moveTo(x - arm, y - arm);
    ctx.lineTo(x + arm, y + arm);
    ctx.moveTo(x + arm, y - arm);
    ctx.lineTo(x - arm, y + arm);
  });
  ctx.stroke();
  ctx.restore();
}
