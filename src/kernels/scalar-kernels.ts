import { tanhFloat32 } from "../math/tanh-float32.js";
import type { Activation, AdamCoefficients, AdanCoefficients, Kernels } from "./kernels.js";

/**
 * The kernels in plain TypeScript: every operation is rounded to float32, in the order and lanes of the SIMD build.
 * A float32 sum or product rounded from float64 is the correctly rounded one (53 ≥ 2·24 + 2), so `fround` after each
 * operation is float32 arithmetic.
 */
export const scalarKernels: Kernels = {
  variant: "scalar",
  denseForward,
  denseInputGradient,
  denseWeightGradient,
  activate,
  activationGradient,
  sumOfSquares,
  clear,
  allFinite,
  scale,
  adan,
  adam,
};

const f = Math.fround;

function denseForward(
  weight: Float32Array,
  bias: Float32Array,
  input: Float32Array,
  output: Float32Array,
  inputs: number,
  outputs: number,
  batch: number,
): void {
  for (let o = 0; o < outputs; o++) {
    const row = o * inputs;
    const start = bias[o]!;
    for (let b = 0; b < batch; b += 4) {
      let sum0 = start;
      let sum1 = start;
      let sum2 = start;
      let sum3 = start;
      for (let i = 0, x = b; i < inputs; i++, x += batch) {
        const w = weight[row + i]!;
        sum0 = f(sum0 + f(w * input[x]!));
        sum1 = f(sum1 + f(w * input[x + 1]!));
        sum2 = f(sum2 + f(w * input[x + 2]!));
        sum3 = f(sum3 + f(w * input[x + 3]!));
      }
      const y = o * batch + b;
      output[y] = sum0;
      output[y + 1] = sum1;
      output[y + 2] = sum2;
      output[y + 3] = sum3;
    }
  }
}

function denseInputGradient(
  weight: Float32Array,
  outputGradient: Float32Array,
  inputGradient: Float32Array,
  _scratch: Float32Array,
  inputs: number,
  outputs: number,
  batch: number,
): void {
  for (let i = 0; i < inputs; i++) {
    for (let b = 0; b < batch; b += 4) {
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (let o = 0, w = i, y = b; o < outputs; o++, w += inputs, y += batch) {
        const value = weight[w]!;
        sum0 = f(sum0 + f(value * outputGradient[y]!));
        sum1 = f(sum1 + f(value * outputGradient[y + 1]!));
        sum2 = f(sum2 + f(value * outputGradient[y + 2]!));
        sum3 = f(sum3 + f(value * outputGradient[y + 3]!));
      }
      const x = i * batch + b;
      inputGradient[x] = sum0;
      inputGradient[x + 1] = sum1;
      inputGradient[x + 2] = sum2;
      inputGradient[x + 3] = sum3;
    }
  }
}

function denseWeightGradient(
  outputGradient: Float32Array,
  input: Float32Array,
  weightGradient: Float32Array,
  biasGradient: Float32Array,
  inputs: number,
  outputs: number,
  batch: number,
): void {
  for (let o = 0; o < outputs; o++) {
    const row = o * batch;
    for (let i = 0; i < inputs; i++) {
      const column = i * batch;
      let lane0 = 0;
      let lane1 = 0;
      let lane2 = 0;
      let lane3 = 0;
      for (let b = 0; b < batch; b += 4) {
        lane0 = f(lane0 + f(outputGradient[row + b]! * input[column + b]!));
        lane1 = f(lane1 + f(outputGradient[row + b + 1]! * input[column + b + 1]!));
        lane2 = f(lane2 + f(outputGradient[row + b + 2]! * input[column + b + 2]!));
        lane3 = f(lane3 + f(outputGradient[row + b + 3]! * input[column + b + 3]!));
      }
      const w = o * inputs + i;
      weightGradient[w] = weightGradient[w]! + f(f(lane0 + lane1) + f(lane2 + lane3));
    }
    let lane0 = 0;
    let lane1 = 0;
    let lane2 = 0;
    let lane3 = 0;
    for (let b = 0; b < batch; b += 4) {
      lane0 = f(lane0 + outputGradient[row + b]!);
      lane1 = f(lane1 + outputGradient[row + b + 1]!);
      lane2 = f(lane2 + outputGradient[row + b + 2]!);
      lane3 = f(lane3 + outputGradient[row + b + 3]!);
    }
    biasGradient[o] = biasGradient[o]! + f(f(lane0 + lane1) + f(lane2 + lane3));
  }
}

function activate(activation: Activation, values: Float32Array, count: number): void {
  if (activation === "tanh") {
    for (let i = 0; i < count; i++) values[i] = tanhFloat32(values[i]!);
  } else {
    for (let i = 0; i < count; i++) values[i] = Math.max(values[i]!, 0);
  }
}

function activationGradient(
  activation: Activation,
  outputs: Float32Array,
  gradients: Float32Array,
  count: number,
): void {
  if (activation === "tanh") {
    for (let i = 0; i < count; i++) {
      const y = outputs[i]!;
      gradients[i] = gradients[i]! * f(1 - f(y * y));
    }
  } else {
    for (let i = 0; i < count; i++) if (!(outputs[i]! > 0)) gradients[i] = 0;
  }
}

function sumOfSquares(values: Float32Array): number {
  const lanes = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    lanes[i & 7]! += value * value;
  }
  const [a, b, c, d, e, g, h, k] = lanes as [number, number, number, number, number, number, number, number];
  return a + b + (c + d) + (e + g + (h + k));
}

function clear(values: Float32Array): void {
  values.fill(0);
}

function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function scale(values: Float32Array, factor: number): void {
  const rounded = f(factor);
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * rounded;
}

function adan(
  parameters: Float32Array,
  gradients: Float32Array,
  m: Float32Array,
  v: Float32Array,
  n: Float32Array,
  previous: Float32Array,
  c: AdanCoefficients,
): void {
  const beta1 = f(c.beta1);
  const beta2 = f(c.beta2);
  const beta3 = f(c.beta3);
  const weight1 = f(1 - c.beta1);
  const weight2 = f(1 - c.beta2);
  const weight3 = f(1 - c.beta3);
  const correction1 = f(c.correction1);
  const correction2 = f(c.correction2);
  const correction3 = f(c.correction3);
  const eps = f(c.eps);
  const learningRate = f(c.learningRate);
  const keep = f(c.keep);
  const shrink = f(c.shrink);
  for (let i = 0; i < parameters.length; i++) {
    const g = gradients[i]!;
    const d = f(g - (c.isFirst ? g : previous[i]!));
    const w = f(g + f(beta2 * d));
    const mi = f(f(beta1 * m[i]!) + f(weight1 * g));
    const vi = f(f(beta2 * v[i]!) + f(weight2 * d));
    const ni = f(f(beta3 * n[i]!) + f(f(weight3 * w) * w));
    const direction = f(f(mi * correction1) + f(vi * correction2));
    const denominator = f(f(f(Math.sqrt(ni)) * correction3) + eps);
    const move = f(learningRate * f(direction / denominator));
    parameters[i] = f(f(parameters[i]! * keep) - move) * shrink;
    m[i] = mi;
    v[i] = vi;
    n[i] = ni;
    previous[i] = g;
  }
}

function adam(
  parameters: Float32Array,
  gradients: Float32Array,
  m: Float32Array,
  n: Float32Array,
  c: AdamCoefficients,
): void {
  const beta1 = f(c.beta1);
  const beta2 = f(c.beta2);
  const weight1 = f(1 - c.beta1);
  const weight2 = f(1 - c.beta2);
  const correction1 = f(c.correction1);
  const correction2 = f(c.correction2);
  const gradientWeight = f(c.gradientWeight);
  const eps = f(c.eps);
  const learningRate = f(c.learningRate);
  const keep = f(c.keep);
  for (let i = 0; i < parameters.length; i++) {
    const g = gradients[i]!;
    const mi = f(f(beta1 * m[i]!) + f(weight1 * g));
    const ni = f(f(beta2 * n[i]!) + f(f(weight2 * g) * g));
    const direction = f(f(mi * correction1) + f(g * gradientWeight));
    const denominator = f(f(f(Math.sqrt(ni)) * correction2) + eps);
    const move = f(learningRate * f(direction / denominator));
    parameters[i] = f(parameters[i]! * keep) - move;
    m[i] = mi;
    n[i] = ni;
  }
}
