import type { TrainIteration } from "../logging/progress.js";
import type { TrainIterations, TrainOutcome } from "../training.js";
import { throwInCode } from "./in-code.js";
import { stopOnInterrupt } from "./interrupt.js";

/**
 * A training under way: iterate it for its iterations, await it for its outcome. It starts with the first of either.
 *
 * Leaving the loop (`break`, an error in its body) ends it as Ctrl-C ends a command: a checkpoint is written, threads are
 * given back, and the outcome is "interrupted". So does an interrupt (SIGINT, a notebook's stop button), once; unless a
 * signal of the caller's own decides.
 */
export class RunningTraining implements AsyncIterable<TrainIteration>, PromiseLike<TrainOutcome> {
  readonly #iterations: TrainIterations;
  readonly #stop = new AbortController();
  #outcome: TrainOutcome | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(start: (signal: AbortSignal) => TrainIterations, signal: AbortSignal | undefined) {
    const stop = this.#stop;
    this.#iterations =
      signal === undefined
        ? interruptible(() => start(stop.signal), stop)
        : start(AbortSignal.any([signal, stop.signal]));
  }

  [Symbol.asyncIterator](): AsyncIterator<TrainIteration, undefined, void> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.#stop.abort();
        await this.#end();
        return { done: true, value: undefined };
      },
    };
  }

  // biome-ignore lint/suspicious/noThenProperty: it is to be awaited.
  then<A = TrainOutcome, B = never>(
    onEnd?: ((outcome: TrainOutcome) => A | PromiseLike<A>) | null,
    onFailure?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#end().then(onEnd, onFailure);
  }

  async #next(): Promise<IteratorResult<TrainIteration, undefined>> {
    try {
      const result = await this.#iterations.next().catch(throwInCode);
      if (result.done !== true) return result;
      this.#outcome ??= result.value;
      return { done: true, value: undefined };
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  async #end(): Promise<TrainOutcome> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#outcome !== undefined) return this.#outcome;
      await this.#next();
    }
  }
}

async function* interruptible(start: () => TrainIterations, stop: AbortController): TrainIterations {
  const release = stopOnInterrupt(stop);
  try {
    return yield* start();
  } finally {
    release();
  }
}
