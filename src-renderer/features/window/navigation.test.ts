import { describe, expect, it } from 'vitest';
import { hashOf, Navigation, parentOf, placeOf, type Place } from './navigation.svelte.js';

const places: Place[] = [
  { screen: 'station' },
  { screen: 'bay', bay: 12 },
  { screen: 'runs' },
  { screen: 'runs', filter: { verdict: 'FAIL', bay: 3 } },
  { screen: 'runs', tab: 'charts', filter: { recipe: 'widgy' } },
  { screen: 'unit', serial: 'W/1 ?#é' },
  { screen: 'compare', one: '01J9ZQ4W-0003', other: '01J9ZQ4W-0004' },
  { screen: 'batch', batch: 7 },
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

describe('the way back', () => {
  function open(hash: string) {
    const history = {
      state: null as unknown,
      replaceState(state: unknown, _: string, next: string) {
        history.state = state;
        window.location.hash = next;
      },
    };
    const window = { location: { hash }, history, addEventListener: () => undefined };
    return window as unknown as Window;
  }

  it('leads from a run to the filtered list, the unit or the comparison that it was opened from', () => {
    const navigation = new Navigation(open('#/runs?verdict=FAIL'));
    navigation.go({ screen: 'run', runId: '01J9ZQ4W-0003' });
    navigation.go({ screen: 'unit', serial: 'W-1' });
    navigation.back();
    expect(navigation.place).toEqual({ screen: 'run', runId: '01J9ZQ4W-0003' });
    navigation.back();
    expect(navigation.place).toEqual({ screen: 'runs', filter: { verdict: 'FAIL' } });
    navigation.back();
    expect(navigation.place).toEqual({ screen: 'station' });
  });

  it('is kept when the page is loaded anew', () => {
    const window = open('#/runs?verdict=FAIL');
    new Navigation(window).go({ screen: 'run', runId: '01J9ZQ4W-0003' });
    const again = new Navigation(window);
    again.back();
    expect(again.place).toEqual({ screen: 'runs', filter: { verdict: 'FAIL' } });
  });
});
