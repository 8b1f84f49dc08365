import type { Arena } from "../../src/kernels/arena.js";
import type { NetworkShape, ParameterLayout } from "../../src/policy/network.js";
import type { CriticResult } from "./critic-half.js";
import type { ValueLossSettings } from "./value-loss.js";

/** A thread that does the critic's half of each minibatch while the caller does the actor's. */
export interface CriticThread {
  /** Starts on the samples order[start, end) with the weights of this moment. */
  start(start: number, end: number): void;
  /** Resolves when the critic's gradient is in place. Rejects when the thread has ended. */
  finish(): Promise<CriticResult>;
  close(): Promise<void>;
}

export type CriticThreadFactory = (setup: CriticThreadSetup) => Promise<CriticThread>;

/** The regions that `CriticHalf` works on exist in the arena by now: see `KernelLearner`. */
export interface CriticThreadSetup {
  readonly arena: Arena;
  readonly device: string;
  readonly shape: NetworkShape;
  readonly layout: ParameterLayout;
  readonly settings: ValueLossSettings;
}

/**
 * What the two threads tell each other, in shared memory: a number counts what is asked, another what is answered. Storing
 * either is what makes everything written before it visible to the other thread.
 */
export class CriticExchange {
  private constructor(
    readonly words: Int32Array,
    readonly numbers: Float64Array,
  ) {}

  static create(arena: Arena): CriticExchange {
    return new CriticExchange(
      arena.allocate("learner/critic-words", "i32", 4),
      arena.allocate("learner/critic-numbers", "f64", 2),
    );
  }

  static attach(arena: Arena): CriticExchange {
    return new CriticExchange(
      arena.get("learner/critic-words", "i32"),
      arena.get("learner/critic-numbers", "f64"),
    );
  }

  ask(start: number, end: number): void {
    this.words[START] = start;
    this.words[END] = end;
    Atomics.add(this.words, ASKED, 1);
    Atomics.notify(this.words, ASKED);
  }

  answer({ valueLoss, sumOfSquares }: CriticResult): void {
    this.numbers.set([valueLoss, sumOfSquares]);
    Atomics.add(this.words, ANSWERED, 1);
    Atomics.notify(this.words, ANSWERED);
  }

  get question(): { readonly start: number; readonly end: number } {
    return { start: this.words[START]!, end: this.words[END]! };
  }

  get result(): CriticResult {
    return { valueLoss: this.numbers[0]!, sumOfSquares: this.numbers[1]! };
  }

  /** Blocks until there is a question without an answer. */
  awaitQuestion(spinMilliseconds: number): void {
    const answered = Atomics.load(this.words, ANSWERED);
    while (!differs(this.words, ASKED, answered, spinMilliseconds, Number.POSITIVE_INFINITY));
  }

  /** Blocks until every question is answered, for a while at most; whether it is. */
  awaitAnswer(spinMilliseconds: number, sleepMilliseconds: number): boolean {
    const asked = Atomics.load(this.words, ASKED);
    return differs(this.words, ANSWERED, (asked - 1) | 0, spinMilliseconds, sleepMilliseconds);
  }
}

const ASKED = 0;
const ANSWERED = 1;
const START = 2;
const END = 3;
/** Looks at a word between two looks at the clock. */
const LOOKS = 200;

/** Whether a word differs from `value`: looked at again and again for a moment, since mostly it soon does, then slept on. */
function differs(words: Int32Array, index: number, value: number, spin: number, sleep: number): boolean {
  const until = performance.now() + spin;
  do {
    for (let look = 0; look < LOOKS; look++) if (Atomics.load(words, index) !== value) return true;
  } while (performance.now() < until);
  Atomics.wait(words, index, value, sleep);
  // A thread that saw the number before it was notified of it may be woken in its next wait by that late notification.
  return Atomics.load(words, index) !== value;
}
