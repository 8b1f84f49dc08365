import type { FloatArray } from "../../envs/api/space.js";
import type { StateTree } from "../../envs/api/state.js";
import type { AdamCoefficients } from "../kernels/kernels.js";
import { pow } from "../math/pow.js";
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
 * NAdam puts in the place of m / (1-β1^t), with μ_t = β1·(1 - 0.5·0.96^(t·momentum_decay)) and P_t = μ_1·…·μ_t,
 *
 *     μ_(t+1)·m / (1 - P_(t+1)) + (1-μ_t)·g / (1 - P_t)
 *
 * as torch.optim.NAdam with decoupled decay. Options: betas, eps, weight_decay, max_grad_norm (0 = off); NAdam's momentum_decay.
 * Source: Kingma & Ba 2015, arXiv 1412.6980; Loshchilov & Hutter 2019, arXiv 1711.05101; Dozat 2016, "Incorporating Nesterov
 * Momentum into Adam".
 */
export function createAdam(
  name: string,
  context: OptimizerContext,
  options: OptimizerOptions = {},
  variant: { resetCounterEachIteration?: boolean } = {},
): Adam {
  const read = readOptions(name, ADAM_DEFAULTS, options);
  return new Adam(name, context, read, null, variant.resetCounterEachIteration ?? false);
}

/** As `createAdam`, with Nesterov's momentum. */
export function createNadam(name: string, context: OptimizerContext, options: OptimizerOptions = {}): Adam {
  const { momentum_decay, ...read } = readOptions(name, NADAM_DEFAULTS, options);
  return new Adam(name, context, read, new RunningPower(pow(0.96, momentum_decay)), false);
}

export const ADAM_DEFAULTS = {
  betas: [0.9, 0.999] as readonly number[],
  eps: 1e-8,
  weight_decay: 0,
  max_grad_norm: 0,
};

const NADAM_DEFAULTS = { ...ADAM_DEFAULTS, momentum_decay: 4e-3 };

export class Adam implements Optimizer {
  readonly #moment: RunningPower;
  readonly #secondMoment: RunningPower;
  readonly #powers: readonly RunningPower[];
  readonly #m: FloatArray;
  readonly #n: FloatArray;
  #step = 0;

  /** warmUp: 0.96^(t·momentum_decay) of NAdam; null: Adam. */
  constructor(
    readonly name: string,
    readonly context: OptimizerContext,
    readonly options: typeof ADAM_DEFAULTS,
    readonly warmUp: RunningPower | null,
    readonly resetCounterEachIteration: boolean,
  ) {
    const [b1, b2] = options.betas as [number, number];
    [this.#moment, this.#secondMoment] = [new RunningPower(b1), new RunningPower(b2)];
    this.#powers = [this.#moment, this.#secondMoment, ...(warmUp === null ? [] : [warmUp])];
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
    const { eps, weight_decay, max_grad_norm } = this.options;
    if (max_grad_norm > 0) clipByGlobalNorm(this.context.kernels, gradients, max_grad_norm, TORCH_CLIP_EPS);
    this.#step += 1;
    this.#secondMoment.advance();
    const coefficients: AdamCoefficients = {
      learningRate,
      beta1: this.#moment.beta,
      beta2: this.#secondMoment.beta,
      eps,
      ...this.#advanceMomentum(),
      correction2: 1 / Math.sqrt(this.#secondMoment.correction),
      keep: 1 - learningRate * weight_decay,
    };
    if (parameters instanceof Float32Array) {
      const f32 = (array: FloatArray) => array as Float32Array;
      this.context.kernels.adam(parameters, f32(gradients), f32(this.#m), f32(this.#n), coefficients);
    } else {
      adamFloat64(parameters, gradients, this.#m, this.#n, coefficients);
    }
  }

  /** What m and the gradient count for in this step. */
  #advanceMomentum(): Pick<AdamCoefficients, "correction1" | "gradientWeight"> {
    const moment = this.#moment;
    if (this.warmUp === null) {
      moment.advance();
      return { correction1: 1 / moment.correction, gradientWeight: 0 };
    }
    const momentumAt = (warmUp: number) => moment.beta * (1 - 0.5 * warmUp);
    this.warmUp.advance();
    const [now, next] = [momentumAt(this.warmUp.value), momentumAt(this.warmUp.value * this.warmUp.beta)];
    moment.advance(now);
    return {
      correction1: next / (1 - moment.value * next),
      gradientWeight: (1 - now) / moment.correction,
    };
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
    const direction = m[i]! * c.correction1 + g * c.gradientWeight;
    const update = direction / (Math.sqrt(n[i]!) * c.correction2 + c.eps);
    parameters[i] = parameters[i]! * c.keep - c.learningRate * update;
  }
}
