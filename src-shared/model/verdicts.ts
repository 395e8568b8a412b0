/** How a run ends. `FAIL` means the unit is bad, `ERROR` means the station is bad. */
export const verdicts = ['PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'] as const;
export type Verdict = (typeof verdicts)[number];
