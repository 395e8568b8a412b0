import { describe, expect, it } from 'vitest';
import { labels } from './engine.js';
import { isOwnContainer } from './ownership.js';

const own = 'station-1';
const station = { [labels.station]: own };
const run = { ...station, [labels.bay]: '1', [labels.run]: 'run-1' };

describe('whose a container is', () => {
  it('is ours with our label and a purpose that it was given itself', () => {
    expect(isOwnContainer(own, run, {})).toBe(true);
    expect(isOwnContainer(own, { ...station, [labels.role]: 'volume' }, {})).toBe(true);
    // Of an image that Slipway built.
    expect(isOwnContainer(own, run, station)).toBe(true);
    // Its image was removed by force.
    expect(isOwnContainer(own, run, null)).toBe(true);
  });

  it('is somebody’s without our label, or with another station’s', () => {
    expect(isOwnContainer(own, {}, {})).toBe(false);
    expect(isOwnContainer(own, { [labels.run]: 'run-1' }, {})).toBe(false);
    expect(isOwnContainer(own, { ...run, [labels.station]: 'station-2' }, {})).toBe(false);
  });

  it('is somebody’s when all that it says comes from its image', () => {
    expect(isOwnContainer(own, station, station)).toBe(false);
    expect(isOwnContainer(own, station, null)).toBe(false);
    // Of an image that somebody committed from a container of ours.
    expect(isOwnContainer(own, { ...run, theirs: 'yes' }, run)).toBe(false);
  });

  it('is ours when it is run by us from an image that was committed from one of ours', () => {
    expect(isOwnContainer(own, { ...run, [labels.run]: 'run-2' }, run)).toBe(true);
  });
});
