import { type Kernels, paddedBatch, SAMPLE_BLOCK } from "../../src/kernels/kernels.js";
import { type AllocateFloat32, Mlp } from "../../src/policy/mlp.js";
import type { NetworkShape, ParameterLayout } from "../../src/policy/network.js";
import { gather } from "./gather.js";
import { ValueLoss, type ValueLossSettings, type ValueSamples } from "./value-loss.js";

/** What the critic's half of a minibatch reads, all in shared memory. */
export interface CriticSamples extends ValueSamples {
  /** [rows, observation] */
  readonly observations: Float32Array;
  /** The shuffled rows of this epoch. */
  readonly order: Int32Array;
}

/** What the learner needs of it. */
export interface CriticResult {
  readonly valueLoss: number;
  /** Of its gradient, which it leaves in place. */
  readonly sumOfSquares: number;
}

/**
 * The critic's half of a minibatch: gather, forward, loss, backward. Actor and critic share no number, so the halves may
 * run in two threads; the result is the same.
 */
export class CriticHalf {
  readonly network: Mlp;
  readonly #kernels: Kernels;
  readonly #gradients: Float32Array;
  readonly #samples: CriticSamples;
  readonly #observationSize: number;
  readonly #loss: ValueLoss;

  /** parameters, gradients: of both networks. */
  constructor(options: {
    readonly kernels: Kernels;
    readonly allocate: AllocateFloat32;
    readonly shape: NetworkShape;
    readonly layout: ParameterLayout;
    readonly parameters: Float32Array;
    readonly gradients: Float32Array;
    readonly samples: CriticSamples;
    readonly settings: ValueLossSettings;
  }) {
    const { kernels, allocate, shape, layout, parameters, gradients, samples } = options;
    this.#kernels = kernels;
    this.#gradients = gradients.subarray(layout.criticStart);
    this.#samples = samples;
    this.#observationSize = shape.observationSize;
    this.#loss = new ValueLoss(samples, options.settings);
    this.network = new Mlp({
      kernels,
      allocate,
      name: "critic",
      activation: shape.activation,
      maxBatch: SAMPLE_BLOCK,
      parameters,
      gradients,
      layout: layout.critic,
    });
  }

  begin(samples: number): void {
    this.#kernels.clear(this.#gradients);
    this.#loss.begin(samples);
  }

  /** Samples order[start, start + count), at most a block. */
  addBlock(start: number, count: number): void {
    const { network } = this;
    const samples = this.#samples;
    const batch = paddedBatch(count);
    gather(samples.observations, this.#observationSize, samples.order, start, count, batch, network.input);
    network.forward(batch);
    this.#loss.addBlock(samples.order, start, count, batch, network.output, network.outputGradient);
    network.backward(batch);
  }

  /** The whole half at once: samples order[start, end). */
  run(start: number, end: number): CriticResult {
    this.begin(end - start);
    for (let block = start; block < end; block += SAMPLE_BLOCK) {
      this.addBlock(block, Math.min(SAMPLE_BLOCK, end - block));
    }
    return this.finish();
  }

  finish(): CriticResult {
    this.#loss.finish();
    return {
      valueLoss: this.#loss.valueLoss,
      sumOfSquares: this.#kernels.sumOfSquares(this.#gradients),
    };
  }
}
