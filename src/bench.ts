import { minibatchBounds } from "../agents/ppo/minibatches.js";
import { networkShape } from "../agents/ppo/policy-snapshot.js";
import { MatrixRate } from "./kernels/matrix-rate.js";
import { trainingFlops } from "./policy/network.js";
import { startBarePpo } from "./ppo-agent-node.js";
import { type PpoTrainConfig, resolveTrainConfig } from "./train-config.js";

/** A training to time: CleanRL's recipe with some keys changed. */
export interface BenchCase {
  readonly name: string;
  readonly flags: Readonly<Record<string, unknown>>;
}

/** What a case took, its first iteration (compilers, caches) left out. Speeds are env steps per second. */
export interface BenchResult {
  readonly name: string;
  readonly threads: number;
  readonly iterations: number;
  readonly training: number;
  /** Of the environments' own time alone; with several threads together. */
  readonly environments: number;
  /** Of the whole rollout: environments, policy, noise. */
  readonly rollout: number;
  readonly millisecondsPerMinibatch: number;
  /** Of the minibatches, the networks' products alone counted. */
  readonly gflops: number;
  /** What share that is of the kernels' bare product on one thread, measured in turns with it, times the learner's threads. */
  readonly matrixShare: number;
  /** Milliseconds of an iteration, by phase. */
  readonly phases: Readonly<Record<string, number>>;
}

/** After each iteration. */
const RATE_MILLISECONDS = 3;

const RECIPE = { num_steps: 2048, minibatch_size: 64 };

/** The sizes that people ask about: one env, several, no SIMD, a wide network with large minibatches. */
export function benchCases(env: string, cores: number): BenchCase[] {
  const one = { ...RECIPE, env, num_envs: 1, threads: 1 };
  const eight = { ...RECIPE, env, num_envs: 8, num_steps: 256 };
  const wide = { ...one, hidden_sizes: [256, 256], minibatch_size: 1024 };
  const counts = cores > 1 ? [1, 2] : [1];
  return [
    ...counts.map((threads) => ({ name: `1 env × 2048`, flags: { ...one, threads } })),
    ...counts.map((threads) => ({ name: `8 envs × 256`, flags: { ...eight, threads } })),
    { name: "1 env × 2048, scalar", flags: { ...one, device: "scalar" } },
    ...counts.map((threads) => ({ name: "256-256, minibatch 1024", flags: { ...wide, threads } })),
  ];
}

/** Trains a case for about so many seconds, at least one iteration beside the first. */
export async function runBenchCase({ name, flags }: BenchCase, seconds: number): Promise<BenchResult> {
  const { config } = resolveTrainConfig({ algorithm: "ppo", preset: "cleanrl", flags });
  const recipe = config as PpoTrainConfig;
  const rate = await MatrixRate.create(recipe.device);
  const { agent, threads, spaces } = await startBarePpo(recipe);
  const flops = trainingFlops(networkShape(recipe, spaces));
  const totals: Record<string, number> = {};
  let iterations = -1;
  let spent = 0;
  let minibatches = 0;
  try {
    for await (const iteration of agent.iterations) {
      rate.measure(RATE_MILLISECONDS);
      iterations += 1;
      if (iterations === 0) continue;
      spent += iteration.seconds;
      minibatches += iteration.metrics.minibatches;
      for (const [phase, of] of Object.entries(iteration.phases)) totals[phase] = (totals[phase] ?? 0) + of;
      if (spent >= seconds) break;
    }
  } finally {
    await agent.close();
  }
  const steps = iterations * recipe.num_envs * recipe.num_steps;
  const learning = totals["minibatches"]! + totals["optimizer"]!;
  const rows = recipe.num_envs * recipe.num_steps;
  const bounds = minibatchBounds(rows, recipe.minibatch_size, recipe.last_minibatch);
  const samples = bounds.reduce((sum, [start, end]) => sum + end - start, 0) * (minibatches / bounds.length);
  const gflops = (samples * flops) / totals["minibatches"]! / 1e9;
  return {
    name,
    threads: Math.max(threads.actors, threads.learner),
    iterations,
    training: steps / spent,
    environments: steps / totals["environments"]!,
    rollout: steps / (totals["environments"]! + totals["policy and rollout"]!),
    millisecondsPerMinibatch: (1000 * learning) / minibatches,
    gflops,
    matrixShare: gflops / (rate.gflops * threads.learner),
    phases: Object.fromEntries(
      Object.entries(totals).map(([phase, total]) => [phase, (1000 * total) / iterations]),
    ),
  };
}
