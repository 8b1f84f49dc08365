import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import type { Activation } from "../../src/kernels/kernels.js";
import type { Pacer } from "../../src/pacer.js";
import type { LayerLayout } from "../../src/policy/network.js";
import type { LearnerDevice, LearnerTensorFlow } from "./tfjs-device.js";

/** What a forward pass leaves for the backward one, all [samples, features] but the weights. */
export interface TfjsForward {
  readonly weights: readonly Tensor2D[];
  /** Of each layer; the first is the caller's. */
  readonly inputs: readonly Tensor2D[];
  readonly output: Tensor2D;
}

/**
 * One fully connected network by operations of TensorFlow.js: hidden layers with an activation, a linear last layer. Rows are
 * samples. Its backward pass is written out: that takes fewer launches than automatic differentiation, and every back end has
 * the operations. Between two layers the event loop gets its turns.
 */
export class TfjsNetwork {
  readonly tf: LearnerTensorFlow;
  /**
   * The wasm back end (4.22) multiplies a transposed matrix ten times as slowly as one that it was given transposed, and adds the
   * bias to the wrong numbers.
   */
  readonly #transposesFirst: boolean;

  constructor(
    { name, tf }: LearnerDevice,
    readonly layout: readonly LayerLayout[],
    readonly activation: Activation,
  ) {
    this.tf = tf;
    this.#transposesFirst = name === "wasm";
  }

  /** parameters: flat. input [samples, inputs]. `release` what it gives. */
  async forward(parameters: Tensor1D, input: Tensor2D, pacer: Pacer): Promise<TfjsForward> {
    const weights: Tensor2D[] = [];
    const inputs: Tensor2D[] = [];
    let output = input;
    for (const [index, layer] of this.layout.entries()) {
      inputs.push(output);
      const isHidden = index < this.layout.length - 1;
      const { weight, sum } = this.tf.tidy(() => this.#dense(parameters, layer, output, isHidden));
      weights.push(weight);
      output = sum;
      if (pacer.isDue) await pacer.pause();
    }
    return { weights, inputs, output };
  }

  /** outputGradient [samples, outputs]. The gradient's pieces, flat, in the order of the layout: the caller's. */
  async backward(
    { weights, inputs }: TfjsForward,
    outputGradient: Tensor2D,
    pacer: Pacer,
  ): Promise<Tensor1D[]> {
    const { tf } = this;
    const pieces: Tensor1D[] = [];
    let gradient = outputGradient;
    for (let index = this.layout.length - 1; index >= 0; index--) {
      const above = gradient;
      const input = inputs[index]!;
      const { ofWeight, ofBias } = tf.tidy(() => this.#denseGradient(input, above));
      pieces.unshift(ofWeight, ofBias);
      if (pacer.isDue) await pacer.pause();
      if (index > 0) {
        gradient = tf.tidy(() => tf.mul(tf.matMul(above, weights[index]!), this.#slope(input)));
        if (pacer.isDue) await pacer.pause();
      }
      if (above !== outputGradient) tf.dispose(above);
    }
    return pieces;
  }

  release({ weights, inputs, output }: TfjsForward): void {
    this.tf.dispose([...weights, ...inputs.slice(1), output]);
  }

  #dense(
    parameters: Tensor1D,
    layer: LayerLayout,
    a: Tensor2D,
    isHidden: boolean,
  ): { weight: Tensor2D; sum: Tensor2D } {
    const { tf } = this;
    const { inputs, outputs } = layer;
    const flat = tf.slice(parameters, layer.weight, inputs * outputs);
    const weight: Tensor2D = tf.reshape(flat, [outputs, inputs]);
    const bias = tf.slice(parameters, layer.bias, outputs);
    const sum = this.#transposesFirst
      ? tf.fused.matMul({ a, b: tf.transpose(weight), bias })
      : tf.fused.matMul({ a, b: weight, transposeB: true, bias });
    return { weight, sum: (isHidden ? this.#activate(sum) : sum) as Tensor2D };
  }

  #denseGradient(input: Tensor2D, above: Tensor2D): { ofWeight: Tensor1D; ofBias: Tensor1D } {
    const { tf } = this;
    const ofWeight = this.#transposesFirst
      ? tf.matMul(tf.transpose(above), input)
      : tf.matMul(above, input, true);
    return { ofWeight: tf.reshape(ofWeight, [-1]), ofBias: tf.sum(above, 0) };
  }

  #activate(sum: Tensor): Tensor {
    return this.activation === "tanh" ? this.tf.tanh(sum) : this.tf.relu(sum);
  }

  /** The activation's derivative, from its output. */
  #slope(output: Tensor2D): Tensor2D {
    const { tf } = this;
    return this.activation === "tanh" ? tf.sub(1, tf.square(output)) : tf.step(output);
  }
}
