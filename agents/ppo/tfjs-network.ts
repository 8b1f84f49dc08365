import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import type { Activation } from "../../src/kernels/kernels.js";
import type { LayerLayout } from "../../src/policy/network.js";
import type { LearnerTensorFlow, TfjsDevice } from "./tfjs-device.js";

/**
 * One fully connected network by operations of TensorFlow.js: hidden layers with an activation, a linear last layer. Rows are
 * samples. Its backward pass is written out: that takes fewer launches than automatic differentiation, and every back end has
 * the operations. All methods run inside a tidy.
 */
export class TfjsNetwork {
  readonly tf: LearnerTensorFlow;
  /**
   * The wasm back end (4.22) multiplies a transposed matrix ten times as slowly as one that it was given transposed, and adds the
   * bias to the wrong numbers.
   */
  readonly #transposesFirst: boolean;

  constructor(
    { name, tf }: TfjsDevice,
    readonly layout: readonly LayerLayout[],
    readonly activation: Activation,
  ) {
    this.tf = tf;
    this.#transposesFirst = name === "wasm";
  }

  /** parameters: flat. input [samples, inputs]. Every layer's input, then the output. */
  forward(parameters: Tensor1D, input: Tensor2D): Tensor2D[] {
    const { tf } = this;
    const outputs = [input];
    this.layout.forEach((layer, index) => {
      const [a, weight] = [outputs[index]!, this.#weight(parameters, layer)];
      const bias = tf.slice(parameters, layer.bias, layer.outputs);
      const sum = this.#transposesFirst
        ? tf.fused.matMul({ a, b: tf.transpose(weight), bias })
        : tf.fused.matMul({ a, b: weight, transposeB: true, bias });
      outputs.push((index < this.layout.length - 1 ? this.#activate(sum) : sum) as Tensor2D);
    });
    return outputs;
  }

  /** outputs: of `forward`. outputGradient [samples, outputs]. The gradient's pieces, flat, in the order of the layout. */
  backward(parameters: Tensor1D, outputs: readonly Tensor2D[], outputGradient: Tensor2D): Tensor1D[] {
    const { tf } = this;
    const pieces: Tensor1D[] = [];
    let gradient = outputGradient;
    for (let index = this.layout.length - 1; index >= 0; index--) {
      const input = outputs[index]!;
      const weightGradient = this.#transposesFirst
        ? tf.matMul(tf.transpose(gradient), input)
        : tf.matMul(gradient, input, true);
      pieces.unshift(tf.reshape(weightGradient, [-1]), tf.sum(gradient, 0));
      if (index === 0) break;
      const above = gradient;
      gradient = tf.tidy(() => {
        const inputGradient = tf.matMul(above, this.#weight(parameters, this.layout[index]!));
        return tf.mul(inputGradient, this.#slope(input));
      });
      if (above !== outputGradient) tf.dispose(above);
    }
    return pieces;
  }

  #weight(parameters: Tensor1D, { inputs, outputs, weight }: LayerLayout): Tensor2D {
    const flat = this.tf.slice(parameters, weight, inputs * outputs);
    return this.tf.reshape(flat, [outputs, inputs]);
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
