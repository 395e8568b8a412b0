import { describe, expect, it } from 'vitest';
import type { DoctorCheck } from '../../../src-shared/model/station.js';
import { groupChecks } from './doctor-groups.js';

const check = (name: string, state: DoctorCheck['state']): DoctorCheck => ({
  check: name,
  state,
  reason: name,
});

describe('the doctor’s checks on the screen', () => {
  it('have the worst group and the worst check first, and one of a newer Slipway somewhere', () => {
    const groups = groupChecks([
      check('engine', 'ok'),
      check('engine-boot', 'warning'),
      check('home', 'ok'),
      check('workspace', 'problem'),
      check('from-the-future', 'ok'),
    ]);
    expect(groups.map(({ group, checks }) => [group, ...checks.map((each) => each.check)])).toEqual([
      ['station', 'workspace', 'home'],
      ['engine', 'engine-boot', 'engine'],
      ['machine', 'from-the-future'],
    ]);
  });
});
