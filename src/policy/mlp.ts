import { type Activation, type Kernels, LANES, paddedBatch, WEIGHT_PANEL } from "../kernels/kernels.js";
import type { LayerLayout } from "./network.js";

/** Gives out float32 arrays that the kernels can reach. */
export type AllocateFloat32 = (name: string, length: number) => Float32Array;

/**
 * One fully connected network on flat parameters: hidden layers with an activation, a linear last layer.
 *
 * Everything is feature-major, [features][batch] (see Kernels). `input` is filled by the caller before `forward`;
 * `outputGradient` before `backward`, which adds to the gradients. Batches need not be full: `batch` is a multiple of
 * 4, at most `maxBatch`.
 */
export class Mlp {
  readonly input: Float32Array;
  readonly output: Float32Array;
  readonly outputGradient: Float32Array;
  readonly #kernels: Kernels;
  readonly #activation: Activation;
  readonly #layers: readonly Layer[];
  readonly #scratch: Float32Array;

  /** gradients: omit for a network that only runs forward. */
  constructor(options: {
    readonly kernels: Kernels;
    readonly allocate: AllocateFloat32;
    readonly name: string;
    readonly layout: readonly LayerLayout[];
    readonly activation: Activation;
    readonly maxBatch: number;
    readonly parameters: Float32Array;
    readonly gradients?: Float32Array;
  }) {
    const { layout, parameters, gradients, allocate, name } = options;
    const batch = paddedBatch(Math.max(options.maxBatch, LANES));
    this.#kernels = options.kernels;
    this.#activation = options.activation;
    this.input = allocate(`${name}/input`, layout[0]!.inputs * batch);
    let input = this.input;
    let inputGradient: Float32Array | undefined;
    this.#layers = layout.map((place, index) => {
      const { inputs, outputs, weight, bias } = place;
      const output = allocate(`${name}/output-${index}`, outputs * batch);
      const outputGradient =
        gradients === undefined ? EMPTY : allocate(`${name}/output-gradient-${index}`, outputs * batch);
      const layer: Layer = {
        inputs,
        outputs,
        weight: parameters.subarray(weight, weight + inputs * outputs),
        bias: parameters.subarray(bias, bias + outputs),
        weightGradient: gradients?.subarray(weight, weight + inputs * outputs) ?? EMPTY,
        biasGradient: gradients?.subarray(bias, bias + outputs) ?? EMPTY,
        input,
        output,
        inputGradient,
        outputGradient,
      };
      input = output;
      inputGradient = outputGradient;
      return layer;
    });
    this.#scratch = gradients === undefined ? EMPTY : allocate(`${name}/scratch`, WEIGHT_PANEL);
    this.output = this.#layers.at(-1)!.output;
    this.outputGradient = this.#layers.at(-1)!.outputGradient;
  }

  forward(batch: number): void {
    const last = this.#layers.length - 1;
    for (let index = 0; index <= last; index++) {
      const { weight, bias, input, output, inputs, outputs } = this.#layers[index]!;
      this.#kernels.denseForward(weight, bias, input, output, inputs, outputs, batch);
      if (index < last) this.#kernels.activate(this.#activation, output, outputs * batch);
    }
  }

  backward(batch: number): void {
    for (let index = this.#layers.length - 1; index >= 0; index--) {
      const layer = this.#layers[index]!;
      const { weight, input, outputGradient, weightGradient, biasGradient, inputs, outputs } = layer;
      this.#kernels.denseWeightGradient(
        outputGradient,
        input,
        weightGradient,
        biasGradient,
        inputs,
        outputs,
        batch,
      );
      if (layer.inputGradient === undefined) return;
      this.#kernels.denseInputGradient(
        weight,
        outputGradient,
        layer.inputGradient,
        this.#scratch,
        inputs,
        outputs,
        batch,
      );
      this.#kernels.activationGradient(this.#activation, input, layer.inputGradient, inputs * batch);
    }
  }
}

interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly weightGradient: Float32Array;
  readonly biasGradient: Float32Array;
  readonly input: Float32Array;
  readonly output: Float32Array;
  /** The layer below's output gradient; the first layer has none to pass on. */
  readonly inputGradient: Float32Array | undefined;
  readonly outputGradient: Float32Array;
}

const EMPTY = new Float32Array(0);
