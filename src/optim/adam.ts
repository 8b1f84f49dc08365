import type { FloatArray } from "../../envs/api/space.js";
import type { StateTree } from "../../envs/api/state.js";
import type { AdamCoefficients } from "../kernels/kernels.js";
import { clipByGlobalNorm, TORCH_CLIP_EPS } from "./clip.js";
import type { Optimizer, OptimizerContext, OptimizerOptions } from "./optimizer.js";
import { readOptions } from "./options.js";
import { RunningPower } from "./running-power.js";
import { restoreSnapshot, takeSnapshot } from "./snapshot.js";

/**
 * Adam, and AdamW when `weight_decay` > 0 (decoupled, as in torch.optim.AdamW).
 *
 *     m ← β1·m + (1-β1)·g     n ← β2·n + (1-β2)·g²
 *     θ ← (1 - lr·λ)·θ - lr · (m / (1-β1^t)) / (sqrt(n) / sqrt(1-β2^t) + eps)
 *
 * Adam-Rel resets the counter t, not the moments, at each iteration (Ellis et al. 2024, arXiv 2412.17113).
 * Options: betas, eps, weight_decay, max_grad_norm (0 = off).
 * Source: Kingma & Ba 2015, arXiv 1412.6980; Loshchilov & Hutter 2019, arXiv 1711.05101.
 */
export function createAdam(
  name: string,
  context: OptimizerContext,
  options: OptimizerOptions = {},
  variant: { resetCounterEachIteration?: boolean } = {},
): Adam {
  return new Adam(name, context, options, variant.resetCounterEachIteration ?? false);
}

export const ADAM_DEFAULTS = {
  betas: [0.9, 0.999] as readonly number[],
  eps: 1e-8,
  weight_decay: 0,
  max_grad_norm: 0,
};

export class Adam implements Optimizer {
  readonly #options: typeof ADAM_DEFAULTS;
  readonly #powers: readonly [RunningPower, RunningPower];
  readonly #m: FloatArray;
  readonly #n: FloatArray;
  #step = 0;

  constructor(
    readonly name: string,
    readonly context: OptimizerContext,
    options: OptimizerOptions,
    readonly resetCounterEachIteration: boolean,
  ) {
    this.#options = readOptions(name, ADAM_DEFAULTS, options);
    const [b1, b2] = this.#options.betas as [number, number];
    this.#powers = [new RunningPower(b1), new RunningPower(b2)];
    [this.#m, this.#n] = [context.allocate("m", context.size), context.allocate("n", context.size)];
  }

  beginIteration(): void {
    if (this.resetCounterEachIteration) this.resetCounter();
  }

  /** Adam-Rel's event: the bias corrections start anew, the moments stay. */
  resetCounter(): void {
    this.#step = 0;
    for (const power of this.#powers) power.reset();
  }

  step(parameters: FloatArray, gradients: FloatArray, learningRate: number): void {
    const { eps, weight_decay, max_grad_norm } = this.#options;
    if (max_grad_norm > 0) clipByGlobalNorm(this.context.kernels, gradients, max_grad_norm, TORCH_CLIP_EPS);
    const [p1, p2] = this.#powers;
    p1.advance();
    p2.advance();
    this.#step += 1;
    const coefficients: AdamCoefficients = {
      learningRate,
      beta1: p1.beta,
      beta2: p2.beta,
      eps,
      correction1: 1 / p1.correction,
      correction2: 1 / Math.sqrt(p2.correction),
      keep: 1 - learningRate * weight_decay,
    };
    if (parameters instanceof Float32Array) {
      const f32 = (array: FloatArray) => array as Float32Array;
      this.context.kernels.adam(parameters, f32(gradients), f32(this.#m), f32(this.#n), coefficients);
    } else {
      adamFloat64(parameters, gradients, this.#m, this.#n, coefficients);
    }
  }

  slots(): Readonly<Record<string, FloatArray>> {
    return { m: this.#m, n: this.#n };
  }

  state(): StateTree {
    return takeSnapshot(this.#step, this.#powers, this.slots());
  }

  restore(state: StateTree): void {
    this.#step = restoreSnapshot(this.name, this.#powers, this.slots(), state);
  }
}

/** The update in float64: the reference that the float32 kernels are held against. */
function adamFloat64(
  parameters: FloatArray,
  gradients: FloatArray,
  m: FloatArray,
  n: FloatArray,
  c: AdamCoefficients,
): void {
  for (let i = 0; i < parameters.length; i++) {
    const g = gradients[i]!;
    m[i] = c.beta1 * m[i]! + (1 - c.beta1) * g;
    n[i] = c.beta2 * n[i]! + (1 - c.beta2) * g * g;
    const update = (m[i]! * c.correction1) / (Math.sqrt(n[i]!) * c.correction2 + c.eps);
    parameters[i] = parameters[i]! * c.keep - c.learningRate * update;
  }
}
