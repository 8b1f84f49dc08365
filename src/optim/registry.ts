import { didYouMean, UsageError } from "../errors.js";
import { createAdam } from "./adam.js";
import { createAdan } from "./adan.js";
import type { Optimizer, OptimizerContext, OptimizerOptions } from "./optimizer.js";

/** A named optimizer: how to build it, and the learning rate that suits it (Adan's does not suit Adam). */
export interface OptimizerEntry {
  /** A number, or a schedule expression of `progress` and `step`. */
  readonly learningRate: number | string;
  readonly create: (context: OptimizerContext, options: OptimizerOptions) => Optimizer;
}

/** PPO's usual Adam: CleanRL's and Stable-Baselines3's eps, the rate that most recipes share. */
const ADAM_EPS = 1e-5;
const ADAM_RATE = "3e-4 * (1 - progress)";
const ADAN_RATE = "5e-4 * (1 - progress)";

const entries = new Map<string, OptimizerEntry>([
  ["adan", { learningRate: ADAN_RATE, create: (context, options) => createAdan("adan", context, options) }],
  [
    "adan-restart",
    {
      learningRate: ADAN_RATE,
      create: (context, options) =>
        createAdan("adan-restart", context, options, { restartEachIteration: true }),
    },
  ],
  [
    "adam",
    {
      learningRate: ADAM_RATE,
      create: (context, options) => createAdam("adam", context, { eps: ADAM_EPS, ...options }),
    },
  ],
  [
    "adamw",
    {
      learningRate: ADAM_RATE,
      create: (context, options) =>
        createAdam("adamw", context, { eps: ADAM_EPS, weight_decay: 0.01, ...options }),
    },
  ],
  [
    "adam-rel",
    {
      learningRate: ADAM_RATE,
      create: (context, options) =>
        createAdam("adam-rel", context, { eps: ADAM_EPS, ...options }, { resetCounterEachIteration: true }),
    },
  ],
  [
    "adam-matched",
    {
      learningRate: ADAM_RATE,
      create: (context, options) =>
        createAdam("adam-matched", context, { eps: ADAM_EPS, betas: [0.98, 0.99], ...options }),
    },
  ],
]);

/** Adds an optimizer of your own under a name that `--optimizer` and configs then accept. */
export function registerOptimizer(name: string, entry: OptimizerEntry): void {
  if (entries.has(name)) throw new UsageError("optimizer-exists", `An optimizer "${name}" exists already.`);
  entries.set(name, entry);
}

/** Every name that `--optimizer` accepts. */
export function optimizerNames(): string[] {
  return [...entries.keys()];
}

/** The learning rate that an optimizer takes when none is given. Throws UsageError for an unknown name. */
export function defaultLearningRate(name: string): number | string {
  return entry(name).learningRate;
}

/** Builds a registered optimizer. Throws UsageError for an unknown name or option. */
export function createOptimizer(
  name: string,
  context: OptimizerContext,
  options: OptimizerOptions = {},
): Optimizer {
  return entry(name).create(context, options);
}

function entry(name: string): OptimizerEntry {
  const found = entries.get(name);
  if (found !== undefined) return found;
  const names = optimizerNames();
  throw new UsageError(
    "optimizer-unknown",
    `There is no optimizer "${name}"; there are ${names.join(", ")}.${didYouMean(name, names)}`,
  );
}
