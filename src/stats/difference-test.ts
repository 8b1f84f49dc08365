import { interquartileMean } from "./aggregates.js";
import {
  type BootstrapOptions,
  type Estimate,
  type Statistic,
  stratifiedBootstrapPair,
} from "./bootstrap.js";
import { checkSameTasks, type Scores } from "./scores.js";

export interface DifferenceOptions extends BootstrapOptions {
  /** Of each arm; the interquartile mean unless said. */
  readonly statistic?: Statistic;
}

/** value: the statistic of x less that of y. */
export interface Difference extends Estimate {
  /**
   * "higher": x is, since the whole interval lies above 0; "lower" likewise; "no difference": none is shown at this
   * confidence, which is not to say that there is none. null where there is no interval.
   */
  readonly verdict: "higher" | "lower" | "no difference" | null;
}

/**
 * Whether two arms differ: the difference of their interquartile means with its bootstrap interval, and what follows.
 *
 * x, y: the same tasks in the same order; the numbers of runs may differ, and runs are not paired by seed.
 * Throws as `stratifiedBootstrapPair`, and ShapeError where the numbers of tasks differ.
 */
export function differenceTest(
  x: Scores,
  y: Scores,
  { statistic = interquartileMean, ...options }: DifferenceOptions = {},
): Difference {
  checkSameTasks(x, y);
  const estimate = stratifiedBootstrapPair(x, y, (a, b) => statistic(a) - statistic(b), options);
  return { ...estimate, verdict: verdictOf(estimate) };
}

function verdictOf({ interval }: Estimate): Difference["verdict"] {
  if (interval === null) return null;
  const [low, high] = interval;
  if (low > 0) return "higher";
  return high < 0 ? "lower" : "no difference";
}
