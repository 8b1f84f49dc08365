import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ppoConfigShape } from "../../agents/ppo/config.js";
import { loadPreset, presetNames } from "../../src/config/presets-node.js";
import { resolveTrainConfig } from "../../src/train-config.js";

const configs = new URL("../../configs/", import.meta.url);

/** Resolves a preset as `--preset NAME --env ENV` does; environments that are not registered yet included. */
function resolve(preset: string, env: string) {
  return resolveTrainConfig({
    algorithm: "ppo",
    preset,
    flags: { env },
    resolveEnvId: (name) => `${name}-v5`,
  });
}

function recipe(preset: string, env = "HalfCheetah"): Record<string, unknown> {
  const { config } = resolve(preset, env);
  return Object.fromEntries(Object.entries(config).filter(([key]) => Object.hasOwn(ppoConfigShape, key)));
}

/** Which test reads the files of each folder. */
const READ_BY = {
  mujoco: "test/cli/own-model.test.ts",
  ppo: "this file",
  studies: "test/study/study.test.ts",
  sweeps: "test/configs/sweeps.test.ts",
  verify: "test/cli/verify.test.ts, test/agents/ppo/update-golden.test.ts",
};

test("configs holds no folder that no test reads", () => {
  expect(readdirSync(configs).sort()).toEqual(Object.keys(READ_BY));
});

describe("every file in configs/ppo", () => {
  test("is a preset that can be named", () => {
    const files = readdirSync(new URL("ppo/", configs)).sort();
    expect(files).toEqual(presetNames().map((name) => `${name}.yaml`));
    expect(presetNames()).toEqual(["cleanrl", "default", "tianshou", "zoo"]);
  });

  test.each(presetNames())("%s sets every key of the recipe, and describes itself", (name) => {
    const preset = loadPreset(name);
    expect([...preset.config.keys()].sort()).toEqual(Object.keys(ppoConfigShape).sort());
    expect(preset.description).toMatch(/\w.*\.$/);
  });

  test.each(presetNames())("%s resolves for each of its environments", (name) => {
    const { environments, onlyListedEnvironments } = loadPreset(name);
    const listed = [...environments.keys(), ...(onlyListedEnvironments ? [] : ["HalfCheetah", "Pendulum"])];
    for (const env of listed) expect(resolve(name, env).config.env).toBe(`${env}-v5`);
  });
});

/** What all three projects share. */
const SHARED = {
  minibatch_size: 64,
  epochs: 10,
  gamma: 0.99,
  gae_lambda: 0.95,
  clip_coefficient: 0.2,
  entropy_coefficient: 0,
  max_grad_norm: 0.5,
  target_kl: null,
  kl_stop: null,
  optimizer: "adam",
  observation_moments: "per_step",
  observation_clip: 10,
  activation: "tanh",
  hidden_sizes: [64, 64],
  init: "orthogonal",
};

describe("the presets, against what was read in the projects' sources", () => {
  test("cleanrl", () => {
    expect(recipe("cleanrl")).toEqual({
      ...SHARED,
      num_envs: 1,
      num_steps: 2048,
      last_minibatch: "keep",
      value_clip_range: 0.2,
      value_coefficient: 0.5,
      normalize_advantages: true,
      recompute_advantages: false,
      bootstrap_truncated: false,
      value_target_scaling: "none",
      learning_rate: "3e-4 * (1 - progress)",
      optimizer_options: { eps: 1e-5 },
      reward_scaling: "cleared_on_termination",
      reward_clip: 10,
      action_mapping: "clip",
      initial_log_std: 0,
      policy_gain: 0.01,
      value_gain: 1,
    });
  });

  test("tianshou", () => {
    expect(recipe("tianshou")).toEqual({
      ...SHARED,
      num_envs: 8,
      num_steps: 256,
      last_minibatch: "merge",
      value_clip_range: null,
      value_coefficient: 0.5,
      normalize_advantages: false,
      recompute_advantages: true,
      bootstrap_truncated: true,
      value_target_scaling: "return_std",
      learning_rate: "3e-4 * max(0, 1 - step / 3.072e6)",
      optimizer_options: { eps: 1e-8 },
      reward_scaling: "none",
      reward_clip: null,
      action_mapping: "rescale",
      initial_log_std: -0.5,
      policy_gain: 0.01 * Math.SQRT2,
      value_gain: Math.SQRT2,
    });
  });

  const zoo = {
    ...SHARED,
    num_envs: 1,
    num_steps: 2048,
    last_minibatch: "keep",
    value_clip_range: null,
    value_coefficient: 1,
    normalize_advantages: true,
    recompute_advantages: false,
    bootstrap_truncated: true,
    value_target_scaling: "none",
    learning_rate: 3e-4,
    optimizer_options: { eps: 1e-5 },
    reward_scaling: "cleared_on_done",
    reward_clip: 10,
    action_mapping: "clip",
    initial_log_std: 0,
    policy_gain: 0.01,
    value_gain: 1,
  };

  test("zoo: Stable-Baselines3's defaults where the zoo says nothing", () => {
    expect(recipe("zoo", "Ant")).toEqual(zoo);
  });

  const wide = { activation: "relu", hidden_sizes: [256, 256], init: "plain", initial_log_std: -2 };

  // Columns as in hyperparams/ppo.yml: n_steps, batch_size, gamma, learning_rate, ent_coef, clip_range, n_epochs,
  // gae_lambda, max_grad_norm, vf_coef (doubled here: its loss has no 1/2). A batch larger than the rollout is capped.
  test.each([
    ["HalfCheetah", 512, 64, 0.98, 2.0633e-5, 0.000401762, 0.1, 20, 0.92, 0.8, 0.58096, wide],
    ["Hopper", 512, 32, 0.999, 9.80828e-5, 0.00229519, 0.2, 5, 0.99, 0.7, 0.835671, wide],
    ["HumanoidStandup", 512, 32, 0.99, 2.55673e-5, 3.62109e-6, 0.3, 20, 0.9, 0.7, 0.430793, wide],
    ["Humanoid", 512, 256, 0.95, 3.56987e-5, 0.00238306, 0.3, 5, 0.9, 2, 0.431892, wide],
    ["InvertedDoublePendulum", 128, 128, 0.98, 0.000155454, 1.05057e-6, 0.4, 10, 0.8, 0.5, 0.695929, {}],
    ["InvertedPendulum", 32, 32, 0.999, 0.000222425, 1.37976e-7, 0.4, 5, 0.9, 0.3, 0.19816, {}],
    ["Reacher", 512, 32, 0.9, 0.000104019, 7.52585e-8, 0.3, 5, 1, 0.9, 0.950368, {}],
    ["Walker2d", 512, 32, 0.99, 5.05041e-5, 0.000585045, 0.1, 20, 0.95, 1, 0.871923, {}],
  ] as const)(
    "zoo: %s",
    (env, steps, batch, gamma, rate, entropy, clip, epochs, lambda, norm, value, network) => {
      expect(recipe("zoo", env)).toEqual({
        ...zoo,
        num_steps: steps,
        minibatch_size: batch,
        gamma,
        learning_rate: rate,
        entropy_coefficient: entropy,
        clip_coefficient: clip,
        epochs,
        gae_lambda: lambda,
        max_grad_norm: norm,
        value_coefficient: 2 * value,
        ...network,
      });
    },
  );

  test("zoo: Swimmer", () => {
    expect(recipe("zoo", "Swimmer")).toEqual({
      ...zoo,
      num_envs: 4,
      num_steps: 1024,
      minibatch_size: 256,
      gamma: 0.9999,
      learning_rate: 6e-4,
      gae_lambda: 0.98,
    });
  });

  test("the plain default is Adan's", () => {
    const plain = resolveTrainConfig({ algorithm: "ppo", flags: { env: "HalfCheetah-v5" } }).config;
    expect(plain).toMatchObject({
      optimizer: "adan",
      num_envs: 8,
      num_steps: 256,
      bootstrap_truncated: true,
    });
  });

  test.each(["Swimmer-v5", "Swimmer-v4"])("the plain default discounts less in %s than elsewhere", (env) => {
    const resolved = (flags: Record<string, unknown>, preset?: string) =>
      resolveTrainConfig({ algorithm: "ppo", preset, flags }).config;
    const elsewhere = resolved({ env: "HalfCheetah-v5" });
    expect(elsewhere).toMatchObject({ gamma: 0.99 });
    expect(resolved({ env })).toEqual({ ...elsewhere, env, gamma: 0.9999 });
    expect(resolved({ env, gamma: 0.99 })).toMatchObject({ gamma: 0.99 });
    expect(resolved({ env }, "cleanrl")).toMatchObject({ gamma: 0.99 });
  });
});
