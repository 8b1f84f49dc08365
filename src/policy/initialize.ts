import { NormalStream, UniformStream } from "../random/index.js";
import type { LayerLayout, ParameterLayout } from "./network.js";

export interface Initialization {
  /** "orthogonal": orthogonal weights, zero biases. "plain": torch's nn.Linear default, U(±1/sqrt(inputs)) for both. */
  readonly init: "orthogonal" | "plain";
  /** Gain of the actor's and of the critic's last layer under orthogonal initialisation; hidden layers take √2. */
  readonly policyGain: number;
  readonly valueGain: number;
  readonly initialLogStd: number;
}

const HIDDEN_GAIN = Math.SQRT2;

/**
 * Fills the flat parameters. Each layer draws from its own part of the stream `key`, so one layer's size does not
 * move another's numbers.
 */
export function initializeParameters(
  parameters: Float32Array,
  layout: ParameterLayout,
  how: Initialization,
  key: readonly [number, number],
): void {
  const networks = [
    { layers: layout.actor, gain: how.policyGain },
    { layers: layout.critic, gain: how.valueGain },
  ];
  let layerIndex = 0;
  for (const { layers, gain } of networks) {
    layers.forEach((layer, index) => {
      const layerGain = index === layers.length - 1 ? gain : HIDDEN_GAIN;
      if (how.init === "orthogonal") fillOrthogonal(parameters, layer, layerGain, key, layerIndex);
      else fillPlain(parameters, layer, key, layerIndex);
      layerIndex += 1;
    });
  }
  const logStdSize = layout.criticStart - layout.logStd;
  parameters.fill(how.initialLogStd, layout.logStd, layout.logStd + logStdSize);
}

/**
 * Orthonormal rows (or columns, when there are more outputs than inputs) times the gain: Gram-Schmidt, run twice per
 * vector for accuracy, on normal draws. Source: Saxe et al. 2014, arXiv 1312.6120.
 */
function fillOrthogonal(
  parameters: Float32Array,
  layer: LayerLayout,
  gain: number,
  key: readonly [number, number],
  layerIndex: number,
): void {
  const { inputs, outputs, weight, bias } = layer;
  const vectors = Math.min(inputs, outputs);
  const length = Math.max(inputs, outputs);
  const normals = new Float64Array(vectors * length);
  new NormalStream(key).fill(layerIndex, normals);
  for (let a = 0; a < vectors; a++) {
    const vector = normals.subarray(a * length, (a + 1) * length);
    for (let pass = 0; pass < 2; pass++) {
      for (let b = 0; b < a; b++) subtractProjection(vector, normals.subarray(b * length, (b + 1) * length));
    }
    divideByNorm(vector);
    for (let k = 0; k < length; k++) {
      const place = outputs <= inputs ? a * inputs + k : k * inputs + a;
      parameters[weight + place] = gain * vector[k]!;
    }
  }
  parameters.fill(0, bias, bias + outputs);
}

function subtractProjection(vector: Float64Array, unit: Float64Array): void {
  let dot = 0;
  for (let k = 0; k < vector.length; k++) dot += vector[k]! * unit[k]!;
  for (let k = 0; k < vector.length; k++) vector[k]! -= dot * unit[k]!;
}

function divideByNorm(vector: Float64Array): void {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const scale = 1 / Math.sqrt(sum);
  for (let k = 0; k < vector.length; k++) vector[k]! *= scale;
}

function fillPlain(
  parameters: Float32Array,
  layer: LayerLayout,
  key: readonly [number, number],
  layerIndex: number,
): void {
  const { inputs, outputs, weight, bias } = layer;
  const bound = 1 / Math.sqrt(inputs);
  const uniforms = new Float64Array(inputs * outputs + outputs);
  new UniformStream(key).fill(layerIndex, uniforms);
  for (let k = 0; k < inputs * outputs; k++) parameters[weight + k] = bound * (2 * uniforms[k]! - 1);
  for (let k = 0; k < outputs; k++) parameters[bias + k] = bound * (2 * uniforms[inputs * outputs + k]! - 1);
}
