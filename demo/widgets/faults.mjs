/**
 * What is wrong with a widget, on demand.
 *
 * - `silent`: never says anything
 * - `garbage`: answers with noise
 * - `disconnect`: unplugs itself when `at` percent of the image has arrived
 * - `crc`: a bit tips over in memory, so the sum over the image is wrong
 * - `bad-storage`: a bit tips over in storage, so only reading back shows it
 * - `refuse-write`: storage does not take writes
 * - `slow`: a line `at` times slower than it should be
 * - `wrong-model`: says it is another model
 * - `panic`: the system that is in storage does not come up
 * - `late`: answers each command `at` seconds late
 * - `voltage`: its supply has `at` volts, which may be changed while it runs
 * - `vanish`: unplugs itself when it is asked for its supply
 *
 * @typedef {'silent' | 'garbage' | 'disconnect' | 'crc' | 'bad-storage' | 'refuse-write' | 'slow' | 'wrong-model'
 *   | 'panic' | 'late' | 'voltage' | 'vanish'} FaultKind
 * @typedef {{ kind: FaultKind, at?: number }} WidgetFault
 */

/** @type {readonly FaultKind[]} */
export const faultKinds = [
  'silent',
  'garbage',
  'disconnect',
  'crc',
  'bad-storage',
  'refuse-write',
  'slow',
  'wrong-model',
  'panic',
  'late',
  'voltage',
  'vanish',
];

/**
 * Reads `disconnect@40`, `slow@16`, `silent`.
 * @param {string} text
 * @returns {WidgetFault}
 * @throws {Error} in words for the person who typed it
 */
export function parseFault(text) {
  const [name = '', at] = text.split('@');
  const kind = faultKinds.find((known) => known === name);
  if (!kind) throw new Error(`no fault is called "${name}"; there are ${faultKinds.join(', ')}`);
  if (at === undefined) return { kind };
  const number = Number(at);
  if (!Number.isFinite(number) || number < 0) throw new Error(`"${at}" in "${text}" is no number`);
  return { kind, at: number };
}
