import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from './log.js';
import { firstWindowState, fitInto, loadWindowState, saveWindowState } from './window-state.js';

let folder: string;
let lines: string[];
const log = createLog(
  (line) => void lines.push(line),
  () => 0,
);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-window-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('where the window was', () => {
  it('comes back as it was saved, and leaves no other file', () => {
    const file = join(folder, 'window.json');
    const state = { bounds: { x: -5, y: 7, width: 1200, height: 800 }, maximized: true, zoom: 1.25 };
    saveWindowState(file, state, log);
    expect(loadWindowState(file, log)).toEqual(state);
    expect(readdirSync(folder)).toEqual(['window.json']);
  });

  it('is the first place when nothing is known, without a word', () => {
    expect(loadWindowState(join(folder, 'none.json'), log)).toEqual(firstWindowState);
    expect(lines).toEqual([]);
  });

  it.each([
    '',
    '{',
    '[]',
    '{"bounds":{"x":"a"},"maximized":true,"zoom":1}',
    '{"bounds":null,"maximized":true,"zoom":99}',
  ])('is the first place when the file makes no sense, and the log says so: %s', (content) => {
    const file = join(folder, 'window.json');
    writeFileSync(file, content);
    expect(loadWindowState(file, log)).toEqual(firstWindowState);
    expect(lines).toHaveLength(1);
  });

  it('that cannot be written stops nothing', () => {
    writeFileSync(join(folder, 'file'), '');
    saveWindowState(join(folder, 'file', 'window.json'), firstWindowState, log);
    expect(lines).toHaveLength(1);
  });
});

describe('a window on a display', () => {
  const display = { x: 0, y: 30, width: 1600, height: 900 };

  it('stays where it was when that is on the display', () => {
    const place = { x: 100, y: 100, width: 1200, height: 700 };
    expect(fitInto(place, display)).toEqual(place);
  });

  it('is moved in when its screen is gone, and made to fit when that was larger', () => {
    expect(fitInto({ x: 4000, y: -900, width: 1200, height: 700 }, display)).toEqual({
      x: 400,
      y: 30,
      width: 1200,
      height: 700,
    });
    expect(fitInto({ x: 10, y: 40, width: 3000, height: 2000 }, display)).toEqual(display);
  });
});
