import { paddedBatch } from "../kernels/kernels.js";
import { scalarKernels } from "../kernels/scalar-kernels.js";
import type { NormalStream } from "../random/index.js";
import { ActionMap, type ActionMapping } from "./action-mapping.js";
import { DiagonalGaussian } from "./gaussian.js";
import { Mlp } from "./mlp.js";
import { type MomentsState, normalize, RunningMoments } from "./moments.js";
import { checkParameterCount, type NetworkShape, parameterLayout } from "./network.js";

/** A policy as data, its normaliser inside: what an evaluation, an export and a page need, and nothing they could forget. */
export interface PolicySnapshot {
  readonly shape: NetworkShape;
  /** Actor, log-std and critic, flat (see parameterLayout). */
  readonly parameters: Float32Array;
  /** null: observations are not normalised. */
  readonly observationMoments: MomentsState | null;
  readonly observationClip: number | null;
  readonly actionMapping: ActionMapping;
  readonly actionLow: readonly number[];
  readonly actionHigh: readonly number[];
}

/** Runs a snapshot's actor on one observation at a time, moments frozen. The same bits as an actor's in training. */
export class Policy {
  readonly #network: Mlp;
  readonly #moments: RunningMoments | undefined;
  readonly #clip: number;
  readonly #gaussian: DiagonalGaussian;
  readonly #actionMap: ActionMap;
  readonly #sampled: Float32Array;
  readonly #noise: Float64Array;

  /** Throws RlAdanError when the parameters are another network's. */
  constructor(snapshot: PolicySnapshot) {
    const { shape, parameters, observationMoments } = snapshot;
    const layout = parameterLayout(shape);
    checkParameterCount(parameters, layout);
    this.#network = new Mlp({
      kernels: scalarKernels,
      allocate: (_name, length) => new Float32Array(length),
      name: "policy",
      layout: layout.actor,
      activation: shape.activation,
      maxBatch: 1,
      parameters,
    });
    if (observationMoments !== null) {
      this.#moments = new RunningMoments(shape.observationSize);
      this.#moments.copyFrom(observationMoments);
    }
    this.#clip = snapshot.observationClip ?? Number.POSITIVE_INFINITY;
    this.#gaussian = new DiagonalGaussian(shape.actionSize);
    this.#gaussian.update(parameters.subarray(layout.logStd, layout.criticStart));
    this.#actionMap = new ActionMap(snapshot.actionMapping, {
      low: Float32Array.from(snapshot.actionLow),
      high: Float32Array.from(snapshot.actionHigh),
    });
    this.#sampled = new Float32Array(shape.actionSize);
    this.#noise = new Float64Array(shape.actionSize);
  }

  /** The mean action for an observation, clipped or mapped to the environment's bounds, into `out` [action]. */
  act(observation: ArrayLike<number>, out: Float32Array): void {
    this.#runNetwork(observation);
    this.#noise.fill(0);
    this.#emit(out);
  }

  /** A sampled action; the noise is the stream's for this step. */
  sample(observation: ArrayLike<number>, noise: NormalStream, step: number, out: Float32Array): void {
    this.#runNetwork(observation);
    noise.fill(step, this.#noise);
    this.#emit(out);
  }

  #runNetwork(observation: ArrayLike<number>): void {
    const batch = paddedBatch(1);
    normalize(observation, this.#moments, this.#clip, this.#network.input, 0, batch);
    this.#network.forward(batch);
  }

  #emit(out: Float32Array): void {
    const batch = paddedBatch(1);
    for (let j = 0; j < this.#sampled.length; j++) {
      this.#sampled[j] = this.#network.output[j * batch]! + this.#gaussian.std[j]! * this.#noise[j]!;
    }
    this.#actionMap.apply(this.#sampled, 0, out);
  }
}
