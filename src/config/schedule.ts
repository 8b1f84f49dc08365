import { RlAdanError } from "../errors.js";
import { compileExpression } from "../expression/expression.js";
import { constant, single } from "../expression/value.js";

/** A setting that may change over a run: a learning rate, a clip coefficient, an entropy coefficient. */
export interface Schedule {
  /**
   * The value at `progress` (iterations done / iterations, 0 at first) and `step` (env steps done).
   *
   * Throws RlAdanError, naming key, expression, progress, step and value, when the value is negative or not finite.
   */
  at(progress: number, step: number): number;
}

/** How many points of a run `checkSchedule` looks at, both ends included. */
const PROBES = 101;

/**
 * Compiles a constant or an expression such as `"3e-4 * (1 - progress)"`; `key` is the config key that it is for.
 *
 * Throws UsageError when the expression does not parse or names what it may not.
 */
export function compileSchedule(source: number | string, key: string): Schedule {
  const now = { progress: 0, step: 0 };
  const expression =
    typeof source === "number"
      ? constant(source)
      : compileExpression(source, key, {
          variables: new Map([
            ["progress", single(() => now.progress)],
            ["step", single(() => now.step)],
          ]),
          functions: new Map(),
        });
  return {
    at(progress, step) {
      Object.assign(now, { progress, step });
      const value = expression.at(0);
      if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
      throw new RlAdanError(
        "schedule-value",
        `${key}: "${source}" is ${value} at progress ${progress}, step ${step}; ` +
          "it must be finite and at least 0 throughout the run.",
      );
    },
  };
}

/** Looks at a schedule over a whole run, so that a bad one fails before training. Throws as `at` does. */
export function checkSchedule(schedule: Schedule, totalTimesteps: number): void {
  for (let probe = 0; probe < PROBES; probe++) {
    const progress = probe / (PROBES - 1);
    schedule.at(progress, Math.round(progress * totalTimesteps));
  }
}
