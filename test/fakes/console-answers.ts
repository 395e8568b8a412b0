import { ok, type Result } from '../../src-shared/model/result.js';
import type { StationHandlers } from '../../src-main/core/station-api.js';

/** What the fake station answers to the calls of a serial console until a test says otherwise. */
export function consoleAnswers() {
  const done = (): Promise<Result<void>> => Promise.resolve(ok());
  return {
    'console.open': done,
    'console.close': done,
    'console.change': done,
    'console.setSignals': done,
    'console.sendBreak': done,
    'console.startLog': done,
    'console.stopLog': done,
    'console.sendFile': done,
    'console.cancelFile': done,
  } satisfies Partial<StationHandlers>;
}
