import { limitsOf, valueOf } from '../../../src-shared/model/limits.js';
import {
  phases,
  type Phase,
  type RunRecord,
  type TestOutcome,
  type Verdict,
} from '../../../src-shared/model/run.js';

/** One line of a comparison: the same of two runs. Null where a run has none. */
export interface Pair<Value> {
  readonly one: Value | null;
  readonly other: Value | null;
  readonly differs: boolean;
}

export type NamedPair<Value> = Pair<Value> & { readonly name: string };

export interface MeasuredPair extends NamedPair<{ value: string; verdict: Verdict }> {
  readonly test: string;
  readonly limits: string;
  /** Of two numbers: how much the second is above the first. */
  readonly by: number | null;
}

/** What two runs have in common and what not. Durations are ms. */
export interface Comparison {
  readonly facts: readonly (Pair<string> & { readonly name: keyof typeof factsOf })[];
  readonly phases: readonly (Pair<number> & { readonly name: Phase })[];
  readonly total: Pair<number>;
  readonly tests: readonly NamedPair<{ verdict: Verdict; time: number; attempts: number }>[];
  readonly measurements: readonly MeasuredPair[];
}

/** The facts that say why two runs may have come out differently, each as it is recorded. */
export const factsOf = {
  unit: (run: RunRecord) => run.unitSerial,
  model: (run: RunRecord) => run.model,
  recipe: (run: RunRecord) => run.recipe,
  recipeHash: (run: RunRecord) => run.recipeHash,
  image: (run: RunRecord) => run.imageName,
  imageId: (run: RunRecord) => run.imageId,
  content: (run: RunRecord) => run.contentHash,
  bay: (run: RunRecord) => String(run.bay),
  operator: (run: RunRecord) => (run.operator === '' ? null : run.operator),
  attempt: (run: RunRecord) => String(run.attempt),
} as const;

function pair<Value>(one: Value | null, other: Value | null, isSame = one === other): Pair<Value> {
  return { one, other, differs: !isSame };
}

/** A difference in time worth pointing at: more than a tenth, and more than half a second. */
function isAbout(one: number | null, other: number | null): boolean {
  if (one === null || other === null) return one === other;
  return Math.abs(one - other) <= Math.max(500, 0.1 * Math.max(one, other));
}

function namesOf(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])];
}

function phaseTime(run: RunRecord, phase: Phase): number | null {
  const own = run.phases.filter((each) => each.phase === phase && each.endedAt !== null);
  return own.length === 0 ? null : own.reduce((sum, each) => sum + (each.endedAt ?? 0) - each.startedAt, 0);
}

function measuredBy(test: TestOutcome | undefined) {
  return test?.attempts.at(-1)?.measurements ?? [];
}

/** Sets two runs side by side. */
export function compareRuns(one: RunRecord, other: RunRecord): Comparison {
  const timeOf = (run: RunRecord): number | null =>
    run.endedAt === null ? null : run.endedAt - run.startedAt;
  const timed = (first: number | null, second: number | null): Pair<number> =>
    pair(first, second, isAbout(first, second));
  const testOf = (run: RunRecord, name: string): TestOutcome | undefined =>
    run.tests.find((test) => test.name === name);
  const tests = namesOf(
    one.tests.map(({ name }) => name),
    other.tests.map(({ name }) => name),
  );
  const outcome = (test: TestOutcome | undefined) =>
    test === undefined
      ? null
      : {
          verdict: test.verdict,
          time: test.endedAt - test.startedAt,
          attempts: Math.max(1, test.attempts.length),
        };
  return {
    facts: (Object.keys(factsOf) as (keyof typeof factsOf)[]).map((name) => ({
      name,
      ...pair(factsOf[name](one), factsOf[name](other)),
    })),
    phases: phases.flatMap((name) => {
      const [first, second] = [phaseTime(one, name), phaseTime(other, name)];
      return first === null && second === null ? [] : [{ name, ...timed(first, second) }];
    }),
    total: timed(timeOf(one), timeOf(other)),
    tests: tests.map((name) => {
      const [first, second] = [outcome(testOf(one, name)), outcome(testOf(other, name))];
      return {
        name,
        ...pair(first, second, first?.verdict === second?.verdict && first?.attempts === second?.attempts),
      };
    }),
    measurements: tests.flatMap((test) => {
      const [first, second] = [measuredBy(testOf(one, test)), measuredBy(testOf(other, test))];
      return namesOf(
        first.map(({ name }) => name),
        second.map(({ name }) => name),
      ).map((name): MeasuredPair => {
        const [left, right] = [
          first.find((each) => each.name === name),
          second.find((each) => each.name === name),
        ];
        const shown = (each: typeof left) =>
          each === undefined ? null : { value: valueOf(each), verdict: each.verdict };
        const known = right ?? left;
        const numbers = [left?.number ?? null, right?.number ?? null] as const;
        return {
          name,
          test,
          limits: known === undefined ? '' : limitsOf(known),
          by: numbers[0] === null || numbers[1] === null ? null : numbers[1] - numbers[0],
          ...pair(shown(left), shown(right), left?.text === right?.text && left?.verdict === right?.verdict),
        };
      });
    }),
  };
}
