import { probabilityOfImprovement, stratifiedBootstrapPair } from "../stats/index.js";
import type { Improvement } from "./report-data.js";
import type { Protocol } from "./scores.js";

const MAX_ARMS_IN_PAIRS = 6;
/** Enough for the two digits that are shown. */
const PAIR_REPETITIONS = 10_000;

export interface LabelledScores {
  readonly label: string;
  /** [runs, environments] */
  readonly scores: readonly (readonly number[])[];
}

/** Of all pairs; of many arms, of each with the reference, or the first. None where the reference has no scores. */
export function improvements(
  protocol: Protocol,
  arms: readonly LabelledScores[],
  reference: string | undefined,
): Improvement[] {
  const scored = arms.filter(({ scores }) => scores.length > 0);
  const isAllPairs = reference === undefined && scored.length <= MAX_ARMS_IN_PAIRS;
  const first = reference === undefined ? scored[0] : scored.find(({ label }) => label === reference);
  const pairs = isAllPairs
    ? scored.flatMap((x, i) => scored.slice(i + 1).map((y) => [x, y] as const))
    : first === undefined
      ? []
      : scored.filter((x) => x !== first).map((x) => [x, first] as const);
  return pairs.map(([x, y]) => ({
    protocol,
    x: x.label,
    y: y.label,
    probability: stratifiedBootstrapPair(x.scores, y.scores, probabilityOfImprovement, {
      repetitions: PAIR_REPETITIONS,
    }),
  }));
}
