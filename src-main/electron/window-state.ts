import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Log } from './log.js';

const bounds = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(1),
  height: z.number().int().min(1),
});
export type Bounds = z.infer<typeof bounds>;

const windowState = z.object({
  /** Screen coordinates of the window when it is neither maximized nor full-screen; null before the first time. */
  bounds: bounds.nullable(),
  maximized: z.boolean(),
  /** 1 is 100 %. */
  zoom: z.number().min(0.25).max(5),
});
export type WindowState = z.infer<typeof windowState>;

export const firstWindowState: WindowState = { bounds: null, maximized: false, zoom: 1 };

/** Where the window was when it was closed. A file that is missing or makes no sense is no reason not to open. */
export function loadWindowState(file: string, log: Log): WindowState {
  try {
    return windowState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      log.warn('window state not read', { file, error: String(error) });
    }
    return firstWindowState;
  }
}

/** Whole or not at all: a power cut leaves the old file. */
export function saveWindowState(file: string, state: WindowState, log: Log): void {
  const partial = `${file}.partial`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(partial, JSON.stringify(state));
    renameSync(partial, file);
  } catch (error) {
    log.warn('window state not written', { file, error: String(error) });
  }
}

/** The bounds, moved and shrunk into the nearest display: screens are unplugged too. */
export function fitInto(wanted: Bounds, area: Bounds): Bounds {
  const width = Math.min(wanted.width, area.width);
  const height = Math.min(wanted.height, area.height);
  const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));
  return {
    width,
    height,
    x: clamp(wanted.x, area.x, area.x + area.width - width),
    y: clamp(wanted.y, area.y, area.y + area.height - height),
  };
}
