import type { FloatArray } from "../../envs/api/space.js";
import type { StateTree } from "../../envs/api/state.js";
import type { AdanCoefficients } from "../kernels/kernels.js";
import { clipByGlobalNorm } from "./clip.js";
import type { Optimizer, OptimizerContext, OptimizerOptions } from "./optimizer.js";
import { readOptions } from "./options.js";
import { RunningPower } from "./running-power.js";
import { restoreSnapshot, takeSnapshot } from "./snapshot.js";

/**
 * Adan, adaptive Nesterov momentum, exactly as its authors run it (github.com/sail-sg/Adan, adan.py).
 *
 * With g the gradient (clipped by the global norm when `max_grad_norm` > 0) and d = g - g_previous (0 at the first
 * step after a start):
 *
 *     m ← β1·m + (1-β1)·g     v ← β2·v + (1-β2)·d     n ← β3·n + (1-β3)·(g + β2·d)²
 *     u = (m / (1-β1^t) + β2·v / (1-β2^t)) / (sqrt(n) / sqrt(1-β3^t) + eps)
 *     θ ← (θ - lr·u) / (1 + lr·λ)                      proximal decay, the default
 *     θ ← (1 - lr·λ)·θ - lr·u                          `no_prox`: decoupled, as AdamW
 *
 * The betas are in the code's convention (0.98, 0.92, 0.99); the paper writes 1-β. The stored previous gradient is
 * the clipped one. Options: betas, eps, weight_decay, no_prox, max_grad_norm (0 = off).
 * Source: Xie et al., "Adan: Adaptive Nesterov Momentum Algorithm", arXiv 2208.06677.
 */
export function createAdan(
  name: string,
  context: OptimizerContext,
  options: OptimizerOptions = {},
  variant: { eachIteration?: AdanEvent } = {},
): Adan {
  return new Adan(name, context, options, variant.eachIteration ?? "keep");
}

/** What becomes of the state as an objective changes: nothing, a new start, or the previous gradient alone is forgotten. */
export type AdanEvent = "keep" | "restart" | "forget-gradient";

export const ADAN_DEFAULTS = {
  betas: [0.98, 0.92, 0.99] as readonly number[],
  eps: 1e-8,
  weight_decay: 0,
  no_prox: false,
  max_grad_norm: 0,
};

export class Adan implements Optimizer {
  readonly #options: typeof ADAN_DEFAULTS;
  readonly #powers: readonly [RunningPower, RunningPower, RunningPower];
  readonly #m: FloatArray;
  readonly #v: FloatArray;
  readonly #n: FloatArray;
  readonly #previous: FloatArray;
  #step = 0;
  /** Set as an iteration begins, taken back by its first step: never so where a state is taken, between iterations. */
  #isGradientForgotten = false;

  constructor(
    readonly name: string,
    readonly context: OptimizerContext,
    options: OptimizerOptions,
    readonly eachIteration: AdanEvent,
  ) {
    this.#options = readOptions(name, ADAN_DEFAULTS, options);
    const [b1, b2, b3] = this.#options.betas as [number, number, number];
    this.#powers = [new RunningPower(b1), new RunningPower(b2), new RunningPower(b3)];
    const slot = (slotName: string) => context.allocate(slotName, context.size);
    [this.#m, this.#v, this.#n, this.#previous] = [
      slot("m"),
      slot("v"),
      slot("n"),
      slot("previous_gradient"),
    ];
  }

  beginIteration(): void {
    if (this.eachIteration === "restart") this.restart();
    if (this.eachIteration === "forget-gradient") this.forgetGradient();
  }

  /**
   * The next step's difference is 0, as at a start; moments and counter stay. A difference between gradients of two objectives
   * is no estimate of how one of them changes.
   */
  forgetGradient(): void {
    this.#isGradientForgotten = true;
  }

  /** The authors' `restart_opt`: the next step is a first step. The previous gradient is then overwritten, not used. */
  restart(): void {
    this.#step = 0;
    for (const power of this.#powers) power.reset();
    for (const slot of [this.#m, this.#v, this.#n]) slot.fill(0);
  }

  step(parameters: FloatArray, gradients: FloatArray, learningRate: number): void {
    const { eps, weight_decay, no_prox, max_grad_norm } = this.#options;
    if (max_grad_norm > 0) clipByGlobalNorm(this.context.kernels, gradients, max_grad_norm, eps);
    const [p1, p2, p3] = this.#powers;
    p1.advance();
    p2.advance();
    p3.advance();
    const decay = learningRate * weight_decay;
    const coefficients: AdanCoefficients = {
      learningRate,
      beta1: p1.beta,
      beta2: p2.beta,
      beta3: p3.beta,
      eps,
      correction1: 1 / p1.correction,
      correction2: p2.beta / p2.correction,
      correction3: 1 / Math.sqrt(p3.correction),
      keep: no_prox ? 1 - decay : 1,
      shrink: no_prox ? 1 : 1 / (1 + decay),
      isFirst: this.#step === 0 || this.#isGradientForgotten,
    };
    this.#step += 1;
    this.#isGradientForgotten = false;
    if (parameters instanceof Float32Array) {
      const f32 = (array: FloatArray) => array as Float32Array;
      this.context.kernels.adan(
        parameters,
        f32(gradients),
        f32(this.#m),
        f32(this.#v),
        f32(this.#n),
        f32(this.#previous),
        coefficients,
      );
    } else {
      adanFloat64(parameters, gradients, this.#m, this.#v, this.#n, this.#previous, coefficients);
    }
  }

  slots(): Readonly<Record<string, FloatArray>> {
    return { m: this.#m, v: this.#v, n: this.#n, previous_gradient: this.#previous };
  }

  state(): StateTree {
    return takeSnapshot(this.#step, this.#powers, this.slots());
  }

  restore(state: StateTree): void {
    this.#step = restoreSnapshot(this.name, this.#powers, this.slots(), state);
  }
}

/** The update in float64: the reference that the float32 kernels are held against. */
function adanFloat64(
  parameters: FloatArray,
  gradients: FloatArray,
  m: FloatArray,
  v: FloatArray,
  n: FloatArray,
  previous: FloatArray,
  c: AdanCoefficients,
): void {
  for (let i = 0; i < parameters.length; i++) {
    const g = gradients[i]!;
    const d = c.isFirst ? 0 : g - previous[i]!;
    const w = g + c.beta2 * d;
    m[i] = c.beta1 * m[i]! + (1 - c.beta1) * g;
    v[i] = c.beta2 * v[i]! + (1 - c.beta2) * d;
    n[i] = c.beta3 * n[i]! + (1 - c.beta3) * w * w;
    const update =
      (m[i]! * c.correction1 + v[i]! * c.correction2) / (Math.sqrt(n[i]!) * c.correction3 + c.eps);
    parameters[i] = (parameters[i]! * c.keep - c.learningRate * update) * c.shrink;
    previous[i] = g;
  }
}
