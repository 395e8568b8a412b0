import { describe, expect, it } from 'vitest';
import { isMadeHere, isOfStation } from './made-here.js';

const own = 'station-1';
const step = (by: string, comment = '') => ({ by, comment });
const label = (key: string, value: string) => step(`/bin/sh -c #(nop)  LABEL ${key}=${value}`);
const marked = { 'io.slipway.made-by': own };
/** Newest first, as the classic builder leaves it: a step for each label, in the order of their names. */
const built = [
  label('io.slipway.recipe', 'widgy'),
  label('io.slipway.made-by', own),
  label('io.slipway.build.inputs', 'f00d'),
  step('/bin/sh -c make'),
  step('', 'Imported from -'),
];

describe('an image of this station', () => {
  it('is one whose top steps are the labels that it gave', () => {
    expect(isMadeHere(marked, built, own)).toBe(true);
    expect(isMadeHere({ 'io.slipway.station': own }, [label('io.slipway.station', own)], own)).toBe(true);
  });

  it('is one that it imported, whose one step names no label', () => {
    expect(isMadeHere(marked, [step('', 'Imported from -')], own)).toBe(true);
  });

  it.each([
    ['somebody built on it', [step('/bin/sh -c echo theirs'), ...built]],
    ['somebody gave it one label more', [label('theirs', '1'), ...built]],
    ['somebody committed a container of it', [step('sh'), ...built]],
    ['somebody built on what it imported', [step('/bin/sh -c make'), step('', 'Imported from -')]],
  ])('is none when %s', (_, history) => {
    expect(isMadeHere(marked, history, own)).toBe(false);
  });

  it('is none without its label, or with that of another station', () => {
    expect(isMadeHere({}, built, own)).toBe(false);
    expect(isMadeHere({ 'io.slipway.made-by': 'other' }, built, own)).toBe(false);
  });

  it('is one that was noted when it was made, as long as it carries the label', () => {
    const byBuildKit = [step('RUN /bin/sh -c make # buildkit', 'buildkit.dockerfile.v0')];
    const maker = { stationId: own, noted: new Set(['sha256:1']) };
    expect(isOfStation({ id: 'sha256:1', labels: marked }, byBuildKit, maker)).toBe(true);
    expect(isOfStation({ id: 'sha256:2', labels: marked }, byBuildKit, maker)).toBe(false);
    expect(isOfStation({ id: 'sha256:1', labels: {} }, byBuildKit, maker)).toBe(false);
  });

  it('is its own still where another station built on it, and the other’s is not', () => {
    const theirs = [label('io.slipway.made-by', 'other'), step('make'), ...built];
    expect(isMadeHere({ 'io.slipway.made-by': 'other' }, theirs, 'other')).toBe(true);
    expect(isMadeHere({ 'io.slipway.made-by': 'other' }, theirs, own)).toBe(false);
  });
});
