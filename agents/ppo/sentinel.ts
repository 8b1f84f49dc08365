import type { Kernels } from "../../src/kernels/kernels.js";
import { type LearnerFailure, NonFiniteError, type ValueRange } from "../../src/non-finite.js";
import { type NamedTensor, namedTensors, type ParameterLayout } from "../../src/policy/network.js";
import type { MinibatchMetrics, UpdatePlan } from "./learner.js";

/**
 * Watches every minibatch for numbers that are not finite. A look is cheap: one such number in a gradient shows in its norm,
 * which there is anyway, and the weights are one pass of a kernel. Only a find has the tensors searched. Epochs and minibatches
 * are given from 0, and told from 1.
 */
export class Sentinel {
  readonly #kernels: Kernels;
  readonly #tensors: readonly NamedTensor[];
  readonly #parameters: Float32Array;
  readonly #gradients: Float32Array;

  constructor(kernels: Kernels, layout: ParameterLayout, parameters: Float32Array, gradients: Float32Array) {
    this.#kernels = kernels;
    this.#parameters = parameters;
    this.#gradients = gradients;
    this.#tensors = namedTensors(layout);
  }

  /** Before the minibatch's step: throws NonFiniteError unless loss and gradient are finite. */
  checkGradient(metrics: MinibatchMetrics, plan: UpdatePlan, epoch: number, minibatch: number): void {
    if (Number.isFinite(metrics.loss) && Number.isFinite(metrics.gradientNorm)) return;
    throw this.#error(Number.isFinite(metrics.loss) ? "gradient" : "loss", metrics, plan, epoch, minibatch);
  }

  /** After it: throws NonFiniteError unless every parameter is finite. */
  checkParameters(metrics: MinibatchMetrics, plan: UpdatePlan, epoch: number, minibatch: number): void {
    if (this.#kernels.allFinite(this.#parameters)) return;
    throw this.#error("parameters", metrics, plan, epoch, minibatch);
  }

  #error(
    what: LearnerFailure["what"],
    metrics: MinibatchMetrics,
    plan: UpdatePlan,
    epoch: number,
    minibatch: number,
  ): NonFiniteError {
    const tensors = this.#tensors.map(({ name, start, end }) => ({
      name,
      size: end - start,
      parameters: rangeOf(this.#parameters.subarray(start, end)),
      gradient: rangeOf(this.#gradients.subarray(start, end)),
    }));
    const part = what === "parameters" ? "parameters" : "gradient";
    const tensor = tensors.find((candidate) => candidate[part].notFinite > 0)?.name ?? null;
    return failureOf({ what, tensor, tensors }, metrics, plan, epoch, minibatch);
  }
}

/**
 * The same of a minibatch whose numbers lie on a device: which of its tensors are not finite is not known there.
 *
 * weightSum: of all weights after the step.
 */
export function checkFinite(
  metrics: MinibatchMetrics,
  weightSum: number,
  plan: UpdatePlan,
  epoch: number,
  minibatch: number,
): void {
  const [loss, gradientNorm] = [Number.isFinite(metrics.loss), Number.isFinite(metrics.gradientNorm)];
  if (loss && gradientNorm && Number.isFinite(weightSum)) return;
  const what = !loss ? "loss" : !gradientNorm ? "gradient" : "parameters";
  throw failureOf({ what, tensor: null, tensors: [] }, metrics, plan, epoch, minibatch);
}

/**
 * After an iteration's last step: throws NonFiniteError unless the norms of the optimizer's slots are finite. A second moment that
 * has overflowed would keep its weights where they are for ever, without any other sign.
 */
export function checkSlots(
  norms: Readonly<Record<string, number>>,
  metrics: MinibatchMetrics,
  plan: UpdatePlan,
  epoch: number,
  minibatch: number,
): void {
  const [slot] = Object.entries(norms).find(([, norm]) => !Number.isFinite(norm)) ?? [];
  if (slot === undefined) return;
  throw failureOf({ what: "slot", tensor: slot, tensors: [] }, metrics, plan, epoch, minibatch);
}

function failureOf(
  found: Pick<LearnerFailure, "what" | "tensor" | "tensors">,
  metrics: MinibatchMetrics,
  plan: UpdatePlan,
  epoch: number,
  minibatch: number,
): NonFiniteError {
  return new NonFiniteError({
    ...found,
    iteration: plan.iteration,
    epoch: epoch + 1,
    minibatch: minibatch + 1,
    learningRate: plan.learningRate,
    loss: String(metrics.loss),
    gradientNorm: String(metrics.gradientNorm),
  });
}

function rangeOf(values: Float32Array): ValueRange {
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length === 0) return { notFinite: values.length, min: null, max: null };
  const [min, max] = [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
  return { notFinite: values.length - finite.length, min, max };
}
