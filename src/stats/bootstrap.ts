import { RlAdanError, UsageError } from "../errors.js";
import { IndexStream, type StreamKey, streamKey } from "../random/index.js";
import { checkScores, type Scores } from "./scores.js";

/** As rliable has for aggregates. */
const DEFAULT_REPETITIONS = 50_000;
/** As it has for profiles: a band is looked at, not read off to the third digit. */
export const BAND_REPETITIONS = 2_000;
const MAX_REPETITIONS = 10_000_000;

export interface BootstrapOptions {
  /** How many times the runs are drawn anew: 1 to 10 million; 50,000 unless said. */
  readonly repetitions?: number;
  /** The share of the drawn statistics that lies in the interval, between 0 and 1; 0.95 unless said. */
  readonly confidence?: number;
  /** Of the draws: a non-negative safe integer, 0 unless said. The same seed gives the same interval. */
  readonly seed?: number;
}

/** [low, high], both ends included. */
export type Interval = readonly [low: number, high: number];

export interface Estimate {
  /** The statistic of the scores as they are. */
  readonly value: number;
  /** null where there is one run only: nothing is known of how runs differ. */
  readonly interval: Interval | null;
}

/**
 * A number that says something about scores. A bootstrap gives it drawn scores, which the next draw overwrites.
 */
export type Statistic = (scores: Scores) => number;

export type PairStatistic = (x: Scores, y: Scores) => number;

/**
 * A statistic with its percentile bootstrap interval: in each repetition every task draws as many runs as it has, with
 * replacement and apart from the other tasks; the interval holds the middle `confidence` of the statistics of those
 * draws. Such intervals are too narrow for fewer than about ten runs (docs/statistics.md).
 *
 * Throws as `checkScores`; UsageError where an option is out of its range; RlAdanError where the statistic is not finite.
 * Source: Agarwal et al. 2021 (arXiv 2108.13264), rliable's `get_interval_estimates` with method "percentile".
 */
export function stratifiedBootstrap(
  scores: Scores,
  statistic: Statistic,
  options?: BootstrapOptions,
): Estimate {
  return bootstrap([scores], [(drawn) => statistic(drawn[0]!)], options)[0]!;
}

/** The same for a statistic of two sets of runs; each draws its own runs, apart from the other. */
export function stratifiedBootstrapPair(
  x: Scores,
  y: Scores,
  statistic: PairStatistic,
  options?: BootstrapOptions,
): Estimate {
  return bootstrap([x, y], [(drawn) => statistic(drawn[0]!, drawn[1]!)], options)[0]!;
}

/**
 * One estimate for each statistic, all of the same draws. sharesDraws: the sets are the same runs and tasks at several points, and a
 * repetition draws the same runs of all; otherwise each set draws its own.
 */
export function bootstrap(
  sets: readonly Scores[],
  statistics: readonly ((drawn: readonly Scores[]) => number)[],
  {
    repetitions = DEFAULT_REPETITIONS,
    confidence = 0.95,
    seed = 0,
    sharesDraws = false,
  }: BootstrapOptions & { readonly sharesDraws?: boolean } = {},
): Estimate[] {
  checkOptions(repetitions, confidence);
  const resamples = sets.map((scores, i) => new Resample(scores, streamKey(seed, `bootstrap-${i}`)));
  const [first] = resamples;
  const values = statistics.map((statistic) => finite(statistic(sets)));
  if (sets.some((scores) => scores.length === 1)) return values.map((value) => ({ value, interval: null }));

  const drawn = resamples.map(({ scores }) => scores);
  const results = statistics.map(() => new Float64Array(repetitions));
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const resample of resamples) {
      if (sharesDraws && resample !== first) resample.drawAs(first!);
      else resample.draw(repetition);
    }
    for (let i = 0; i < statistics.length; i++) results[i]![repetition] = finite(statistics[i]!(drawn));
  }
  const tail = (1 - confidence) / 2;
  return results.map((result, i) => {
    result.sort();
    return { value: values[i]!, interval: [quantile(result, tail), quantile(result, 1 - tail)] };
  });
}

/** Scores whose runs are drawn anew, into the same rows, task by task. */
class Resample {
  readonly scores: readonly Float64Array[];
  readonly #stream: IndexStream;
  readonly #original: Scores;
  /** The drawn run of each place, [runs, tasks]. */
  readonly #runs: Int32Array;

  constructor(original: Scores, key: StreamKey) {
    const tasks = checkScores(original);
    this.scores = original.map(() => new Float64Array(tasks));
    this.#stream = new IndexStream(key);
    this.#original = original;
    this.#runs = new Int32Array(original.length * tasks);
  }

  draw(repetition: number): void {
    this.#stream.fill(repetition, this.#original.length, this.#runs);
    this.#take(this.#runs);
  }

  /** The runs that another has just drawn, of as many runs and tasks. */
  drawAs(other: Resample): void {
    this.#take(other.#runs);
  }

  #take(runs: Int32Array): void {
    const original = this.#original;
    let place = 0;
    for (const row of this.scores) {
      for (let task = 0; task < row.length; task++) row[task] = original[runs[place++]!]![task]!;
    }
  }
}

/** Of sorted numbers, linear between neighbours: NumPy's default. share: in [0, 1]. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new RlAdanError("statistic-not-finite", `A statistic of scores is a finite number, got ${value}.`);
}

function checkOptions(repetitions: number, confidence: number): void {
  if (!Number.isInteger(repetitions) || repetitions < 1 || repetitions > MAX_REPETITIONS) {
    throw new UsageError(
      "repetitions",
      `repetitions is a whole number from 1 to ${MAX_REPETITIONS}, got ${repetitions}.`,
    );
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new UsageError(
      "confidence",
      `confidence is a share between 0 and 1 (0.95 for 95 %), got ${confidence}.`,
    );
  }
}
