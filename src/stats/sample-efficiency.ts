import { interquartileMean } from "./aggregates.js";
import { BAND_REPETITIONS, type BootstrapOptions, bootstrap, type Estimate } from "./bootstrap.js";
import { type Curves, checkCurves, type Scores } from "./scores.js";

/**
 * The interquartile mean at each point of training with its interval: a sample-efficiency curve. The band holds point
 * by point. A repetition draws whole curves, the same runs at every point, so that the band is no rougher than they are.
 *
 * options: as of a bootstrap, but 2,000 repetitions unless said.
 * Throws as `stratifiedBootstrap`; ShapeError where curves have unequal numbers of points.
 * Source: Agarwal et al. 2021; rliable's `get_interval_estimates` of curves, which draws each point apart: the intervals
 * have the same distribution.
 */
export function sampleEfficiency(curves: Curves, options?: BootstrapOptions): Estimate[] {
  const points = checkCurves(curves);
  const scores = Array.from({ length: points }, (_, point) =>
    curves.map((tasks) => tasks.map((curve) => curve[point]!)),
  );
  const statistics = scores.map((_, point) => (drawn: readonly Scores[]) => interquartileMean(drawn[point]!));
  return bootstrap(scores, statistics, { repetitions: BAND_REPETITIONS, ...options, sharesDraws: true });
}
