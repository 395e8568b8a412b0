/** How the bays stand on the screen, and how the arrow keys move among them. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Below this a tile cannot be read. */
const smallest = { width: 250, height: 150 };
/** What a tile gets where the grid scrolls anyway, in pixels. */
const scrollingHeight = 172;
/** What a tile looks best at: wider than high. */
const bestRatio = 1.6;
/** How much worse a row with holes is than a tile of another shape. */
const holesCost = 4;

/**
 * The number of columns with which `count` tiles fit into `area` and stay nearest to their best shape.
 * Where none fits, as many columns as are wide enough: the grid then scrolls.
 */
export function columnsFor(count: number, area: Size, gap: number): number {
  const widest = Math.max(1, Math.floor((area.width + gap) / (smallest.width + gap)));
  let best = { columns: Math.min(widest, Math.max(1, count)), score: Infinity };
  for (let columns = 1; columns <= Math.min(widest, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const width = (area.width - gap * (columns - 1)) / columns;
    const height = (area.height - gap * (rows - 1)) / rows;
    if (height < smallest.height) continue;
    const empty = rows * columns - count;
    const score = Math.abs(Math.log(width / height / bestRatio)) + (empty / count) * holesCost;
    if (score < best.score) best = { columns, score };
  }
  return best.columns;
}

/** How the tiles stand, and what there is room for in one. All are of one size, so it is worked out once for all. */
export interface GridLayout {
  readonly columns: number;
  readonly tile: Size;
  /** Of the sentence below the bay's word. */
  readonly lines: 1 | 2 | 3;
  /** The verdict's shape above its word, where a tile is not much wider than high. */
  readonly isStacked: boolean;
  /** Room for names rather than icons. */
  readonly isWide: boolean;
}

export function layoutGrid(count: number, area: Size, gap: number): GridLayout {
  const columns = columnsFor(count, area, gap);
  const rows = Math.max(1, Math.ceil(count / columns));
  const width = Math.floor((area.width - gap * (columns - 1)) / columns);
  const fitting = Math.floor((area.height - gap * (rows - 1)) / rows);
  const height = fitting < smallest.height ? scrollingHeight : fitting;
  return {
    columns,
    tile: { width, height },
    lines: height < 200 ? 1 : height < 260 ? 2 : 3,
    isStacked: height > 280 && height > width * 0.7,
    isWide: width > 440,
  };
}

/** Where a key leads from the tile at `index`; the same place where it leads nowhere, undefined for other keys. */
export function moveInGrid(index: number, key: string, columns: number, count: number): number | undefined {
  const column = index % columns;
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, index - 1);
    case 'ArrowRight':
      return Math.min(count - 1, index + 1);
    case 'ArrowUp':
      return index >= columns ? index - columns : index;
    case 'ArrowDown':
      if (index + columns < count) return index + columns;
      // The last row may be short: down still leads into it.
      return index - column + columns < count ? count - 1 : index;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
