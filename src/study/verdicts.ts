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

function verdictText(x: string, y: string, { verdict, value, interval }: Difference): string {
  if (verdict === null || interval === null) return `${x} and ${y}: one run says nothing about a difference`;
  const [low, high] = interval.map((bound) => numberText(bound));
  if (verdict === "no difference") {
    return `${x} and ${y}: no difference at 95 % (${numberText(value)}; interval ${low} to ${high})`;
  }
  return `${x} scores ${verdict} than ${y}, by ${numberText(Math.abs(value))} (interval of the difference ${low} to ${high})`;
}
