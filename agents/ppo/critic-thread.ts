import type { Arena } from "../../src/kernels/arena.js";
import type { NetworkShape, ParameterLayout } from "../../src/policy/network.js";
import type { CriticResult } from "./critic-half.js";
import { STEP_KERNELS, type StepCall, type StepThread } from "./step-kernels.js";
import type { ValueLossSettings } from "./value-loss.js";

/** A thread that does the critic's half of each minibatch, and of each step, while the caller does the actor's. */
export interface CriticThread extends StepThread {
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

/** A piece of work for the critic's thread: the gradient over the samples order[start, end), or its part of a step. */
export type CriticQuestion =
  | { readonly kind: "gradient"; readonly start: number; readonly end: number }
  | { readonly kind: "step"; readonly call: StepCall };

/**
 * What the two threads tell each other, in shared memory: a number counts what is asked, another what is answered. Storing
 * either is what makes everything written before it visible to the other thread.
 */
export class CriticExchange {
  readonly #arena: Arena;

  private constructor(
    arena: Arena,
    readonly words: Int32Array,
    readonly numbers: Float64Array,
  ) {
    this.#arena = arena;
  }

  static create(arena: Arena): CriticExchange {
    return new CriticExchange(
      arena,
      arena.allocate("learner/critic-words", "i32", ARRAYS + MAX_ARRAYS),
      arena.allocate("learner/critic-numbers", "f64", MAX_NUMBERS),
    );
  }

  static attach(arena: Arena): CriticExchange {
    return new CriticExchange(
      arena,
      arena.get("learner/critic-words", "i32"),
      arena.get("learner/critic-numbers", "f64"),
    );
  }

  askGradient(start: number, end: number): void {
    this.words[KIND] = KINDS.indexOf("gradient");
    this.words[FIRST] = start;
    this.words[SECOND] = end;
    tell(this.words, ASKED);
  }

  askStep({ kernel, arrays, numbers }: StepCall): void {
    this.words[KIND] = KINDS.indexOf(kernel);
    this.words[FIRST] = arrays.length;
    this.words[SECOND] = arrays[0]!.length;
    for (let i = 0; i < arrays.length; i++) this.words[ARRAYS + i] = arrays[i]!.byteOffset;
    this.numbers.set(numbers);
    tell(this.words, ASKED);
  }

  answer(result?: CriticResult): void {
    if (result !== undefined) this.numbers.set([result.valueLoss, result.sumOfSquares]);
    tell(this.words, ANSWERED);
  }

  get question(): CriticQuestion {
    const { words, numbers } = this;
    const kind = KINDS[words[KIND]!]!;
    const [first, second] = [words[FIRST]!, words[SECOND]!];
    if (kind === "gradient") return { kind, start: first, end: second };
    const offsets = words.subarray(ARRAYS, ARRAYS + first);
    const arrays = Array.from(offsets, (offset) => this.#arena.float32At(offset, second));
    return { kind: "step", call: { kernel: kind, arrays, numbers: [...numbers] } };
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
const KIND = 2;
const FIRST = 3;
const SECOND = 4;
const ARRAYS = 5;
const KINDS = ["gradient", ...STEP_KERNELS] as const;
/** Of Adan: parameters, gradients, four slots. */
const MAX_ARRAYS = 6;
const MAX_NUMBERS = 16;
/** Looks at a word between two looks at the clock. */
const LOOKS = 200;

function tell(words: Int32Array, index: number): void {
  Atomics.add(words, index, 1);
  Atomics.notify(words, index);
}

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
