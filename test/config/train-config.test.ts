import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import {
  type PpoTrainConfig,
  readTrainConfig,
  resolveResumeOverrides,
  resolveTrainConfig,
  type TrainConfigRequest,
  trainConfigSchema,
} from "../../src/train-config.js";

const folder = mkdtempSync(join(tmpdir(), "rl-adan-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, "run.yaml");
  writeFileSync(path, text);
  return path;
}

function resolve(request: Partial<TrainConfigRequest>): { config: PpoTrainConfig; notes: readonly string[] } {
  const { config, notes } = resolveTrainConfig({
    algorithm: "ppo",
    ...request,
    flags: { env: "HalfCheetah", ...request.flags },
  });
  if (config.algorithm !== "ppo") throw new Error("Not a ppo config.");
  return { config, notes };
}

/** The message, with the test's folder left out. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message.replaceAll(join(folder, "/"), "").replaceAll(folder, "the-folder");
  }
  throw new Error("Nothing was refused.");
}

describe("the layers of a config", () => {
  test("--set reaches a key of a mapping and leaves its others as they are", () => {
    const { config } = resolve({
      file: file("env_options: { frame_skip: 4, ctrl_cost_weight: 0.5 }\n"),
      set: [
        "env_options.ctrl_cost_weight=1",
        "env_options.reset_noise_scale=0",
        "optimizer_options.eps=1e-3",
      ],
      flags: { optimizer: "adam" },
    });
    expect(config.env_options).toEqual({ frame_skip: 4, ctrl_cost_weight: 1, reset_noise_scale: 0 });
    expect(config.optimizer_options).toEqual({ eps: 1e-3 });
  });

  test("default, preset, file, --set, flag: each wins over the ones before it, key by key", () => {
    const path = file("gamma: 0.91\nepochs: 3\nminibatch_size: 32\nhidden_sizes: [8]\n");
    const { config } = resolve({
      preset: "cleanrl",
      file: path,
      set: ["epochs=4", "minibatch_size=128"],
      flags: { minibatch_size: "256" },
    });
    expect(config).toMatchObject({
      seed: 1, // nobody says anything
      reward_clip: 10, // the preset
      gamma: 0.91, // the file
      hidden_sizes: [8],
      epochs: 4, // --set
      minibatch_size: 256, // the flag
    });
  });

  test("the environment's id is completed, wherever its name comes from", () => {
    expect(resolve({}).config.env).toBe("HalfCheetah-v5");
    const fromFile = { algorithm: "ppo", file: file("env: Pendulum\n") } as const;
    expect(resolveTrainConfig(fromFile).config.env).toBe("Pendulum-v1");
    expect(resolveTrainConfig({ ...fromFile, set: ["env=InvertedPendulum"] }).config.env).toBe(
      "InvertedPendulum-v5",
    );
  });

  test("values are read as YAML reads them, counts as people write them", () => {
    const { config } = resolve({
      set: [
        "target_kl=0.02",
        "kl_stop=epoch",
        "value_clip_range=null",
        "optimizer_options={betas: [0.9, 0.9, 0.9]}",
      ],
      flags: {
        total_timesteps: "1.5M",
        seed: "7",
        threads: "auto",
        checkpoint_every: "2e5",
        learning_rate: "5e-4",
      },
    });
    expect(config).toMatchObject({
      target_kl: 0.02,
      kl_stop: "epoch",
      value_clip_range: null,
      optimizer_options: { betas: [0.9, 0.9, 0.9] },
      total_timesteps: 1_500_000,
      seed: 7,
      threads: "auto",
      checkpoint_every: 200_000,
      learning_rate: 5e-4,
    });
  });

  test("a flag changes the key that it names and no other", () => {
    const before = resolve({ preset: "cleanrl" }).config;
    const { config, notes } = resolve({ preset: "cleanrl", flags: { epochs: "5" } });
    expect(config).toEqual({ ...before, epochs: 5 });
    expect(notes).toEqual([]);
  });

  test("random takes the keys of every run and no others", () => {
    const { config } = resolveTrainConfig({ algorithm: "random", flags: { env: "Pendulum", seed: "3" } });
    expect(config).toEqual({
      env: "Pendulum-v1",
      env_options: {},
      algorithm: "random",
      seed: 3,
      total_timesteps: 1_000_000,
      device: "simd",
      threads: "auto",
      checkpoint_every: 100_000,
      keep_last: 3,
      keep_every: 0,
      eval_every: 0,
      eval_episodes: 10,
      eval_actions: "mean",
      on_nan: "stop",
    });
  });
});

describe("an optimizer other than the preset's", () => {
  test("brings its own learning rate and options", () => {
    const { config, notes } = resolve({ preset: "cleanrl", flags: { optimizer: "adan" } });
    expect(config).toMatchObject({
      optimizer: "adan",
      learning_rate: resolve({}).config.learning_rate,
      optimizer_options: {},
      reward_clip: 10,
    });
    expect(notes).toEqual([`learning_rate is ${config.learning_rate}, the default of adan.`]);
  });

  test("leaves a learning rate that the same layer or a later one gives", () => {
    const flags = { optimizer: "adan" };
    expect(
      resolve({ preset: "cleanrl", flags: { ...flags, learning_rate: "2e-3" } }).config.learning_rate,
    ).toBe(2e-3);
    expect(resolve({ preset: "cleanrl", set: ["learning_rate=2e-3"], flags }).config.learning_rate).toBe(
      2e-3,
    );
    const path = file("optimizer: adan\n");
    expect(resolve({ preset: "cleanrl", file: path, flags: { learning_rate: "2e-3" } }).config).toMatchObject(
      {
        optimizer: "adan",
        learning_rate: 2e-3,
      },
    );
  });

  test("drops a learning rate that a layer below gave to another optimizer", () => {
    const path = file("learning_rate: 9e-3\noptimizer_options: {eps: 1e-4}\n");
    const { config } = resolve({ preset: "cleanrl", file: path, flags: { optimizer: "adan" } });
    expect(config).toMatchObject({ learning_rate: resolve({}).config.learning_rate, optimizer_options: {} });
  });

  test("is none when it is named again", () => {
    const { config, notes } = resolve({ preset: "tianshou", flags: { optimizer: "adam" } });
    expect(config).toEqual(resolve({ preset: "tianshou" }).config);
    expect(notes).toEqual([]);
  });
});

describe("the size of a rollout", () => {
  test("is kept by num_envs alone", () => {
    const { config, notes } = resolve({ preset: "cleanrl", flags: { num_envs: "8" } });
    expect(config).toMatchObject({ num_envs: 8, num_steps: 256 });
    expect(notes).toEqual(["num_steps is 256, which keeps the rollout of 2048 steps (1 × 2048)."]);
  });

  test("changes when num_steps is given too, or alone", () => {
    expect(resolve({ flags: { num_envs: "3", num_steps: "100" } }).config).toMatchObject({
      num_envs: 3,
      num_steps: 100,
    });
    expect(resolve({ set: ["num_steps=100"], flags: { num_envs: "3" } }).config.num_steps).toBe(100);
    expect(resolve({ flags: { num_steps: "100" } }).config).toMatchObject({ num_envs: 8, num_steps: 100 });
  });

  test("caps the minibatch, and says so", () => {
    const { config, notes } = resolve({ preset: "zoo", flags: { env: "InvertedPendulum" } });
    expect(config).toMatchObject({ num_envs: 1, num_steps: 32, minibatch_size: 32 });
    expect(notes).toEqual(["minibatch_size is 32 instead of 64: the whole rollout."]);
  });
});

describe("bad input", () => {
  test("of the command line", () => {
    const refused = (request: Partial<TrainConfigRequest>) => refusal(() => resolve(request));
    expect(refused({ flags: { env: "HalfCheeta" } })).toMatchInlineSnapshot(
      `"There is no environment "HalfCheeta". Did you mean "HalfCheetah"?"`,
    );
    expect(refused({ flags: { env: "5" } })).toMatchInlineSnapshot(
      `"--env must be the name of an environment, like "HalfCheetah-v5", got 5."`,
    );
    expect(refusal(() => resolveTrainConfig({ algorithm: "ppo" }))).toMatchInlineSnapshot(
      `"No environment was given: name one with --env; rl-adan envs lists them."`,
    );
    expect(refused({ preset: "clenrl" })).toMatchInlineSnapshot(
      `"There is no preset "clenrl"; there are cleanrl, default, tianshou, zoo. Did you mean "cleanrl"?"`,
    );
    expect(refused({ preset: "../ppo/zoo" })).toMatchInlineSnapshot(
      `"There is no preset "../ppo/zoo"; there are cleanrl, default, tianshou, zoo."`,
    );
    expect(refused({ preset: "zoo", flags: { env: "Pendulum" } })).toMatchInlineSnapshot(
      `"The preset zoo has no settings for Pendulum-v1; it has them for Ant, HalfCheetah, Hopper, Humanoid, HumanoidStandup, InvertedDoublePendulum, InvertedPendulum, Reacher, Swimmer, Walker2d."`,
    );
    expect(refused({ flags: { optimizer: "adn" } })).toMatchInlineSnapshot(
      `"--optimizer must be one of "adan", "adan-restart", "adan-forget", "adam", "adamw", "adam-rel", "adam-matched", "nadam", got "adn". Did you mean "adan"?"`,
    );
    expect(refused({ flags: { epochs: "x" } })).toMatchInlineSnapshot(
      `"--epochs must be a whole number of at least 1, got "x"."`,
    );
    expect(refused({ flags: { seed: "-1", total_timesteps: "1.5", threads: "0" } })).toMatchInlineSnapshot(`
      "--seed must be a whole number from 0 to 9007199254740991, got -1.
      --total-timesteps must be a whole number of at least 1 (1000, 1e6, 1M, 200k), got 1.5.
      --threads must be a whole number of at least 1, or "auto", got 0."
    `);
    expect(refused({ flags: { seed: "9007199254740993" } })).toMatchInlineSnapshot(
      `"--seed must be a whole number from 0 to 9007199254740991, got 9007199254740992."`,
    );
    expect(refused({ set: ["epoch=3"] })).toMatchInlineSnapshot(
      `"--set epoch=3: key "epoch" is unknown. Did you mean "epochs"?"`,
    );
    expect(refused({ set: ["epochs"] })).toMatchInlineSnapshot(
      `"--set epochs: write key=value, for instance --set epochs=5."`,
    );
    expect(refused({ set: ["hidden_sizes=[64"] })).toMatchInlineSnapshot(
      `"--set hidden_sizes=[64: Flow sequence must end with a ]."`,
    );
    expect(
      refused({ set: ["hidden_sizes=[64,0]", "gamma=1.01", "activation=tanhh"] }),
    ).toMatchInlineSnapshot(`
      "--set hidden_sizes=[64,0]: key "hidden_sizes" must be a list of 1 to 4 whole numbers from 1 to 4096, got [64,0].
      --set gamma=1.01: key "gamma" must be a number from 0 to 1, got 1.01.
      --set activation=tanhh: key "activation" must be one of "tanh", "relu", got "tanhh". Did you mean "tanh"?"
    `);
    expect(refused({ set: ["kl_stop=epoch"] })).toMatchInlineSnapshot(
      `"--set kl_stop=epoch: key "kl_stop" is "epoch", which needs a target_kl to compare with; set target_kl, to 0.01 for instance."`,
    );
    expect(refused({ set: ["target_kl=0.01"] })).toMatchInlineSnapshot(
      `"--set target_kl=0.01: key "target_kl" is 0.01, which does nothing without kl_stop; set kl_stop to "epoch" or "minibatch"."`,
    );
    expect(refused({ set: ["optimizer_options={ep: 1}"] })).toMatchInlineSnapshot(
      `"--set optimizer_options={ep: 1}: key "optimizer_options": Optimizer adan has no option "ep"; it has betas, eps, weight_decay, no_prox, max_grad_norm. Did you mean "eps"?"`,
    );
    expect(refused({ set: ["optimizer_options={max_grad_norm: 1}"] })).toMatchInlineSnapshot(
      `"--set optimizer_options={max_grad_norm: 1}: key "optimizer_options" holds max_grad_norm, which would clip a second time; set the recipe's own max_grad_norm."`,
    );
    expect(refused({ flags: { num_envs: "3" } })).toMatchInlineSnapshot(
      `"--num-envs is 3, which does not divide the rollout of 2048 steps (8 × 256); give num_steps too, or a number of environments that divides it."`,
    );
    expect(refused({ flags: { learning_rate: "1e-3 * (1 -" } })).toMatchInlineSnapshot(
      `"--learning-rate: "1e-3 * (1 -" does not parse: Unexpected end of expression at character 12."`,
    );
    expect(refused({ flags: { learning_rate: "lr0 * (1 - progess)" } })).toMatchInlineSnapshot(
      `"--learning-rate: "lr0 * (1 - progess)" names "lr0" at character 1; an expression may name progress, step, pi, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh."`,
    );
    expect(refused({ flags: { learning_rate: "1e-3 * (0.5 - progress)" } })).toMatchInlineSnapshot(
      `"--learning-rate: "1e-3 * (0.5 - progress)" is -0.00001000000000000001 at progress 0.51, step 510000; it must be finite and at least 0 throughout the run."`,
    );
    expect(refused({ set: ["clip_coefficient=0.1 / progress"] })).toMatchInlineSnapshot(
      `"--set clip_coefficient=0.1 / progress: key "clip_coefficient": "0.1 / progress" is Infinity at progress 0, step 0; it must be finite and at least 0 throughout the run."`,
    );
    expect(refused({ set: ["entropy_coefficient=-0.1"] })).toMatchInlineSnapshot(
      `"--set entropy_coefficient=-0.1: key "entropy_coefficient" must be a number of at least 0, or an expression like "3e-4 * (1 - progress)", got -0.1."`,
    );
  });

  test("of a file, with its lines", () => {
    const refused = (text: string) => refusal(() => resolve({ file: file(text) }));
    expect(refused("gamma: 0.9\nepoch: 3\nhidden_size: [64]\nfoo: 1\n")).toMatchInlineSnapshot(`
      "run.yaml:2: key "epoch" is unknown. Did you mean "epochs"?
      run.yaml:3: key "hidden_size" is unknown. Did you mean "hidden_sizes"?
      run.yaml:4: key "foo" is unknown."
    `);
    expect(refused("gamma: high\n\nepochs: 2.5\nnormalize_advantages: yes\n")).toMatchInlineSnapshot(`
      "run.yaml:1: key "gamma" must be a number from 0 to 1, got "high".
      run.yaml:3: key "epochs" must be a whole number of at least 1, got 2.5.
      run.yaml:4: key "normalize_advantages" must be true or false, got "yes"."
    `);
    expect(refused("epochs: 2\nepochs: 3\n")).toMatchInlineSnapshot(`"run.yaml:2: Map keys must be unique."`);
    expect(refused("epochs 2\n")).toMatchInlineSnapshot(
      `"run.yaml:1: the file must hold keys with values, like epochs: 10."`,
    );
    expect(refused("seed: 1\nlearning_rate: 3e-4 * (1 - progres)\n")).toMatchInlineSnapshot(
      `"run.yaml:2: key "learning_rate": "3e-4 * (1 - progres)" names "progres" at character 13; an expression may name progress, step, pi, abs, cos, exp, floor, log, max, min, pow, sign, sin, sqrt, tanh. Did you mean "progress"?"`,
    );
    expect(refused("seed: 1\nkl_stop: minibatch\n")).toMatchInlineSnapshot(
      `"run.yaml:2: key "kl_stop" is "minibatch", which needs a target_kl to compare with; set target_kl, to 0.01 for instance."`,
    );
    expect(refused("seed: 1\nnum_envs: 3\n")).toMatchInlineSnapshot(
      `"run.yaml:2: key "num_envs" is 3, which does not divide the rollout of 2048 steps (8 × 256); give num_steps too, or a number of environments that divides it."`,
    );
    expect(refused("algorithm: random\n")).toMatchInlineSnapshot(
      `"run.yaml:1: key "algorithm" is "random", but the command trains ppo."`,
    );
    expect(refusal(() => resolve({ file: join(folder, "none.yaml") }))).toMatchInlineSnapshot(
      `"The config file none.yaml cannot be read: there is no such file."`,
    );
    expect(refusal(() => resolve({ file: folder }))).toMatchInlineSnapshot(
      `"The config file the-folder cannot be read: it is a folder."`,
    );
  });

  test("of a device that random would leave idle, and of one that there is not", () => {
    const refused = (algorithm: "ppo" | "random", device: string) =>
      refusal(() => resolveTrainConfig({ algorithm, flags: { env: "Pendulum", device } }));
    expect(refused("random", "webgpu")).toMatchInlineSnapshot(
      `"--device is webgpu, but random learns nothing that it could compute; leave it out."`,
    );
    expect(refused("ppo", "webgp")).toMatchInlineSnapshot(
      `"--device must be one of "auto", "simd", "scalar", "webgpu", "cuda", "wasm", "cpu", got "webgp". Did you mean "webgpu"?"`,
    );
  });

  test("of random, which has no recipe", () => {
    const refused = (request: Partial<TrainConfigRequest>) =>
      refusal(() =>
        resolveTrainConfig({ algorithm: "random", ...request, flags: { env: "Pendulum", ...request.flags } }),
      );
    expect(refused({ flags: { epochs: "3" } })).toMatchInlineSnapshot(
      `"--epochs is a setting of ppo; random does not take it."`,
    );
    expect(refused({ preset: "zoo" })).toMatchInlineSnapshot(
      `"--preset zoo is a recipe for ppo; random takes none."`,
    );
    expect(refused({ set: ["sed=1"] })).toMatchInlineSnapshot(
      `"--set sed=1: key "sed" is unknown. Did you mean "seed"?"`,
    );
  });
});

describe("a run's config", () => {
  test("is read back as it was resolved", () => {
    const { config } = resolve({ preset: "tianshou", flags: { seed: "5", total_timesteps: "200k" } });
    expect(readTrainConfig(file(stringify(config)))).toEqual(config);
    expect(trainConfigSchema.parse(config)).toEqual(config);
  });

  test("starts the same run again with --config", () => {
    const { config } = resolve({ preset: "zoo", flags: { env: "InvertedPendulum", seed: "5" } });
    expect(resolveTrainConfig({ algorithm: "ppo", file: file(stringify(config)) })).toEqual({
      config,
      notes: [],
    });
  });

  test("of random is read back too", () => {
    const { config } = resolveTrainConfig({ algorithm: "random", flags: { env: "Pendulum" } });
    expect(readTrainConfig(file(stringify(config)))).toEqual(config);
  });

  test("must be whole and hold nothing else", () => {
    const { gamma, ...config } = resolve({}).config;
    expect(gamma).toBe(0.99);
    expect(
      refusal(() => readTrainConfig(file(stringify({ ...config, foo: 1, epochs: "ten" })))),
    ).toMatchInlineSnapshot(`
      "run.yaml:48: key "foo" is unknown.
      run.yaml: key "gamma" is missing; it is not the config of a run."
    `);
  });
});

describe("what --resume may change", () => {
  test("is the budget, the cadence and the threads", () => {
    const flags = {
      total_timesteps: "2M",
      threads: "3",
      checkpoint_every: "0",
      eval_every: "10k",
      eval_episodes: "5",
    };
    expect(resolveResumeOverrides({ flags })).toEqual({
      total_timesteps: 2_000_000,
      threads: 3,
      checkpoint_every: 0,
      eval_every: 10_000,
      eval_episodes: 5,
    });
    expect(resolveResumeOverrides({ flags: { total_timesteps: undefined } })).toEqual({});
  });

  test("is nothing else", () => {
    expect(
      refusal(() => resolveResumeOverrides({ flags: { seed: "3", gamma: "0.9", threads: "none" } })),
    ).toMatchInlineSnapshot(`
      "--seed cannot be changed by --resume; these can: --total-timesteps, --threads, --checkpoint-every, --keep-last, --keep-every, --eval-every, --eval-episodes, --on-nan.
      --gamma cannot be changed by --resume; these can: --total-timesteps, --threads, --checkpoint-every, --keep-last, --keep-every, --eval-every, --eval-episodes, --on-nan.
      --threads must be a whole number of at least 1, or "auto", got "none"."
    `);
  });
});
