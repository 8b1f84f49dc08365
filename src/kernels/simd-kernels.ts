import { RlAdanError } from "../errors.js";
import type { Arena } from "./arena.js";
import type { Activation, AdamCoefficients, AdanCoefficients, Kernels } from "./kernels.js";
import { KERNELS_WASM_BASE64 } from "./kernels-wasm.generated.js";

/** The kernels compiled from `assembly/`, on the arena's memory. All their arrays must lie in it. */
export async function loadSimdKernels(arena: Arena): Promise<Kernels> {
  if (!supportsSimd()) {
    throw new RlAdanError(
      "simd-missing",
      "This engine has no WebAssembly SIMD or no shared memory; use device scalar, which gives the same bits slowly.",
    );
  }
  const { instance } = await WebAssembly.instantiate(decodeBase64(KERNELS_WASM_BASE64), {
    env: { memory: arena.memory },
  });
  return new SimdKernels(instance.exports as unknown as Exports, arena);
}

/** Whether this engine takes a module with a v128 instruction and a shared memory. */
export function supportsSimd(): boolean {
  return typeof SharedArrayBuffer === "function" && WebAssembly.validate(decodeBase64(KERNELS_WASM_BASE64));
}

class SimdKernels implements Kernels {
  readonly variant = "simd";

  constructor(
    readonly exports: Exports,
    readonly arena: Arena,
  ) {}

  /** Optimizers are users' code: an array of their own would be read, and written, somewhere else in the arena. */
  #check(array: Float32Array): void {
    if (this.arena.owns(array)) return;
    throw new RlAdanError(
      "arena-foreign",
      "The SIMD kernels take arrays of their arena only: an optimizer gets its slots from context.allocate.",
    );
  }

  denseForward(
    weight: Float32Array,
    bias: Float32Array,
    input: Float32Array,
    output: Float32Array,
    inputs: number,
    outputs: number,
    batch: number,
  ): void {
    const { byteOffset } = weight;
    this.exports.denseForward(
      byteOffset,
      bias.byteOffset,
      input.byteOffset,
      output.byteOffset,
      inputs,
      outputs,
      batch,
    );
  }

  denseInputGradient(
    weight: Float32Array,
    outputGradient: Float32Array,
    inputGradient: Float32Array,
    scratch: Float32Array,
    inputs: number,
    outputs: number,
    batch: number,
  ): void {
    this.exports.denseInputGradient(
      weight.byteOffset,
      outputGradient.byteOffset,
      inputGradient.byteOffset,
      scratch.byteOffset,
      inputs,
      outputs,
      batch,
    );
  }

  denseWeightGradient(
    outputGradient: Float32Array,
    input: Float32Array,
    weightGradient: Float32Array,
    biasGradient: Float32Array,
    inputs: number,
    outputs: number,
    batch: number,
  ): void {
    this.exports.denseWeightGradient(
      outputGradient.byteOffset,
      input.byteOffset,
      weightGradient.byteOffset,
      biasGradient.byteOffset,
      inputs,
      outputs,
      batch,
    );
  }

  activate(activation: Activation, values: Float32Array, count: number): void {
    if (activation === "tanh") this.exports.tanh(values.byteOffset, count);
    else this.exports.relu(values.byteOffset, count);
  }

  activationGradient(
    activation: Activation,
    outputs: Float32Array,
    gradients: Float32Array,
    count: number,
  ): void {
    if (activation === "tanh") this.exports.tanhGradient(outputs.byteOffset, gradients.byteOffset, count);
    else this.exports.reluGradient(outputs.byteOffset, gradients.byteOffset, count);
  }

  sumOfSquares(values: Float32Array): number {
    this.#check(values);
    return this.exports.sumOfSquares(values.byteOffset, values.length);
  }

  clear(values: Float32Array): void {
    this.#check(values);
    this.exports.clear(values.byteOffset, values.length);
  }

  allFinite(values: Float32Array): boolean {
    this.#check(values);
    return this.exports.allFinite(values.byteOffset, values.length) !== 0;
  }

  scale(values: Float32Array, factor: number): void {
    this.#check(values);
    this.exports.scale(values.byteOffset, factor, values.length);
  }

  adan(
    parameters: Float32Array,
    gradients: Float32Array,
    m: Float32Array,
    v: Float32Array,
    n: Float32Array,
    previous: Float32Array,
    c: AdanCoefficients,
  ): void {
    this.#check(parameters);
    this.#check(gradients);
    this.#check(m);
    this.#check(v);
    this.#check(n);
    this.#check(previous);
    this.exports.adan(
      parameters.byteOffset,
      gradients.byteOffset,
      m.byteOffset,
      v.byteOffset,
      n.byteOffset,
      previous.byteOffset,
      parameters.length,
      c.isFirst ? 1 : 0,
      c.beta1,
      c.beta2,
      c.beta3,
      1 - c.beta1,
      1 - c.beta2,
      1 - c.beta3,
      c.correction1,
      c.correction2,
      c.correction3,
      c.eps,
      c.learningRate,
      c.keep,
      c.shrink,
    );
  }

  adam(
    parameters: Float32Array,
    gradients: Float32Array,
    m: Float32Array,
    n: Float32Array,
    c: AdamCoefficients,
  ): void {
    this.#check(parameters);
    this.#check(gradients);
    this.#check(m);
    this.#check(n);
    this.exports.adam(
      parameters.byteOffset,
      gradients.byteOffset,
      m.byteOffset,
      n.byteOffset,
      parameters.length,
      c.beta1,
      c.beta2,
      1 - c.beta1,
      1 - c.beta2,
      c.correction1,
      c.correction2,
      c.gradientWeight,
      c.eps,
      c.learningRate,
      c.keep,
    );
  }
}

/** What `assembly/index.ts` exports: byte addresses and counts; float32 arguments are rounded at the boundary. */
type Exports = Record<
  | "denseForward"
  | "denseInputGradient"
  | "denseWeightGradient"
  | "tanh"
  | "relu"
  | "tanhGradient"
  | "reluGradient"
  | "clear"
  | "scale"
  | "adan"
  | "adam",
  (...args: number[]) => void
> & {
  sumOfSquares(values: number, count: number): number;
  allFinite(values: number, count: number): number;
};

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
