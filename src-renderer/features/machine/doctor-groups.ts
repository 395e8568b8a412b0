import type { DoctorCheck } from '../../../src-shared/model/station.js';

export const doctorGroups = ['engine', 'station', 'ports', 'machine'] as const;
export type DoctorGroup = (typeof doctorGroups)[number];

const places: Partial<Record<string, DoctorGroup>> = {
  home: 'station',
  'home-space': 'station',
  retention: 'station',
  settings: 'station',
  secrets: 'station',
  records: 'station',
  recipes: 'station',
  workspace: 'station',
  'workspace-space': 'station',
  'host-ports': 'ports',
  'serial-access': 'ports',
  'port-grabbers': 'ports',
  'usb-controllers': 'ports',
};

const severity = { problem: 0, warning: 1, ok: 2 } as const;

/** The checks by what they are about, the worst group and the worst check of each first; else the doctor's order. */
export function groupChecks(
  checks: readonly DoctorCheck[],
): { group: DoctorGroup; checks: readonly DoctorCheck[] }[] {
  const groupOf = ({ check }: DoctorCheck): DoctorGroup =>
    places[check] ?? (/^engine(-|$)/.test(check) ? 'engine' : 'machine');
  const worst = (some: readonly DoctorCheck[]): number =>
    Math.min(...some.map(({ state }) => severity[state]));
  return doctorGroups
    .map((group) => ({
      group,
      checks: checks
        .filter((check) => groupOf(check) === group)
        .sort((one, other) => severity[one.state] - severity[other.state]),
    }))
    .filter((each) => each.checks.length > 0)
    .sort((one, other) => worst(one.checks) - worst(other.checks));
}
