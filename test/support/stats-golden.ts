import type { Curves, Scores } from "../../src/stats/index.js";
import { readFixtures } from "./fixtures.js";

type Ends = [low: number, high: number];
type Aggregate = "mean" | "median" | "interquartileMean" | "optimalityGap";

/** rliable's 95 % intervals over several of its own seeds, one entry per statistic. */
export interface Scatter {
  readonly repetitions: number;
  readonly repeats: number;
  /** The distance between neighbouring values of a statistic that takes only some; else 0. */
  readonly step: number;
  readonly mean: Ends[];
  readonly deviation: Ends[];
}

export interface Golden {
  sets: Record<string, Scores>;
  curves: Curves;
  aggregates: (Record<Aggregate, number> & { set: string; optimalityGapAt2: number })[];
  pairs: { x: string; y: string; probabilityOfImprovement: number; difference: number }[];
  profiles: { set: string; thresholds: number[]; values: number[] }[];
  efficiency: number[];
  indices: { key: [number, number]; step: number; bound: number; values: number[] }[];
  own: {
    seed: number;
    keys: [number, number][];
    repetitions: number;
    aggregates: { set: string; statistic: Aggregate; confidence: number; interval: Ends }[];
    pairs: { x: string; y: string; probabilityOfImprovement: Ends; difference: Ends }[];
    profiles: { set: string; intervals: Ends[] }[];
    efficiency: Ends[];
  };
  rliable: {
    aggregates: ({ set: string; statistics: Aggregate[] } & Scatter)[];
    pairs: { x: string; y: string; difference: Scatter; probabilityOfImprovement: Scatter }[];
    profiles: ({ set: string } & Scatter)[];
    efficiency: Scatter;
  };
}

export const golden = readFixtures<Golden>("stats")[0]!.data;
