import { defaultLearningRate, optimizerNames } from "../optim/registry.js";
import type { ConfigEntry, ConfigLayer } from "./layer.js";
import { throwProblems } from "./validate.js";

/**
 * Layers of a config laid over one another; the last one to name a key wins. Two things follow from what a user asks
 * for, because they belong together:
 *
 * - `optimizer`, when it is another one than below, brings its own learning rate and options, unless the same layer or
 *   a later one gives them: what suits one optimizer does not suit another;
 * - `num_envs` without `num_steps` in the same layer divides the rollout of the layers below (8 × 256 → 1 × 2,048).
 */
export class ConfigLayers {
  readonly entries = new Map<string, ConfigEntry>();
  /** What followed, one sentence each. */
  readonly notes: string[] = [];

  /** Adds a layer as it is. Its keys move to the end, so that problems are told in the order of asking. */
  add(layer: ConfigLayer): void {
    for (const [key, entry] of layer) {
      const below = this.#below(key);
      this.entries.delete(key);
      const isMapping = typeof below === "object" && below !== null && !Array.isArray(below);
      this.entries.set(
        key,
        entry.isPart && isMapping ? { ...entry, value: { ...below, ...(entry.value as object) } } : entry,
      );
    }
  }

  /** Adds a layer that the user asked for, and what follows from it. Throws UsageError for a rollout that does not divide. */
  addAsked(layer: ConfigLayer): void {
    this.#takeOptimizersOwn(layer);
    this.#divideRollout(layer);
    this.add(layer);
  }

  #takeOptimizersOwn(layer: ConfigLayer): void {
    const optimizer = layer.get("optimizer")?.value;
    if (typeof optimizer !== "string" || optimizer === this.#below("optimizer")) return;
    if (!optimizerNames().includes(optimizer)) return;
    this.entries.set("optimizer_options", {
      value: {},
      subject: `the default optimizer_options of ${optimizer}`,
    });
    if (layer.has("learning_rate")) return;
    const rate = defaultLearningRate(optimizer);
    this.entries.set("learning_rate", { value: rate, subject: `the default learning_rate of ${optimizer}` });
    this.notes.push(`learning_rate is ${rate}, the default of ${optimizer}.`);
  }

  #divideRollout(layer: ConfigLayer): void {
    const asked = layer.get("num_envs");
    const [envs, envsBelow, stepsBelow] = [asked?.value, this.#below("num_envs"), this.#below("num_steps")];
    if (asked === undefined || layer.has("num_steps") || envs === envsBelow) return;
    // Anything but whole numbers is left to the fields, which say what is wrong with it.
    if (!isPositiveInteger(envs) || !isPositiveInteger(envsBelow) || !isPositiveInteger(stepsBelow)) return;
    const rollout = envsBelow * stepsBelow;
    if (rollout % envs !== 0) {
      throwProblems([
        `${asked.subject} is ${envs}, which does not divide the rollout of ${rollout} steps ` +
          `(${envsBelow} × ${stepsBelow}); give num_steps too, or a number of environments that divides it.`,
      ]);
    }
    this.entries.set("num_steps", { value: rollout / envs, subject: `${asked.subject}: num_steps` });
    this.notes.push(
      `num_steps is ${rollout / envs}, which keeps the rollout of ${rollout} steps (${envsBelow} × ${stepsBelow}).`,
    );
  }

  #below(key: string): unknown {
    return this.entries.get(key)?.value;
  }
}

function isPositiveInteger(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
