import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { calls } from '../../../src-shared/contract.js';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { newRunId } from './run-id.js';

describe('a run id', () => {
  const clock = createFakeClock(Date.UTC(2026, 4, 17));

  it('is a UUID of version 7 that the contract takes', () => {
    const runId = newRunId(clock);
    expect(z.uuidv7().parse(runId)).toBe(runId);
    expect(calls['runs.show'].input.parse({ runId })).toEqual({ runId });
  });

  it('sorts by time and is never the same twice', () => {
    const ids = Array.from({ length: 100 }, () => {
      clock.advance(1);
      return newRunId(clock);
    });
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(Array.from({ length: 1000 }, () => newRunId(clock))).size).toBe(1000);
  });
});
