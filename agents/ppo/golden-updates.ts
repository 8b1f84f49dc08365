import { Arena } from "../../src/kernels/arena.js";
import type { Activation } from "../../src/kernels/kernels.js";
import { loadKernels } from "../../src/kernels/load.js";
import type { LayerLayout, ParameterLayout } from "../../src/policy/network.js";
import type { RolloutBuffer } from "../../src/rollout/rollout-buffer.js";
import type { Learner, LearnerConfig, LearnerFactory, MinibatchMetrics, UpdateMetrics } from "./learner.js";
import { learnerOptions } from "./learner-options.js";

/** A PPO update that an independent implementation made in float64: what went in, and what came out. */
export interface UpdateRecord {
  readonly name: string;
  readonly observation_size: number;
  readonly action_size: number;
  readonly hidden: number[];
  readonly activation: Activation;
  readonly steps: number;
  readonly envs: number;
  readonly config: Omit<LearnerConfig, "optimizer"> & {
    readonly optimizer: "adam" | "adan";
    readonly optimizer_event: "timestep_reset" | "restart" | null;
    readonly clip_coefficient: number;
    readonly entropy_coefficient: number;
    readonly learning_rates: readonly number[];
  };
  readonly parameters: NestedParameters;
  readonly iterations: readonly RecordedIteration[];
  readonly final_optimizer_state: Readonly<Record<string, number[] | number>>;
}

interface RecordedIteration {
  readonly rollout: {
    readonly observations: number[][][];
    readonly next_observations: number[][][];
    readonly actions: number[][][];
    readonly log_probs: number[][];
    readonly rewards: number[][];
    readonly terminated: number[][];
    readonly truncated: number[][];
  };
  readonly permutations: number[][];
  readonly expected: {
    readonly values: number[][];
    readonly next_values: number[][];
    readonly advantages: number[][];
    readonly returns: number[][];
    readonly minibatches: readonly Readonly<Record<string, number>>[];
    readonly parameters_after_epoch: readonly NestedParameters[];
    readonly stopped: { after_epoch?: number; before_minibatch?: number } | null;
    readonly return_moments_after?: { mean: number; var: number; count: number };
  };
}

interface NestedParameters {
  readonly actor: readonly NestedLayer[];
  readonly critic: readonly NestedLayer[];
  readonly log_std: readonly number[];
}

interface NestedLayer {
  readonly weight: number[][];
  readonly bias: number[];
}

/** How far a learner was from a record, at its farthest from what is allowed. */
export interface GoldenError {
  /** `parameters`, `advantages`, `loss`, `m`, … */
  readonly quantity: string;
  readonly error: number;
  /** What the record allows a float32 learner there; more is a failure, and so is an error of NaN. */
  readonly tolerance: number;
}

/** The records' own tolerances for a float32 learner. */
const PARAMETERS_ABSOLUTE = 2e-5;
const ESTIMATES_ABSOLUTE = 5e-6;
const METRIC_RELATIVE = 5e-5;
const METRIC_ABSOLUTE = 5e-6;
/** They give none for these; the moments are of returns in float32. */
const RETURN_MOMENTS_ABSOLUTE = 1e-5;
/** An iteration's metrics are means of what a minibatch's observer sees, in float64. */
const MEANS_RELATIVE = 1e-12;

const METRIC_NAMES = {
  loss: "loss",
  policyLoss: "policy_loss",
  valueLoss: "value_loss",
  entropy: "entropy",
  oldApproxKl: "old_approx_kl",
  approxKl: "approx_kl",
  clipFraction: "clip_fraction",
  gradientNorm: "gradient_norm",
} as const;

/**
 * Repeats a record's updates on a learner; the largest error of each quantity. Counts (epochs, minibatches, stops) are
 * quantities without tolerance.
 *
 * device: whose kernels the learner is given, "simd" or "scalar".
 */
export async function repeatUpdates(
  record: UpdateRecord,
  createLearner: LearnerFactory,
  device: string,
): Promise<GoldenError[]> {
  const { steps, envs, config } = record;
  const shape = {
    observationSize: record.observation_size,
    actionSize: record.action_size,
    hiddenSizes: record.hidden,
    activation: record.activation,
  };
  const arena = Arena.create();
  const kernels = await loadKernels(device, arena);
  const recipe = { ...config, optimizer: optimizerName(config) };
  const options = learnerOptions(
    kernels,
    arena,
    shape,
    { steps, envs, actionSize: shape.actionSize },
    recipe,
  );
  const { layout, parameters, buffer } = options;
  parameters.set(flat(record.parameters, layout));
  const learner = await createLearner(options);
  const errors = new GoldenErrors();
  try {
    for (const index of record.iterations.keys()) {
      await repeatIteration(record, index, learner, buffer, layout, errors);
    }
    const { optimizer } = (await learner.state()) as unknown as SavedLearner;
    for (const [slot, values] of Object.entries(optimizer.slots)) {
      const recorded = record.final_optimizer_state[slot] as number[];
      errors.compareAll(slot, reordered(values, layout), recorded, PARAMETERS_ABSOLUTE);
    }
  } finally {
    await learner.close();
  }
  return errors.list();
}

async function repeatIteration(
  { config, iterations }: UpdateRecord,
  index: number,
  learner: Learner,
  buffer: RolloutBuffer,
  layout: ParameterLayout,
  errors: GoldenErrors,
): Promise<void> {
  const { rollout, permutations, expected } = iterations[index]!;
  buffer.observations.set(rollout.observations.flat(2));
  buffer.finalObservations.set(rollout.next_observations.flat(2));
  buffer.lastObservations.set(rollout.next_observations.at(-1)!.flat());
  buffer.actions.set(rollout.actions.flat(2));
  buffer.logProbs.set(rollout.log_probs.flat());
  buffer.terminated.set(rollout.terminated.flat());
  buffer.truncated.set(rollout.truncated.flat());
  const minibatches: MinibatchMetrics[] = [];
  let epochs = 0;
  const metrics = await learner.update(
    { ...buffer, scaledRewards: Float64Array.from(rollout.rewards.flat()) },
    {
      iteration: index + 1,
      learningRate: config.learning_rates[index]!,
      clipCoefficient: config.clip_coefficient,
      entropyCoefficient: config.entropy_coefficient,
      shuffle: (epoch, out) => out.set(permutations[epoch]!),
      observer: {
        advantages(epoch, { values, nextValues, advantages, returns }) {
          if (epoch > 0) return;
          errors.compareAll("values", values, expected.values.flat(), ESTIMATES_ABSOLUTE);
          errors.compareAll("next values", nextValues, expected.next_values.flat(), ESTIMATES_ABSOLUTE);
          errors.compareAll("advantages", advantages, expected.advantages.flat(), ESTIMATES_ABSOLUTE);
          errors.compareAll("returns", returns, expected.returns.flat(), ESTIMATES_ABSOLUTE);
        },
        minibatch: (_epoch, minibatch) => minibatches.push(minibatch),
        epoch(epoch, current) {
          const after = expected.parameters_after_epoch[epoch];
          epochs += 1;
          if (after === undefined) return;
          errors.compareAll("parameters", current, flat(after, layout), PARAMETERS_ABSOLUTE);
        },
      },
    },
  );
  errors.compare("epochs", epochs, expected.parameters_after_epoch.length, 0);
  errors.compare("stops", Number(metrics.stoppedByKl), Number(expected.stopped !== null), 0);
  compareMetrics(errors, minibatches, expected.minibatches, metrics);
  if (expected.return_moments_after === undefined) return;
  const { return_moments: moments } = (await learner.state()) as unknown as SavedLearner;
  const { mean, var: variance, count } = expected.return_moments_after;
  errors.compare("return mean", moments.mean[0]!, mean, RETURN_MOMENTS_ABSOLUTE);
  errors.compare("return variance", moments.variance[0]!, variance, RETURN_MOMENTS_ABSOLUTE);
  errors.compare("return count", moments.count, count, 0);
}

function compareMetrics(
  errors: GoldenErrors,
  actual: readonly MinibatchMetrics[],
  expected: readonly Readonly<Record<string, number>>[],
  means: UpdateMetrics,
): void {
  errors.compare("minibatches", actual.length, expected.length, 0);
  for (const [ours, theirs] of Object.entries(METRIC_NAMES) as [keyof typeof METRIC_NAMES, string][]) {
    actual.forEach((metrics, i) => {
      const value = expected[i]?.[theirs] ?? Number.NaN;
      const tolerance = Math.max(METRIC_RELATIVE * Math.abs(value), METRIC_ABSOLUTE);
      errors.compare(theirs, metrics[ours], value, tolerance);
    });
    const mean = actual.reduce((sum, metrics) => sum + metrics[ours], 0) / actual.length;
    errors.compare(`mean ${theirs}`, means[ours], mean, MEANS_RELATIVE * Math.max(1, Math.abs(mean)));
  }
}

interface SavedLearner {
  readonly optimizer: { readonly slots: Readonly<Record<string, Float32Array>> };
  readonly return_moments: { readonly mean: Float64Array; readonly variance: Float64Array; count: number };
}

/** Keeps each quantity's worst. */
class GoldenErrors {
  readonly #worst = new Map<string, GoldenError>();

  compare(quantity: string, actual: number, expected: number, tolerance: number): void {
    const error = Math.abs(actual - expected);
    const worst = this.#worst.get(quantity);
    if (worst !== undefined && excess(worst) >= excess({ quantity, error, tolerance })) return;
    this.#worst.set(quantity, { quantity, error, tolerance });
  }

  compareAll(
    quantity: string,
    actual: ArrayLike<number>,
    expected: ArrayLike<number>,
    tolerance: number,
  ): void {
    this.compare(`length of ${quantity}`, actual.length, expected.length, 0);
    for (let i = 0; i < expected.length; i++) this.compare(quantity, actual[i]!, expected[i]!, tolerance);
  }

  list(): GoldenError[] {
    return [...this.#worst.values()];
  }
}

/** How many times what is allowed; NaN is beyond everything. */
function excess({ error, tolerance }: GoldenError): number {
  if (Number.isNaN(error)) return Number.POSITIVE_INFINITY;
  return error === 0 ? 0 : error / tolerance;
}

function optimizerName(config: UpdateRecord["config"]): string {
  if (config.optimizer_event === "timestep_reset") return "adam-rel";
  return config.optimizer_event === "restart" ? "adan-restart" : config.optimizer;
}

/** The record's nested parameters in our flat order. */
function flat(parameters: NestedParameters, layout: ParameterLayout): Float32Array {
  const result = new Float32Array(layout.size);
  const fill = (layers: readonly NestedLayer[], places: readonly LayerLayout[]) => {
    layers.forEach((layer, i) => {
      result.set(layer.weight.flat(), places[i]!.weight);
      result.set(layer.bias, places[i]!.bias);
    });
  };
  fill(parameters.actor, layout.actor);
  fill(parameters.critic, layout.critic);
  result.set(parameters.log_std, layout.logStd);
  return result;
}

/** Our flat order (actor, log-std, critic) in the record's (actor, critic, log-std). */
function reordered(values: Float32Array, layout: ParameterLayout): number[] {
  return [
    ...values.subarray(0, layout.logStd),
    ...values.subarray(layout.criticStart),
    ...values.subarray(layout.logStd, layout.criticStart),
  ];
}
