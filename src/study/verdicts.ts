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
  /** Of the arm that has fewer. */
  readonly runs: number;
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
        return [
          {
            env,
            protocol,
            x,
            y,
            runs: Math.min(ofX!.length, ofY!.length),
            difference,
            text: verdictText(x, y, difference),
          },
        ];
      }),
    ),
  );
}

/** What is said of each environment and protocol, by their names. */
export function textsByPlace(verdicts: readonly Verdict[]): Map<string, string[]> {
  const texts = new Map<string, string[]>();
  for (const { env, protocol, text } of verdicts) {
    const place = `${env}, ${protocol}`;
    texts.set(place, [...(texts.get(place) ?? []), text]);
  }
  return texts;
}

/** Of two arms that are alike, how often a test over one task finds a difference: intervals of few runs are too narrow. */
export const FALSE_DIFFERENCES = [
  { runs: 20, share: 0.052 },
  { runs: 10, share: 0.052 },
  { runs: 5, share: 0.066 },
  { runs: 3, share: 0.199 },
  { runs: 2, share: 0.345 },
] as const;

/**
 * How many differences the tests would find, on average, if all arms were alike; between two numbers of runs that were measured,
 * that of the fewer.
 *
 * Source: docs/statistics.md, "How far to trust an interval".
 */
export function expectedFalseDifferences(verdicts: readonly Pick<Verdict, "runs">[]): number {
  const shareOf = (count: number) => FALSE_DIFFERENCES.find(({ runs }) => count >= runs)?.share ?? 0;
  return verdicts.reduce((sum, { runs }) => sum + shareOf(runs), 0);
}

function verdictText(x: string, y: string, { verdict, value, interval }: Difference): string {
  if (verdict === null || interval === null) return `${x}, ${y}: one run says nothing about a difference`;
  const [low, high] = interval.map((bound) => numberText(bound));
  const words = verdict === "no difference" ? "no difference at 95 %" : `${x} scores ${verdict} (95 %)`;
  return `${x} less ${y}: ${numberText(value)}, interval ${low} to ${high}: ${words}`;
}
