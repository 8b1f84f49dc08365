import type { Estimate } from "../stats/index.js";
import type { Curve, CurveAxis } from "./curves.js";
import type { Run } from "./run.js";
import type { Protocol } from "./scores.js";

/** Everything that a report shows, as data; what has no value is null or left out. */
export interface ReportData {
  readonly environments: readonly EnvironmentSummary[];
  /** Over all environments, each with the same weight; empty unless all arms have equally many runs in all of them. */
  readonly improvements: readonly Improvement[];
  readonly runs: readonly RunSummary[];
  readonly notes: readonly string[];
}

export interface EnvironmentSummary {
  readonly env: string;
  readonly arms: readonly ArmSummary[];
  readonly improvements: readonly Improvement[];
  /** Settings that are not the same in all arms, by arm; undefined where an arm has none of that name. */
  readonly settings: readonly {
    readonly name: string;
    readonly values: readonly (string | undefined)[];
  }[];
  readonly profiles: Readonly<Partial<Record<Protocol, readonly Profile[]>>>;
  readonly notes: readonly string[];
}

export interface ArmSummary {
  readonly label: string;
  readonly seeds: readonly (number | null)[];
  readonly runs: number;
  /** Of the longest run. */
  readonly steps: number;
  readonly scores: Readonly<Partial<Record<Protocol, ScoreSummary>>>;
  readonly curves: readonly ArmCurve[];
  /** The interquartile mean over runs. */
  readonly minutes: number;
  /** As it began its first run, null where that was not recorded. */
  readonly command: readonly string[] | null;
}

export interface ScoreSummary {
  /** How many runs have this score: those of the arm, or fewer (a note says why). */
  readonly runs: number;
  /** The interquartile mean over runs. */
  readonly iqm: Estimate;
  readonly mean: number;
  /** Of each run's highest point; null where a run has none. Optimistic. */
  readonly maximum: { readonly iqm: Estimate; readonly mean: number } | null;
}

export interface ArmCurve extends Curve {
  readonly protocol: Protocol;
  readonly axis: CurveAxis;
}

/** Shares of runs that score more than each threshold. */
export interface Profile {
  readonly label: string;
  readonly thresholds: readonly number[];
  readonly shares: readonly Estimate[];
}

/** The probability that a run of x scores higher than one of y. */
export interface Improvement {
  readonly protocol: Protocol;
  readonly x: string;
  readonly y: string;
  readonly probability: Estimate;
}

export interface RunSummary {
  readonly name: string;
  readonly env: string;
  readonly arm: string;
  readonly seed: number | null;
  readonly status: Run["status"];
  readonly steps: number;
  readonly minutes: number;
  readonly scores: Readonly<Record<Protocol, number | null>>;
  readonly maxima: Readonly<Record<Protocol, number | null>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly argv: readonly string[] | null;
  /** Why it does not count, null where it does. */
  readonly leftOut: string | null;
  readonly notes: readonly string[];
}
