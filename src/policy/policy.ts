import { ShapeError } from "../errors.js";
import { Arena } from "../kernels/arena.js";
import { type Kernels, paddedBatch } from "../kernels/kernels.js";
import { scalarKernels } from "../kernels/scalar-kernels.js";
import { loadSimdKernels, supportsSimd } from "../kernels/simd-kernels.js";
import type { StreamKey } from "../random/index.js";
import type { ActionDistribution, ActionNoise } from "./action-distribution.js";
import { type ActionMap, type ActionMapping, type ActionRange, createActionMap } from "./action-mapping.js";
import { createDistribution } from "./create-distribution.js";
import { type AllocateFloat32, Mlp } from "./mlp.js";
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
  readonly actionRange: ActionRange;
}

interface PolicyMemory {
  readonly kernels: Kernels;
  readonly allocate: AllocateFloat32;
}

const PLAIN_MEMORY: PolicyMemory = {
  kernels: scalarKernels,
  allocate: (_name, length) => new Float32Array(length),
};

/** Runs a snapshot's actor on one observation at a time, moments frozen. The same bits as an actor's in training. */
export class Policy {
  readonly #observationSize: number;
  readonly #network: Mlp;
  readonly #moments: RunningMoments | undefined;
  readonly #clip: number;
  readonly #distribution: ActionDistribution;
  readonly #actionMap: ActionMap;
  readonly #action: Float32Array;

  /** On the SIMD kernels where the engine has them: the same bits, many times as fast. Throws as the constructor. */
  static async load(snapshot: PolicySnapshot): Promise<Policy> {
    if (!supportsSimd()) return new Policy(snapshot);
    const arena = Arena.create();
    const kernels = await loadSimdKernels(arena);
    return new Policy(snapshot, { kernels, allocate: (name, length) => arena.allocate(name, "f32", length) });
  }

  /** Ready at once, on the scalar kernels. Throws RlAdanError when the parameters are another network's. */
  constructor(snapshot: PolicySnapshot, { kernels, allocate }: PolicyMemory = PLAIN_MEMORY) {
    const { shape, observationMoments } = snapshot;
    this.#observationSize = shape.observationSize;
    const layout = parameterLayout(shape);
    checkParameterCount(snapshot.parameters, layout);
    const parameters = allocate("policy/parameters", layout.size);
    parameters.set(snapshot.parameters);
    this.#network = new Mlp({
      kernels,
      allocate,
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
    this.#distribution = createDistribution(shape);
    this.#distribution.update(parameters.subarray(layout.logStd, layout.criticStart));
    this.#actionMap = createActionMap(snapshot.actionMapping, snapshot.actionRange);
    this.#action = new Float32Array(this.#distribution.actionWidth);
  }

  /**
   * The likeliest action for an observation, as the environment takes it. A box's array is reused by the next call.
   *
   * observation: [observationSize]. Throws ShapeError, naming both lengths, for another length or an array of arrays.
   */
  act(observation: ArrayLike<number>): Float32Array | number {
    this.#runNetwork(observation);
    this.#distribution.mode(this.#network.output, 0, paddedBatch(1), this.#action, 0);
    return this.#actionMap.toEnv(this.#action, 0);
  }

  createNoise(key: StreamKey): ActionNoise {
    return this.#distribution.createNoise(key);
  }

  /** A sampled action; the noise is the stream's for this step. Throws as `act` does. */
  sample(observation: ArrayLike<number>, noise: ActionNoise, step: number): Float32Array | number {
    this.#runNetwork(observation);
    this.#distribution.sample(this.#network.output, 0, paddedBatch(1), noise, step, this.#action, 0);
    return this.#actionMap.toEnv(this.#action, 0);
  }

  #runNetwork(observation: ArrayLike<number>): void {
    this.#checkObservation(observation);
    const batch = paddedBatch(1);
    normalize(observation, this.#moments, this.#clip, this.#network.input, 0, batch);
    this.#network.forward(batch);
  }

  #checkObservation(observation: ArrayLike<number>): void {
    const size = this.#observationSize;
    const isNested = typeof observation[0] === "object";
    if (observation.length === size && !isNested) return;
    const numbers = size === 1 ? "number" : "numbers";
    const got = isNested ? "an array of arrays: give one observation at a time" : observation.length;
    throw new ShapeError(`An observation of ${size} ${numbers} was expected, got ${got}.`);
  }
}
