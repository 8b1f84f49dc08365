import type { Arena } from "../../src/kernels/arena.js";
import type { AdamCoefficients, AdanCoefficients, Kernels } from "../../src/kernels/kernels.js";
import type { OptimizerKernels } from "../../src/optim/optimizer.js";

/** One call of an optimizer's kernel, as another thread takes it: arrays of the shared arena, equally long, and numbers. */
export interface StepCall {
  readonly kernel: StepKernel;
  readonly arrays: readonly Float32Array[];
  readonly numbers: readonly number[];
}

export const STEP_KERNELS = ["scale", "adam", "adan"] as const;
export type StepKernel = (typeof STEP_KERNELS)[number];

/** A thread that does a part of a step while the caller does the rest. */
export interface StepThread {
  startStep(call: StepCall): void;
  /** Blocks until the part is done. */
  finishStep(): void;
}

/**
 * The kernels that an optimizer steps with, shared with the critic's thread: each number of a step depends on its own place
 * alone, so the critic's part is done where the critic's gradient was made, and neither crosses from core to core.
 */
export class StepKernels implements OptimizerKernels {
  /** Without one the caller does it all; the result is the same. */
  thread: StepThread | undefined;
  readonly #kernels: Kernels;
  readonly #arena: Arena;
  readonly #split: number;
  readonly #halves = new WeakMap<Float32Array, Halves>();

  /** criticStart: where the critic's parameters begin. */
  constructor(kernels: Kernels, arena: Arena, criticStart: number) {
    this.#kernels = kernels;
    this.#arena = arena;
    this.#split = Math.ceil(criticStart / CACHE_LINE) * CACHE_LINE;
  }

  sumOfSquares(values: Float32Array): number {
    return this.#kernels.sumOfSquares(values);
  }

  scale(values: Float32Array, factor: number): void {
    this.#run("scale", [values], [factor]);
  }

  adam(
    parameters: Float32Array,
    gradients: Float32Array,
    m: Float32Array,
    n: Float32Array,
    coefficients: AdamCoefficients,
  ): void {
    this.#run("adam", [parameters, gradients, m, n], numbersOf(ADAM, coefficients));
  }

  adan(
    parameters: Float32Array,
    gradients: Float32Array,
    m: Float32Array,
    v: Float32Array,
    n: Float32Array,
    previous: Float32Array,
    coefficients: AdanCoefficients,
  ): void {
    this.#run("adan", [parameters, gradients, m, v, n, previous], numbersOf(ADAN, coefficients));
  }

  #run(kernel: StepKernel, arrays: readonly Float32Array[], numbers: readonly number[]): void {
    const { thread } = this;
    // The other thread sees nothing that lies elsewhere, as a user's optimizer may have it.
    const isShared = arrays[0]!.length > this.#split && arrays.every((array) => this.#arena.owns(array));
    if (thread === undefined || !isShared) {
      runStep(this.#kernels, { kernel, arrays, numbers });
      return;
    }
    const halves = arrays.map((array) => this.#halvesOf(array));
    thread.startStep({ kernel, arrays: halves.map(({ upper }) => upper), numbers });
    runStep(this.#kernels, { kernel, arrays: halves.map(({ lower }) => lower), numbers });
    thread.finishStep();
  }

  #halvesOf(array: Float32Array): Halves {
    let halves = this.#halves.get(array);
    if (halves === undefined) {
      halves = { lower: array.subarray(0, this.#split), upper: array.subarray(this.#split) };
      this.#halves.set(array, halves);
    }
    return halves;
  }
}

export function runStep(kernels: Kernels, { kernel, arrays, numbers }: StepCall): void {
  const [a, b, c, d, e, f] = arrays as Six<Float32Array>;
  if (kernel === "scale") kernels.scale(a, numbers[0]!);
  else if (kernel === "adam") kernels.adam(a, b, c, d, coefficientsOf<AdamCoefficients>(ADAM, numbers));
  else kernels.adan(a, b, c, d, e, f, coefficientsOf<AdanCoefficients>(ADAN, numbers));
}

interface Halves {
  readonly lower: Float32Array;
  readonly upper: Float32Array;
}

type Six<T> = readonly [T, T, T, T, T, T];

/** Floats of a cache line: the two parts share none. */
const CACHE_LINE = 16;

const ADAM: readonly (keyof AdamCoefficients)[] = [
  "learningRate",
  "beta1",
  "beta2",
  "eps",
  "correction1",
  "correction2",
  "keep",
];
const ADAN: readonly (keyof AdanCoefficients)[] = [
  "learningRate",
  "beta1",
  "beta2",
  "beta3",
  "eps",
  "correction1",
  "correction2",
  "correction3",
  "keep",
  "shrink",
  "isFirst",
];

function numbersOf<T extends object>(keys: readonly (keyof T)[], coefficients: T): number[] {
  return keys.map((key) => Number(coefficients[key]));
}

function coefficientsOf<T extends object>(keys: readonly (keyof T)[], numbers: readonly number[]): T {
  return Object.fromEntries(keys.map((key, i) => [key, numbers[i]])) as T;
}
