import type {
  Learner,
  LearnerConfig,
  LearnerFactory,
  UpdateMetrics,
  UpdatePlan,
} from "../../agents/ppo/learner.js";
import { learnerOptions } from "../../agents/ppo/learner-options.js";
import { Arena } from "../../src/kernels/arena.js";
import { loadKernels } from "../../src/kernels/load.js";
import { createDistribution } from "../../src/policy/create-distribution.js";
import type { NetworkShape } from "../../src/policy/network.js";
import { NormalStream, permutation, streamKey } from "../../src/random/index.js";
import type { RolloutBuffer } from "../../src/rollout/rollout-buffer.js";

/** A learner with a rollout made of normal numbers, by itself. */
export interface LearnerBench {
  readonly learner: Learner;
  readonly arena: Arena;
  readonly parameters: Float32Array;
  readonly buffer: RolloutBuffer;
  readonly scaledRewards: Float64Array;
  update(iteration: number, plan?: Partial<UpdatePlan>): Promise<UpdateMetrics>;
}

const CONFIG: LearnerConfig = {
  gamma: 0.99,
  gae_lambda: 0.95,
  bootstrap_truncated: true,
  value_target_scaling: "none",
  value_clip_range: null,
  value_coefficient: 0.5,
  max_grad_norm: 0.5,
  normalize_advantages: true,
  recompute_advantages: false,
  epochs: 2,
  minibatch_size: 32,
  last_minibatch: "keep",
  kl_stop: null,
  target_kl: null,
  optimizer: "adan",
  optimizer_options: {},
};

export const BENCH_SHAPE: NetworkShape = {
  observationSize: 5,
  actionSize: 2,
  hiddenSizes: [16, 16],
  activation: "tanh",
};

export async function learnerBench(
  createLearner: LearnerFactory,
  options: {
    readonly shape?: NetworkShape;
    readonly steps?: number;
    readonly envs?: number;
    readonly config?: Partial<LearnerConfig>;
  } = {},
): Promise<LearnerBench> {
  const { shape = BENCH_SHAPE, steps = 32, envs = 4, config } = options;
  const arena = Arena.create();
  const kernels = await loadKernels("simd", arena);
  const { actionWidth: actionSize } = createDistribution(shape);
  const made = learnerOptions(kernels, arena, shape, { steps, envs, actionSize }, { ...CONFIG, ...config });
  const { layout, parameters, buffer } = made;
  const rows = steps * envs;
  parameters.set(normals("parameters", layout.size, 0.4 / Math.sqrt(Math.max(...shape.hiddenSizes))));
  for (const name of ["observations", "finalObservations", "lastObservations", "actions"] as const) {
    buffer[name].set(normals(name, buffer[name].length));
  }
  if (shape.actions === "categorical") {
    buffer.actions.set(buffer.actions.map((_, row) => row % shape.actionSize));
  }
  // Near the log-probs that the weights give, so that not every ratio is clipped.
  buffer.logProbs.set(normals("log-probs", rows, 0.1).map((noise) => noise - 3));
  for (let row = 7; row < rows; row += 23) buffer.terminated[row] = 1;
  for (let row = 11; row < rows; row += 29) buffer.truncated[row] = 1;
  const scaledRewards = Float64Array.from(normals("rewards", rows));
  const learner = await createLearner(made);
  return {
    learner,
    arena,
    parameters,
    buffer,
    scaledRewards,
    update: (iteration, plan) =>
      learner.update(
        { ...buffer, scaledRewards },
        {
          iteration,
          learningRate: 1e-3,
          clipCoefficient: 0.2,
          entropyCoefficient: 0.01,
          shuffle: (epoch, out) => permutation(streamKey(1, "shuffle"), iteration, epoch, out),
          ...plan,
        },
      ),
  };
}

/** From now on the rollout's first steps, so many, are the last ones of their episodes, and no others. */
export function endEpisodes({ buffer }: Pick<LearnerBench, "buffer">, count: number): void {
  buffer.truncated.fill(0);
  buffer.terminated.fill(0).fill(1, 0, count);
}

/** They repeat after so many, a prime: more would take a test its time. */
const DRAWN = 65_521;

function normals(name: string, length: number, deviation = 1): Float32Array {
  const drawn = new Float64Array(Math.min(length, DRAWN));
  new NormalStream(streamKey(1, name)).fill(0, drawn);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = drawn[i % DRAWN]! * deviation;
  return values;
}
