import { describe, expect, it } from 'vitest';
import { hashOf, parentOf, placeOf, type Place } from './navigation.svelte.js';

const places: Place[] = [
  { screen: 'station' },
  { screen: 'bay', bay: 12 },
  { screen: 'runs' },
  { screen: 'run', runId: '01J9ZQ4W-0003' },
  { screen: 'recipes' },
  { screen: 'machine', tab: 'cleanup' },
  { screen: 'images' },
  { screen: 'job', jobId: 'abc-123' },
  { screen: 'settings' },
];

describe('where the window is', () => {
  it('survives a reload in the address', () => {
    for (const place of places) expect(placeOf(hashOf(place))).toEqual(place);
  });

  it('is the station wherever the address makes no sense', () => {
    for (const hash of ['', '#/', '#/bay/0', '#/bay/x', '#/run/', '#/nowhere']) {
      expect(placeOf(hash)).toEqual({ screen: 'station' });
    }
  });

  it('leads back to what it came from', () => {
    expect(parentOf({ screen: 'run', runId: '01J9ZQ4W-0003' })).toEqual({ screen: 'runs' });
    expect(parentOf({ screen: 'bay', bay: 3 })).toEqual({ screen: 'station' });
  });
});
