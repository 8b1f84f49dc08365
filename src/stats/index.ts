export { interquartileMean, mean, median, optimalityGap } from "./aggregates.js";
export {
  type BootstrapOptions,
  type Estimate,
  type Interval,
  type PairStatistic,
  type Statistic,
  stratifiedBootstrap,
  stratifiedBootstrapPair,
} from "./bootstrap.js";
export { type Difference, type DifferenceOptions, differenceTest } from "./difference-test.js";
export { performanceProfile } from "./performance-profile.js";
export { probabilityOfImprovement } from "./probability-of-improvement.js";
export { sampleEfficiency } from "./sample-efficiency.js";
export type { Curves, Scores } from "./scores.js";
