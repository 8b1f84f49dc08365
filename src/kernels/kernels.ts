/**
 * The arithmetic that training spends its time in, behind one typed interface with two implementations that agree
 * bit for bit: `scalar-kernels.ts` (plain TypeScript, the oracle and the fallback) and `simd-kernels.ts`
 * (AssemblyScript on the same memory).
 *
 * How to think of it. Activations lie feature-major, `[features][batch]`: the samples of a batch are neighbours, so
 * a vector lane is a sample, and each output is one sum over features in ascending order whatever the tile. That
 * makes a sample's result independent of its neighbours, of the batch size and of the implementation. Only sums
 * over samples (weight gradients) and over parameters (norms) need a rule of their own, stated where they are.
 * All arrays are float32 and flat; with the SIMD kernels they must lie in its arena. `batch` is a multiple of
 * LANES, in a backward pass at most SAMPLE_BLOCK; a caller pads with samples whose gradients are zero.
 */
export interface Kernels {
  readonly variant: "simd" | "scalar";

  /** output[o][b] = bias[o] + Σ_i weight[o][i]·input[i][b], i ascending. weight: [outputs][inputs]. */
  denseForward(
    weight: Float32Array,
    bias: Float32Array,
    input: Float32Array,
    output: Float32Array,
    inputs: number,
    outputs: number,
    batch: number,
  ): void;

  /**
   * inputGradient[i][b] = Σ_o weight[o][i]·outputGradient[o][b], o ascending from 0.
   * scratch: WEIGHT_PANEL numbers of the caller's, for weights in the order in which they are read.
   */
  denseInputGradient(
    weight: Float32Array,
    outputGradient: Float32Array,
    inputGradient: Float32Array,
    scratch: Float32Array,
    inputs: number,
    outputs: number,
    batch: number,
  ): void;

  /**
   * weightGradient[o][i] += Σ_b outputGradient[o][b]·input[i][b] and biasGradient[o] += Σ_b outputGradient[o][b].
   * The sums over samples run in four lanes (sample index mod 4), joined as (0+1)+(2+3).
   */
  denseWeightGradient(
    outputGradient: Float32Array,
    input: Float32Array,
    weightGradient: Float32Array,
    biasGradient: Float32Array,
    inputs: number,
    outputs: number,
    batch: number,
  ): void;

  /** values ← activation(values), the first `count`. */
  activate(activation: Activation, values: Float32Array, count: number): void;

  /** gradients ← gradients · activation'(·), from the activation's outputs. */
  activationGradient(
    activation: Activation,
    outputs: Float32Array,
    gradients: Float32Array,
    count: number,
  ): void;

  /** Σ values², in float64, in eight lanes (index mod 8) joined as ((0+1)+(2+3))+((4+5)+(6+7)). */
  sumOfSquares(values: Float32Array): number;

  /** values ← 0. */
  clear(values: Float32Array): void;

  /** Whether no value is infinite or NaN. */
  allFinite(values: Float32Array): boolean;

  /** values ← values · factor. */
  scale(values: Float32Array, factor: number): void;

  /** One Adan step over flat parameters; see src/optim/adan.ts for the formula. */
  adan(
    parameters: Float32Array,
    gradients: Float32Array,
    m: Float32Array,
    v: Float32Array,
    n: Float32Array,
    previous: Float32Array,
    coefficients: AdanCoefficients,
  ): void;

  /** One step of Adam, AdamW or NAdam over flat parameters; see src/optim/adam.ts for the formulas. */
  adam(
    parameters: Float32Array,
    gradients: Float32Array,
    m: Float32Array,
    n: Float32Array,
    coefficients: AdamCoefficients,
  ): void;
}

export type Activation = "tanh" | "relu";

/** Samples a vector holds; batches are padded to a multiple of it. */
export const LANES = 4;

/** Samples that go through the networks at once: their activations of a 64-64 network fit a 32 KiB cache. */
export const SAMPLE_BLOCK = 64;

/** Length of `denseInputGradient`'s scratch: 16 rows of 64 weights. */
export const WEIGHT_PANEL = 1024;

/** The smallest batch that holds `samples`. */
export function paddedBatch(samples: number): number {
  return Math.ceil(samples / LANES) * LANES;
}

/** What one Adan step depends on besides its arrays. The corrections are reciprocals, so that kernels only multiply. */
export interface AdanCoefficients {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly beta3: number;
  readonly eps: number;
  /** 1 / (1 - β1^t) */
  readonly correction1: number;
  /** β2 / (1 - β2^t) */
  readonly correction2: number;
  /** 1 / sqrt(1 - β3^t) */
  readonly correction3: number;
  /** 1 - lr·λ with decoupled decay, else 1. */
  readonly keep: number;
  /** 1 / (1 + lr·λ) with proximal decay, else 1. */
  readonly shrink: number;
  /** No previous gradient is known, or it is of another objective: the difference is 0. */
  readonly isFirst: boolean;
}

/** What one Adam step depends on besides its arrays. */
export interface AdamCoefficients {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** 1 / (1 - β1^t), or NAdam's weight of m. */
  readonly correction1: number;
  /** 1 / sqrt(1 - β2^t) */
  readonly correction2: number;
  /** NAdam's weight of the gradient itself beside m; Adam has none, 0. */
  readonly gradientWeight: number;
  /** 1 - lr·λ */
  readonly keep: number;
}
