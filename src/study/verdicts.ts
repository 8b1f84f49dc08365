import { type Arm, ScoredArm } from "../report/index.js";
import { numberText } from "../report/number-text.js";
import { type Protocol, protocols } from "../report/scores.js";
import { type Difference, differenceTest } from "../stats/index.js";
import type { Study } from "./study.js";

/** What the runs say of two arms in one environment, under one protocol. */
export interface Verdict {
  readonly env: string;
  readonly protocol: Protocol;
  readonly x: string;
  readonly y: string;
  /** The interquartile mean of x less that of y. */
  readonly difference: Difference;
  readonly text: string;
}

/** A verdict on each comparison of the study for which both arms have scores. arms: of all environments. */
export function verdictsOf({ comparisons }: Study, arms: readonly Arm[]): Verdict[] {
  const envs = [...new Set(arms.map(({ env }) => env))];
  const scored = arms.map((arm) => new ScoredArm(arm));
  return envs.flatMap((env) =>
    protocols.flatMap((protocol) =>
      comparisons.flatMap(([x, y]) => {
        const [ofX, ofY] = [x, y].map(
          (label) => scored.find(({ arm }) => arm.env === env && arm.label === label)?.values(protocol) ?? [],
        );
        if (ofX!.length === 0 || ofY!.length === 0) return [];
        const difference = differenceTest(
          ofX!.map((value) => [value]),
          ofY!.map((value) => [value]),
        );
        return [{ env, protocol, x, y, difference, text: verdictText(x, y, difference) }];
      }),
    ),
  );
}

/**
 * How many differences such tests find, on average, where the arms are all alike: intervals of few runs are too narrow.
 *
 * Source: the share of false differences for one task in docs/statistics.md; between two of its rows that of the fewer runs.
 */
export function expectedFalseDifferences(tests: number, runs: number): number {
  const shares = [
    [10, 0.052],
    [5, 0.066],
    [3, 0.199],
    [2, 0.345],
  ] as const;
  return tests * (shares.find(([fewest]) => runs >= fewest)?.[1] ?? 0);
}

function verdictText(x: string, y: string, { verdict, value, interval }: Difference): string {
  if (verdict === null || interval === null) return `${x}, ${y}: one run says nothing about a difference`;
  const [low, high] = interval.map((bound) => numberText(bound));
  const words = verdict === "no difference" ? "no difference at 95 %" : `${x} scores ${verdict} (95 %)`;
  return `${x} less ${y}: ${numberText(value)}, interval ${low} to ${high}: ${words}`;
}
