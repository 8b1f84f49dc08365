import { describe, expect, it } from "vitest";
import { KernelLearner } from "../../../agents/ppo/kernel-learner.js";
import type { LearnerConfig, MinibatchMetrics, UpdateMetrics } from "../../../agents/ppo/learner.js";
import { Arena } from "../../../src/kernels/arena.js";
import type { Activation } from "../../../src/kernels/kernels.js";
import { loadKernels } from "../../../src/kernels/load.js";
import { type LayerLayout, type ParameterLayout, parameterLayout } from "../../../src/policy/network.js";
import { createRolloutBuffer } from "../../../src/rollout/rollout-buffer.js";
import { readFixtures } from "../../support/fixtures.js";
import { KERNEL_VARIANTS } from "../../support/kernels.js";

interface Layer {
  weight: number[][];
  bias: number[];
}

interface Parameters {
  actor: Layer[];
  critic: Layer[];
  log_std: number[];
}

interface Iteration {
  rollout: {
    observations: number[][][];
    next_observations: number[][][];
    actions: number[][][];
    log_probs: number[][];
    rewards: number[][];
    terminated: number[][];
    truncated: number[][];
  };
  permutations: number[][];
  expected: {
    values: number[][];
    next_values: number[][];
    advantages: number[][];
    returns: number[][];
    minibatches: Record<string, number>[];
    parameters_after_epoch: Parameters[];
    stopped: { after_epoch?: number; before_minibatch?: number } | null;
    return_moments_after?: { mean: number; var: number; count: number };
  };
}

interface UpdateRecord {
  name: string;
  observation_size: number;
  action_size: number;
  hidden: number[];
  activation: Activation;
  steps: number;
  envs: number;
  config: Omit<LearnerConfig, "optimizer"> & {
    optimizer: "adam" | "adan";
    optimizer_event: "timestep_reset" | "restart" | null;
    clip_coefficient: number;
    entropy_coefficient: number;
    learning_rates: number[];
  };
  parameters: Parameters;
  iterations: Iteration[];
  final_optimizer_state: Record<string, number[] | number>;
}

/** The fixture's own tolerances for a float32 learner. */
const PARAMETERS_ABSOLUTE = 2e-5;
const ESTIMATES_ABSOLUTE = 5e-6;
const METRIC_RELATIVE = 5e-5;
const METRIC_ABSOLUTE = 5e-6;

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

const records = readFixtures<{ records: UpdateRecord[] }>("ppo-update").flatMap(({ data }) => data.records);

describe("the learner repeats whole PPO iterations of an independent implementation", () => {
  for (const device of KERNEL_VARIANTS) {
    it.each(records)(`$name (${device})`, async (record) => {
      await repeat(record, device);
    });
  }

  it("checks every kind of record there is", () => {
    expect(records.length).toBeGreaterThanOrEqual(11);
  });
});

async function repeat(record: UpdateRecord, device: string): Promise<void> {
  const { steps, envs, config } = record;
  const shape = {
    observationSize: record.observation_size,
    actionSize: record.action_size,
    hiddenSizes: record.hidden,
    activation: record.activation,
  };
  const layout = parameterLayout(shape);
  const arena = Arena.create();
  const kernels = await loadKernels(device, arena);
  const parameters = arena.allocate("parameters", "f32", layout.size);
  parameters.set(flat(record.parameters, layout));
  const buffer = createRolloutBuffer(arena, { steps, envs, ...shape });
  const learner = await KernelLearner.create(
    {
      kernels,
      arena,
      shape,
      layout,
      parameters,
      buffer,
      config: { ...config, optimizer: optimizerName(config) },
    },
    { device },
  );
  const scaledRewards = new Float64Array(steps * envs);

  for (const [index, { rollout, permutations, expected }] of record.iterations.entries()) {
    buffer.observations.set(rollout.observations.flat(2));
    buffer.finalObservations.set(rollout.next_observations.flat(2));
    buffer.lastObservations.set(rollout.next_observations.at(-1)!.flat());
    buffer.actions.set(rollout.actions.flat(2));
    buffer.logProbs.set(rollout.log_probs.flat());
    scaledRewards.set(rollout.rewards.flat());
    buffer.terminated.set(rollout.terminated.flat());
    buffer.truncated.set(rollout.truncated.flat());
    const minibatches: MinibatchMetrics[] = [];
    let epochsSeen = 0;
    const metrics = await learner.update(
      { ...buffer, scaledRewards },
      {
        iteration: index + 1,
        learningRate: config.learning_rates[index]!,
        clipCoefficient: config.clip_coefficient,
        entropyCoefficient: config.entropy_coefficient,
        shuffle: (epoch, out) => out.set(permutations[epoch]!),
        observer: {
          advantages(epoch, estimates) {
            if (epoch > 0) return;
            expectClose(estimates.values, expected.values.flat(), ESTIMATES_ABSOLUTE, "values");
            expectClose(estimates.nextValues, expected.next_values.flat(), ESTIMATES_ABSOLUTE, "next values");
            expectClose(estimates.advantages, expected.advantages.flat(), ESTIMATES_ABSOLUTE, "advantages");
            expectClose(estimates.returns, expected.returns.flat(), ESTIMATES_ABSOLUTE, "returns");
          },
          minibatch: (_epoch, minibatch) => minibatches.push(minibatch),
          epoch(epoch, current) {
            const after = flat(expected.parameters_after_epoch[epoch]!, layout);
            expectClose(current, after, PARAMETERS_ABSOLUTE, `parameters after epoch ${epoch}`);
            epochsSeen += 1;
          },
        },
      },
    );
    expect(epochsSeen).toBe(expected.parameters_after_epoch.length);
    expect(metrics.stoppedByKl).toBe(expected.stopped !== null);
    expectMetrics(minibatches, expected.minibatches, metrics);
    if (expected.return_moments_after !== undefined)
      await expectReturnMoments(learner, expected.return_moments_after);
  }
  for (const [slot, values] of Object.entries(learner.optimizer.slots())) {
    const recorded = record.final_optimizer_state[slot] as number[];
    expectClose(reordered(values as Float32Array, layout), recorded, PARAMETERS_ABSOLUTE, slot);
  }
}

function optimizerName(config: UpdateRecord["config"]): string {
  if (config.optimizer_event === "timestep_reset") return "adam-rel";
  return config.optimizer_event === "restart" ? "adan-restart" : config.optimizer;
}

/** The record's nested parameters in our flat order. */
function flat(parameters: Parameters, layout: ParameterLayout): Float32Array {
  const result = new Float32Array(layout.size);
  const fill = (layers: Layer[], places: readonly LayerLayout[]) => {
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

function expectMetrics(
  actual: MinibatchMetrics[],
  expected: Record<string, number>[],
  means: UpdateMetrics,
): void {
  expect(actual.length).toBe(expected.length);
  for (const [ours, theirs] of Object.entries(METRIC_NAMES) as [keyof typeof METRIC_NAMES, string][]) {
    expected.forEach((metrics, i) => {
      const value = metrics[theirs]!;
      const allowed = Math.max(METRIC_RELATIVE * Math.abs(value), METRIC_ABSOLUTE);
      expect(Math.abs(actual[i]![ours] - value), `${theirs} of minibatch ${i}`).toBeLessThanOrEqual(allowed);
    });
    const mean = actual.reduce((sum, metrics) => sum + metrics[ours], 0) / actual.length;
    expect(means[ours]).toBeCloseTo(mean, 12);
  }
}

async function expectReturnMoments(
  learner: KernelLearner,
  expected: { mean: number; var: number; count: number },
): Promise<void> {
  const { return_moments } = (await learner.state()) as unknown as {
    return_moments: { mean: Float64Array; variance: Float64Array; count: number };
  };
  expect(Math.abs(return_moments.mean[0]! - expected.mean)).toBeLessThan(1e-5);
  expect(Math.abs(return_moments.variance[0]! - expected.var)).toBeLessThan(1e-5);
  expect(return_moments.count).toBe(expected.count);
}

function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(
      Math.abs(actual[i]! - expected[i]!),
      `${what}[${i}]: ${actual[i]} vs ${expected[i]}`,
    ).toBeLessThanOrEqual(tolerance);
  }
}
