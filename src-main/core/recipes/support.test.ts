import { describe, expect, it } from 'vitest';
import type { SupportLevel } from '../../../src-shared/model/image.js';
import { meetsMinimum, supportLabel, understandSupport } from './support.js';

describe('the support label of an image', () => {
  it('is named after the model', () => {
    expect(supportLabel('widgy')).toBe('deviceSupportStatus.widgy');
  });

  it.each<[string | undefined, SupportLevel, number?]>([
    ['Stable', 'stable'],
    ['Estable', 'stable'],
    ['  STABLE ', 'stable'],
    ['Release Candidate 3', 'release-candidate', 3],
    ['release-candidate', 'release-candidate'],
    ['RC3', 'release-candidate', 3],
    ['rc 12', 'release-candidate', 12],
    ['RC-1', 'release-candidate', 1],
    ['Candidato a estable 3', 'release-candidate', 3],
    ['Candidata a estable', 'release-candidate'],
    ['Candidata a versión estable 2', 'release-candidate', 2],
    ['Versión candidata 4', 'release-candidate', 4],
    ['Candidato a lanzamiento 3', 'release-candidate', 3],
    ['Beta', 'beta'],
    ['beta 2', 'beta'],
    ['BETÁ', 'beta'],
    ['Unstable', 'unknown'],
    ['Inestable', 'unknown'],
    ['not stable', 'unknown'],
    ['Stable?', 'unknown'],
    ['Alpha', 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('%j is %s', (text, level, candidate) => {
    expect(understandSupport(text)).toEqual(candidate === undefined ? { level } : { level, candidate });
  });

  it('is good enough when it is at least what the recipe asks for', () => {
    const levels: SupportLevel[] = ['unknown', 'beta', 'release-candidate', 'stable'];
    levels.forEach((minimum, least) => {
      levels.forEach((level, rank) => expect(meetsMinimum(level, minimum)).toBe(rank >= least));
    });
  });
});
