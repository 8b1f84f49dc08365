import type { FloatArray } from "../../envs/api/space.js";
import type { Stateful } from "../../envs/api/state.js";
import type { Kernels } from "../kernels/kernels.js";

/**
 * Moves parameters against their gradients.
 *
 * Write one in ten lines: keep what you need between steps in fields, put it into `state()`, and register it
 * (`registerOptimizer`). A learner calls `beginIteration` once before each PPO iteration and `step` once a
 * minibatch, with the gradients clipped already by the recipe's own global norm.
 */
export interface Optimizer extends Stateful {
  readonly name: string;
  /** A new objective begins (new data, new old policy): Adam-Rel resets its counter here, a restarted Adan its moments. */
  beginIteration(): void;
  /** parameters, gradients: flat, equally long; parameters are changed in place, gradients only where it clips. */
  step(parameters: FloatArray, gradients: FloatArray, learningRate: number): void;
  /** The moments by name (`m`, `v`, `n`): their norms are logged as `optim/m_norm` and so on. */
  slots(): Readonly<Record<string, FloatArray>>;
}

/** What an optimizer is built with: how many parameters, and where its slots live (a learner puts them into its arena). */
export interface OptimizerContext {
  readonly size: number;
  allocate(name: string, length: number): FloatArray;
  /** The float32 kernels to use when parameters are float32. */
  readonly kernels: Kernels;
}

export type OptimizerOptions = Readonly<Record<string, unknown>>;
