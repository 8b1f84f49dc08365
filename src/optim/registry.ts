import { didYouMean, UsageError } from "../errors.js";
import { createAdam, createNadam } from "./adam.js";
import { type AdanEvent, createAdan } from "./adan.js";
import type { Optimizer, OptimizerContext, OptimizerOptions } from "./optimizer.js";

/** A named optimizer: how to build it, and the learning rate that suits it (Adan's does not suit Adam). */
export interface OptimizerEntry {
  /** A number, or a schedule expression of `progress` and `step`. */
  readonly learningRate: number | string;
  readonly create: (context: OptimizerContext, options: OptimizerOptions) => Optimizer;
}

/** A built-in optimizer as data, for whoever computes its formulas elsewhere than in our kernels. */
export type OptimizerMethod = (
  | { readonly rule: "adan"; readonly atIteration: AdanEvent }
  | { readonly rule: "adam"; readonly atIteration: "keep" | "reset-counter" }
) & {
  /** Where they differ from the rule's own defaults. */
  readonly options: OptimizerOptions;
};

/** PPO's usual Adam: CleanRL's and Stable-Baselines3's eps, the rate that most recipes share. */
const ADAM_EPS = 1e-5;
const LEARNING_RATES = { adan: "5e-4 * (1 - progress)", adam: "3e-4 * (1 - progress)" } as const;

const methods = new Map<string, OptimizerMethod>([
  ["adan", { rule: "adan", options: {}, atIteration: "keep" }],
  ["adan-restart", { rule: "adan", options: {}, atIteration: "restart" }],
  ["adan-forget", { rule: "adan", options: {}, atIteration: "forget-gradient" }],
  ["adam", { rule: "adam", options: { eps: ADAM_EPS }, atIteration: "keep" }],
  ["adamw", { rule: "adam", options: { eps: ADAM_EPS, weight_decay: 0.01 }, atIteration: "keep" }],
  ["adam-rel", { rule: "adam", options: { eps: ADAM_EPS }, atIteration: "reset-counter" }],
  ["adam-matched", { rule: "adam", options: { eps: ADAM_EPS, betas: [0.98, 0.99] }, atIteration: "keep" }],
]);

const entries = new Map<string, OptimizerEntry>([
  ...[...methods].map(([name, method]): [string, OptimizerEntry] => [
    name,
    {
      learningRate: LEARNING_RATES[method.rule],
      create: (context, options) => createOnKernels(name, method, context, options),
    },
  ]),
  // On our kernels alone: an arm of comparisons, not one to train on a GPU with.
  [
    "nadam",
    {
      learningRate: LEARNING_RATES.adam,
      create: (context, options) => createNadam("nadam", context, { eps: ADAM_EPS, ...options }),
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

/** The optimizer of that name as data; undefined for NAdam and a user's own. Throws UsageError for an unknown name. */
export function optimizerMethod(name: string): OptimizerMethod | undefined {
  entry(name);
  return methods.get(name);
}

/** The same for a device that isn't our own kernels. Throws UsageError for an optimizer that steps in our own memory only. */
export function methodOn(device: string, name: string): OptimizerMethod {
  const method = optimizerMethod(name);
  if (method !== undefined) return method;
  throw new UsageError(
    "optimizer-device",
    `Optimizer "${name}" steps in our own memory, not on device ${device}, which has ` +
      `${[...methods.keys()].join(", ")}; choose one of these, or device simd.`,
  );
}

function createOnKernels(
  name: string,
  method: OptimizerMethod,
  context: OptimizerContext,
  given: OptimizerOptions,
): Optimizer {
  const options = { ...method.options, ...given };
  return method.rule === "adan"
    ? createAdan(name, context, options, { eachIteration: method.atIteration })
    : createAdam(name, context, options, {
        resetCounterEachIteration: method.atIteration === "reset-counter",
      });
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
