import type { StateTree } from "../../envs/api/state.js";
import type { Arena } from "../../src/kernels/arena.js";
import type { Kernels } from "../../src/kernels/kernels.js";
import type { PhaseClock } from "../../src/phase-clock.js";
import type { NetworkShape, ParameterLayout } from "../../src/policy/network.js";
import type { RolloutBuffer } from "../../src/rollout/rollout-buffer.js";
import type { PpoConfig } from "./config.js";

/** A rollout as the learner takes it: the buffer, with the rewards scaled and clipped by the recipe. */
export interface Rollout extends RolloutBuffer {
  /** [steps, envs]: what the advantages are computed from. */
  readonly scaledRewards: Float64Array;
}

/** What one iteration's update depends on besides the rollout. */
export interface UpdatePlan {
  /** Counts from 1. */
  readonly iteration: number;
  readonly learningRate: number;
  readonly clipCoefficient: number;
  readonly entropyCoefficient: number;
  /** Fills `out` with a permutation of the rollout's flat indices (step·envs + env) for this epoch. */
  shuffle(epoch: number, out: Int32Array): void;
  readonly observer?: UpdateObserver;
  /** Told which phase of the update begins. */
  readonly clock?: PhaseClock;
}

/** Watches an update from inside: tests and studies of the mechanism. Arrays are live, copy what you keep. */
export interface UpdateObserver {
  advantages?(epoch: number, estimates: AdvantageEstimates): void;
  minibatch?(epoch: number, metrics: MinibatchMetrics): void;
  epoch?(epoch: number, parameters: Float32Array): void;
}

/** All [steps, envs]. `values`, `nextValues`: the critic's raw outputs; `returns`: what it is fitted to. */
export interface AdvantageEstimates {
  readonly values: Float32Array;
  readonly nextValues: Float32Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
}

/** Of one minibatch before its step; `gradientNorm` before clipping. */
export interface MinibatchMetrics {
  readonly loss: number;
  readonly policyLoss: number;
  readonly valueLoss: number;
  readonly entropy: number;
  /** mean(-log ratio), the plain estimator. */
  readonly oldApproxKl: number;
  /** mean(ratio - 1 - log ratio), Schulman's k3. */
  readonly approxKl: number;
  readonly clipFraction: number;
  readonly gradientNorm: number;
  readonly clipFactor: number;
}

/** One iteration's update: means over its minibatches, and what only exists once. */
export interface UpdateMetrics extends MinibatchMetrics {
  readonly minibatches: number;
  /** Epochs begun; fewer than planned when the KL stop acted. */
  readonly epochs: number;
  readonly stoppedByKl: boolean;
  readonly explainedVariance: number;
  /** Euclidean norm of the parameters' change over the iteration. */
  readonly updateNorm: number;
  /** Norms of the optimizer's slots after the iteration, by slot name. */
  readonly slotNorms: Readonly<Record<string, number>>;
}

/** Owns weights, optimizer and advantages; one `update` is one PPO iteration: all epochs, all minibatches. */
export interface Learner {
  /** Throws NonFiniteError at the first minibatch whose loss, gradient or new weights hold a number that is not finite. */
  update(rollout: Rollout, plan: UpdatePlan): Promise<UpdateMetrics>;
  state(): Promise<StateTree>;
  restore(state: StateTree): Promise<void>;
  /** Gives back threads. */
  close(): Promise<void>;
}

/** The keys of the recipe that a learner reads. */
export type LearnerConfig = Pick<
  PpoConfig,
  | "gamma"
  | "gae_lambda"
  | "bootstrap_truncated"
  | "value_target_scaling"
  | "value_clip_range"
  | "value_coefficient"
  | "max_grad_norm"
  | "normalize_advantages"
  | "recompute_advantages"
  | "epochs"
  | "minibatch_size"
  | "last_minibatch"
  | "kl_stop"
  | "target_kl"
  | "optimizer"
  | "optimizer_options"
>;

/** What a learner is made for. */
export interface LearnerOptions {
  /** Those of the actors, on `arena`. */
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly shape: NetworkShape;
  readonly layout: ParameterLayout;
  /** In the arena as region "parameters", laid out by `layout`: what the actors read, and what each update leaves its weights in. */
  readonly parameters: Float32Array;
  readonly buffer: RolloutBuffer;
  readonly config: LearnerConfig;
}

/** Makes a learner on one device. Throws RlAdanError when it won't fit there. */
export type LearnerFactory = (options: LearnerOptions) => Promise<Learner>;
