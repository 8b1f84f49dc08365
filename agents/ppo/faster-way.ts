export type Way = "alone" | "together";

/** Each way is timed so often before one is chosen; the first times of each are the compiler's and caches'. */
const TRIALS = 6;
/** After so many pieces of work the other way is tried again: a machine's other work comes and goes. */
const RETRY_EVERY = 100;
/**
 * Two threads are kept while they take less than this times one: on a machine that is shared they gain a third at one moment and
 * nothing at the next.
 */
const PATIENCE = 1.1;

/**
 * Which of two ways to do the same work is faster here and now: in one thread, or with a second one, which a busy machine
 * may not have. The results are the same, so the choice may follow the clock.
 */
export class FasterWay {
  readonly #last: Record<Way, number> = { alone: 0, together: 0 };
  #count = 0;

  /** The way of the next piece of work. */
  next(): Way {
    const trial = this.#count < 2 * TRIALS;
    if (trial) return this.#count % 2 === 0 ? "alone" : "together";
    const better = this.#last.together < PATIENCE * this.#last.alone ? "together" : "alone";
    const isRetry = (this.#count - 2 * TRIALS) % RETRY_EVERY === RETRY_EVERY - 1;
    return isRetry ? other(better) : better;
  }

  /** What it took, per unit of work. */
  took(way: Way, seconds: number): void {
    this.#last[way] = seconds;
    this.#count += 1;
  }
}

function other(way: Way): Way {
  return way === "alone" ? "together" : "alone";
}
