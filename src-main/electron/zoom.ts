const steps = [0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;

/** The next factor in that direction; the same one at either end. */
export function nextZoom(factor: number, step: 'in' | 'out' | 'reset'): number {
  if (step === 'reset') return 1;
  const further =
    step === 'in'
      ? steps.find((candidate) => candidate > factor + 0.01)
      : steps.findLast((candidate) => candidate < factor - 0.01);
  return further ?? factor;
}
