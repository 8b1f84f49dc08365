import type { Tensor1D } from "@tensorflow/tfjs";
import { clipFactor, TORCH_CLIP_EPS } from "../../src/optim/clip.js";
import type { MinibatchMetrics } from "./learner.js";
import { SUMS } from "./tfjs-actor-critic.js";
import type { LearnerTensorFlow } from "./tfjs-device.js";

/** Which minibatch, and what its metrics depend on besides the sums. Epoch and index count from 0. */
export interface MinibatchPlace {
  readonly epoch: number;
  readonly index: number;
  readonly samples: number;
}

/** A minibatch that was read. */
export interface LoggedMinibatch extends MinibatchPlace {
  readonly metrics: MinibatchMetrics;
  /** Of the weights after the step: finite if every weight is. */
  readonly weightSum: number;
}

/** What the metrics weigh the losses with. */
export interface MetricWeights {
  readonly entropyCoefficient: number;
  readonly valueCoefficient: number;
  readonly maxGradNorm: number;
}

/** The sums of `TfjsContribution`, then the gradient's squares. */
const ROW_LENGTH = SUMS.length + 1;

/** The metrics of minibatches, on the device until they are read, all at once. */
export class TfjsMinibatchLog {
  #places: MinibatchPlace[] = [];
  #tensors: Tensor1D[] = [];

  constructor(
    readonly tf: LearnerTensorFlow,
    readonly weights: MetricWeights,
  ) {}

  /** row [7], weightSum [1]: the log's from here on. */
  add(place: MinibatchPlace, row: Tensor1D, weightSum: Tensor1D): void {
    this.#places.push(place);
    this.#tensors.push(row, weightSum);
  }

  /** What was added since the last reading. */
  async read(): Promise<LoggedMinibatch[]> {
    const places = this.#places;
    if (places.length === 0) return [];
    const all = this.tf.tidy(() => this.tf.concat(this.#tensors));
    this.dispose();
    const numbers = await all.data<"float32">();
    this.tf.dispose(all);
    return places.map((place, k) => {
      const at = k * (ROW_LENGTH + 1);
      const row = numbers.subarray(at, at + ROW_LENGTH);
      return { ...place, metrics: this.metrics(row, place.samples), weightSum: numbers[at + ROW_LENGTH]! };
    });
  }

  /** row: [7], read. */
  metrics(row: Float32Array, samples: number): MinibatchMetrics {
    const [objective, logRatio, k3, clipped, value, entropies, squares] = row as unknown as Row;
    const { entropyCoefficient, valueCoefficient, maxGradNorm } = this.weights;
    const policyLoss = -objective / samples;
    const valueLoss = (0.5 * value) / samples;
    const entropy = entropies / samples;
    const gradientNorm = Math.sqrt(squares);
    return {
      loss: policyLoss - entropyCoefficient * entropy + valueCoefficient * valueLoss,
      policyLoss,
      valueLoss,
      entropy,
      oldApproxKl: -logRatio / samples,
      approxKl: k3 / samples,
      clipFraction: clipped / samples,
      gradientNorm,
      clipFactor: clipFactor(gradientNorm, maxGradNorm, TORCH_CLIP_EPS),
    };
  }

  dispose(): void {
    this.tf.dispose(this.#tensors);
    this.#tensors = [];
    this.#places = [];
  }
}

type Row = [number, number, number, number, number, number, number];
