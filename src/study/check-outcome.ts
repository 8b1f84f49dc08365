import { readRuns, type Scalars } from "../report/index.js";
import { isClockTag } from "../run/diff-runs.js";
import { isFinished } from "../run/run-directory.js";
import type { Study } from "./study.js";
import type { StudyRun } from "./study-run.js";

/** Whether two arms that must be the same were so. */
export interface CheckOutcome {
  readonly name: string;
  readonly arms: readonly [string, string];
  /** null where one of the two did not finish. */
  readonly isIdentical: boolean | null;
  /** The first tag whose numbers differ. */
  readonly difference: string | null;
}

/** runs: of each check its two. */
export function checkOutcomes({ checks }: Study, runs: readonly StudyRun[]): CheckOutcome[] {
  return checks.map(({ name, arms }, i) => {
    const [a, b] = [runs[2 * i]!.run.directory, runs[2 * i + 1]!.run.directory];
    const outcome = { name, arms: [arms[0].name, arms[1].name] as const };
    if (!isFinished(a) || !isFinished(b)) return { ...outcome, isIdentical: null, difference: null };
    const difference = firstDifference(a.path, b.path);
    return { ...outcome, isIdentical: difference === null, difference };
  });
}

/** The tag of the first number that both runs logged and that is not the same, but for what the clock says. */
function firstDifference(pathA: string, pathB: string): string | null {
  const [a, b] = [readRuns(pathA)[0]!.scalars, readRuns(pathB)[0]!.scalars];
  const tags = [...a.keys()].filter((tag) => b.has(tag) && !isClockTag(tag));
  return tags.find((tag) => !isEqual(a.get(tag)!, b.get(tag)!)) ?? null;
}

function isEqual(a: Scalars, b: Scalars): boolean {
  const areEqual = (x: Float64Array, y: Float64Array) =>
    x.length === y.length && x.every((value, i) => Object.is(value, y[i]));
  return areEqual(a.steps, b.steps) && areEqual(a.values, b.values);
}
