/** One value of a measurement in a chart over units. */
export interface MeasurementPoint {
  run: string;
  /** When that run began, in ms since the epoch. */
  at: number;
  unitSerial: string | null;
  test: string;
  /** Null where what was said is no number. */
  value: number | null;
  text: string | null;
  unit: string | null;
  min: number | null;
  max: number | null;
  verdict: 'PASS' | 'FAIL' | 'ERROR';
}
