import type { ImageSummary, ImagesView, MissingImage } from '../../../src-shared/model/image.js';

/** A line of the list: an image, or a name that a recipe says in vain. */
export type ImageRow =
  | { kind: 'image'; key: string; name: string; image: ImageSummary; recipes: readonly string[] }
  | { kind: 'missing'; key: string; name: string; missing: MissingImage; recipes: readonly string[] };

export const imageColumns = ['name', 'id', 'size', 'age', 'recipes', 'support'] as const;
export type ImageColumn = (typeof imageColumns)[number];
export const imageKinds = ['all', 'made', 'brought', 'recipe', 'base', 'missing'] as const;
export type ImageKind = (typeof imageKinds)[number];

export interface ImageOrder {
  column: ImageColumn;
  descending: boolean;
}

/** What is missing first: somebody has to do something about it. */
export function rowsOf(view: ImagesView): ImageRow[] {
  return [
    ...view.missing.map((missing): ImageRow => {
      const { name, recipes } = missing;
      return { kind: 'missing', key: name, name, missing, recipes };
    }),
    ...view.images.map((image): ImageRow => {
      const { id, names, recipes } = image;
      return { kind: 'image', key: id, name: names[0] ?? '', image, recipes };
    }),
  ];
}

/** Those of a kind whose names, id, recipes, models or labels' words hold every word that was typed. */
export function filterRows(rows: readonly ImageRow[], typed: string, kind: ImageKind): ImageRow[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return rows.filter((row) => {
    if (kind !== 'all' && kind !== (row.kind === 'missing' ? 'missing' : row.image.reason)) return false;
    const text = searchable(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function searchable(row: ImageRow): string {
  const own =
    row.kind === 'missing'
      ? [row.name]
      : [
          ...row.image.names,
          row.image.id,
          ...row.image.support.flatMap(({ model, written }) => [model, written]),
        ];
  return [...own, ...row.recipes].join('\n');
}

/** Sorted by a column; what is missing stays on top. Ages descend from the oldest. */
export function sortRows(rows: readonly ImageRow[], { column, descending }: ImageOrder): ImageRow[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    if (one.kind !== other.kind) return one.kind === 'missing' ? -1 : 1;
    const by = compare(one, other, column);
    return by === 0 ? byText(one.name, other.name) : sign * by;
  });
}

const levels = { stable: 0, 'release-candidate': 1, beta: 2, unknown: 3 } as const;

function compare(one: ImageRow, other: ImageRow, column: ImageColumn): number {
  if (column === 'name') return byText(one.name, other.name);
  if (column === 'recipes') return byText(one.recipes.join(), other.recipes.join());
  if (one.kind === 'missing' || other.kind === 'missing') return 0;
  const [left, right] = [one.image, other.image];
  switch (column) {
    case 'id':
      return byText(left.id, right.id);
    case 'size':
      return left.size - right.size;
    case 'age':
      return right.createdAt - left.createdAt;
    case 'support':
      return levelOf(left) - levelOf(right);
  }
}

/** The best that it says of any model; what says nothing comes last. */
function levelOf({ support }: ImageSummary): number {
  return Math.min(4, ...support.map(({ level }) => levels[level]));
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
