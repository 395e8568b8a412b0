import { describe, expect, it } from 'vitest';
import { columnsFor, layoutGrid, moveInGrid } from './grid.js';

const laptop = { width: 1366 - 64 - 16, height: 768 - 44 - 16 };
const monitor = { width: 1920 - 64 - 16, height: 1080 - 44 - 16 };

describe('the grid of bays', () => {
  it.each([
    [1, 1],
    [4, 2],
    [16, 4],
  ])('stands %i bays in %i columns on a laptop and on a monitor', (count, columns) => {
    expect(columnsFor(count, laptop, 6)).toBe(columns);
    expect(columnsFor(count, monitor, 6)).toBe(columns);
  });

  it('leaves no hole with 8 bays', () => {
    expect(8 % columnsFor(8, laptop, 6)).toBe(0);
    expect(8 % columnsFor(8, monitor, 6)).toBe(0);
  });

  it('never makes a tile too narrow to read; it scrolls instead', () => {
    expect(columnsFor(16, { width: 600, height: 500 }, 6)).toBe(2);
    expect(columnsFor(3, { width: 100, height: 100 }, 6)).toBe(1);
  });

  it('gives a tile what there is room for', () => {
    expect(layoutGrid(16, laptop, 6)).toEqual({
      columns: 4,
      tile: { width: 317, height: 172 },
      lines: 1,
      isStacked: false,
      isWide: false,
    });
    expect(layoutGrid(8, laptop, 6)).toMatchObject({ columns: 4, lines: 3, isStacked: true });
    expect(layoutGrid(1, monitor, 6)).toMatchObject({ columns: 1, isStacked: false, isWide: true });
    expect(layoutGrid(16, { width: 600, height: 300 }, 6).tile.height).toBe(172);
  });

  it('moves with the arrows and stays at the edges', () => {
    expect(moveInGrid(0, 'ArrowRight', 4, 16)).toBe(1);
    expect(moveInGrid(0, 'ArrowLeft', 4, 16)).toBe(0);
    expect(moveInGrid(5, 'ArrowUp', 4, 16)).toBe(1);
    expect(moveInGrid(2, 'ArrowUp', 4, 16)).toBe(2);
    expect(moveInGrid(5, 'ArrowDown', 4, 16)).toBe(9);
    expect(moveInGrid(14, 'ArrowDown', 4, 16)).toBe(14);
    expect(moveInGrid(9, 'Home', 4, 16)).toBe(0);
    expect(moveInGrid(9, 'End', 4, 16)).toBe(15);
    expect(moveInGrid(9, 'x', 4, 16)).toBeUndefined();
  });

  it('leads down into a last row that is short', () => {
    expect(moveInGrid(3, 'ArrowDown', 4, 6)).toBe(5);
    expect(moveInGrid(4, 'ArrowDown', 4, 6)).toBe(4);
  });
});
