import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { ppoConfigShape } from "../../agents/ppo/config.js";
import { addEvalCommand } from "../../src/cli/eval.js";
import { addReportCommand } from "../../src/cli/report.js";
import { addSweepCommand } from "../../src/cli/sweep.js";
import { addTrainCommand } from "../../src/cli/train.js";
import { runConfigShape } from "../../src/config/run-config.js";
import { PPO } from "../../src/library/ppo.js";
import { resolveTrainConfig } from "../../src/train-config.js";

// Its TypeScript is compiled in test/package.test.ts.

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/coming-from.md"), "utf8");

const program = new Command("rl-adan");
for (const add of [addTrainCommand, addEvalCommand, addSweepCommand, addReportCommand]) add(program);

const keys = new Set(Object.keys({ ...runConfigShape, ...ppoConfigShape }));
/** Where the tags are named that a run logs. */
const logging = ["src/training.ts", "src/logging/run-log.ts", "agents/ppo/scalars.ts", "agents/ppo/ppo.ts"]
  .map((file) => readFileSync(join(root, file), "utf8"))
  .join("\n");

interface Row {
  readonly section: string;
  readonly theirs: string;
  readonly here: string;
}

/** The rows of every table, by the heading of level 2 above it. */
function rowsOf(text: string): Row[] {
  return text.split(/^## /m).flatMap((part) => {
    const section = part.slice(0, part.indexOf("\n"));
    return part.split("\n").flatMap((line) => {
      const cells = line.split("|").map((cell) => cell.trim());
      if (cells.length !== 5 || cells[2] === "here" || /^-+$/.test(cells[2]!)) return [];
      return [{ section, theirs: cells[1]!, here: cells[2]! }];
    });
  });
}

const rows = rowsOf(page);
const spans = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
const unquoted = (text: string) => text.replace(/^"(.*)"$/, "$1");

function knowsFlag(command: string, flag: string): boolean {
  return program.commands.find((one) => one.name() === command)!.options.some(({ long }) => long === flag);
}

interface Asked {
  readonly set: string[];
  readonly flags: Record<string, unknown>;
}

/** The settings that a row asks for, or what is wrong with its names. */
function settingsOf({ here }: Pick<Row, "here">): Asked | string {
  const set: string[] = [];
  const flags: Record<string, unknown> = {};
  for (const span of spans(here)) {
    const [, command, rest] = /^rl-adan (\w+)(.*)$/.exec(span) ?? [];
    const flag = /^(--[a-z-]+)(?: (.*))?$/.exec(span);
    const key = /^([a-z_]+)(\.\w+)?(=.*)?$/.exec(span);
    const method = /^(PPO|agent)\.(\w+)$/.exec(span);
    if (command !== undefined) {
      const unknown = [...rest!.matchAll(/--[a-z-]+/g)].find(([name]) => !knowsFlag(command, name));
      if (unknown) return `${command} has no flag ${unknown[0]}`;
    } else if (flag !== null) {
      const [, name, value] = flag;
      if (!knowsFlag("train", name!)) return `train has no flag ${name}`;
      const own = name!.slice(2).replaceAll("-", "_");
      if (name === "--set") set.push(value!);
      else if (value !== undefined && keys.has(own)) flags[own] = unquoted(value);
    } else if (method !== null) {
      if (!(method[2]! in (method[1] === "PPO" ? PPO : PPO.prototype))) return `there is no ${span}`;
    } else if (span.includes("/")) {
      if (!logging.includes(`"${span}"`)) return `no tag is called ${span}`;
    } else if (key !== null && keys.has(key[1]!)) {
      if (key[3] !== undefined) set.push(span);
    } else return `${span} is neither a flag nor a key`;
  }
  return { set, flags };
}

/** What is wrong with a row's names and values; undefined when a run takes them. */
function problemOf(row: Pick<Row, "here">): string | undefined {
  const asked = settingsOf(row);
  if (typeof asked === "string") return asked;
  try {
    recipe(asked);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The keys of the recipe that follow from what is asked. */
function recipe({ set, flags }: Asked, preset?: string): Record<string, unknown> {
  const all = { env: "Ant", ...flags };
  const { config } = resolveTrainConfig({
    algorithm: "ppo",
    preset,
    set,
    flags: all,
    resolveEnvId: (name) => name,
  });
  return Object.fromEntries(Object.entries(config).filter(([key]) => Object.hasOwn(ppoConfigShape, key)));
}

/** Every argument of theirs, as of the commits that the page names. */
const THEIRS: readonly (readonly [section: string, names: string])[] = [
  [
    "CleanRL",
    `--exp-name --seed --torch-deterministic --cuda --track --wandb-project-name --wandb-entity --capture-video --save-model
    --upload-model --hf-entity --env-id --total-timesteps --learning-rate --num-envs --num-steps --anneal-lr --gamma --gae-lambda
    --num-minibatches --update-epochs --norm-adv --clip-coef --clip-vloss --ent-coef --vf-coef --max-grad-norm --target-kl batch_size
    minibatch_size num_iterations`,
  ],
  [
    "Stable-Baselines3 and RL Zoo",
    `policy env learning_rate n_steps batch_size n_epochs gamma gae_lambda clip_range clip_range_vf normalize_advantage ent_coef vf_coef
    max_grad_norm use_sde sde_sample_freq rollout_buffer_class rollout_buffer_kwargs target_kl stats_window_size tensorboard_log
    policy_kwargs verbose seed device _init_setup_model net_arch activation_fn ortho_init full_std use_expln squash_output log_std_init
    features_extractor_class features_extractor_kwargs share_features_extractor normalize_images optimizer_class optimizer_kwargs`,
  ],
  [
    "Stable-Baselines3 and RL Zoo",
    `learn(total_timesteps) learn(callback) learn(log_interval) learn(tb_log_name) learn(reset_num_timesteps) learn(progress_bar)
    predict(observation) predict(state) predict(episode_start) predict(deterministic) save(path) save(exclude) save(include) load(path)
    load(env) load(device) load(custom_objects) load(print_system_info) load(force_reset) load(kwargs) EvalCallback(eval_env)
    EvalCallback(callback_on_new_best) EvalCallback(callback_after_eval) EvalCallback(n_eval_episodes) EvalCallback(eval_freq)
    EvalCallback(log_path) EvalCallback(best_model_save_path) EvalCallback(deterministic) EvalCallback(render) EvalCallback(verbose)
    EvalCallback(warn) VecNormalize(training) VecNormalize(norm_obs) VecNormalize(norm_reward) VecNormalize(clip_obs)
    VecNormalize(clip_reward) VecNormalize(gamma) VecNormalize(epsilon) VecNormalize(norm_obs_keys) make_vec_env(env_id)
    make_vec_env(n_envs) make_vec_env(seed) make_vec_env(start_index) make_vec_env(monitor_dir) make_vec_env(wrapper_class)
    make_vec_env(env_kwargs) make_vec_env(vec_env_cls) make_vec_env(vec_env_kwargs) make_vec_env(monitor_kwargs)
    make_vec_env(wrapper_kwargs) Monitor(filename) Monitor(allow_early_resets) Monitor(reset_keywords) Monitor(info_keywords)
    Monitor(override_existing)`,
  ],
  [
    "Stable-Baselines3 and RL Zoo",
    `--algo --env --tensorboard-log --trained-agent --truncate-last-trajectory --n-timesteps --num-threads --log-interval --eval-freq
    --optimization-log-path --eval-episodes --n-eval-envs --save-freq --save-replay-buffer --log-folder --seed --vec-env --device
    --n-trials --max-total-trials --optimize-hyperparameters --no-optim-plots --n-jobs --sampler --pruner --n-startup-trials
    --n-evaluations --storage --study-name --trial-id --verbose --gym-packages --env-kwargs --eval-env-kwargs --hyperparams --conf-file
    --uuid --track --wandb-project-name --wandb-entity --wandb-group --progress --wandb-tags n_timesteps normalize n_envs frame_stack
    env_wrapper vec_env_wrapper env_kwargs monitor_kwargs callback`,
  ],
  [
    "Tianshou",
    `--task --persistence_base_dir --seed --buffer_size --hidden_sizes --lr --gamma --epoch --epoch_num_steps
    --collection_step_num_env_steps --update_step_num_repetitions --batch_size --num_training_envs --num_test_envs --return_scaling
    --vf_coef --ent_coef --gae_lambda --bound_action_method --lr_decay --max_grad_norm --eps_clip --dual_clip --value_clip
    --advantage_normalization --recompute_adv --render --device --resume_path --resume_id --logger_type --wandb_project --watch --logdir
    --step-per-epoch --step-per-collect --repeat-per-collect --training-num --test-num --rew-norm --norm-adv --logger`,
  ],
];

describe("docs/coming-from.md", () => {
  it("names only flags, keys, values, methods and tags that are here", () => {
    expect(rows.length).toBeGreaterThan(150);
    const wrong = rows.map((row) => ({ ...row, problem: problemOf(row) })).filter((row) => row.problem);
    expect(wrong).toEqual([]);
  });

  it("finds a name or a value that is not", () => {
    for (const here of [
      "`--gamma`",
      "`vf_coef=0.5`",
      "`kl_stop=never`",
      "`agent.train`",
      "`losses/vf`",
      "`rl-adan eval --seed`",
    ])
      expect(problemOf({ here }), here).toBeTypeOf("string");
  });

  it.each([
    ["CleanRL", "cleanrl", /target_kl=/],
    // Ant has nothing of its own there, so these are Stable-Baselines3's defaults.
    ["Stable-Baselines3 and RL Zoo", "zoo", /target_kl=|\(1 - progress\)|gamma=0\.98/],
    // Version 2 clips values, the preset has version 1's default.
    ["Tianshou", "tianshou", /value_clip_range=/],
  ])("gives the values of %s as the preset has them", (section, preset, others) => {
    const usual = recipe({ set: [], flags: {} }, preset);
    const differ = rows.flatMap((row) => {
      const asked = settingsOf(row);
      if (row.section !== section || others.test(row.here) || typeof asked === "string") return [];
      const found = recipe({ ...asked, flags: { ...asked.flags, env: "Ant" } }, preset);
      return Object.keys(usual).filter((key) => JSON.stringify(found[key]) !== JSON.stringify(usual[key]));
    });
    expect(differ).toEqual([]);
  });

  it.each(THEIRS)("has every argument of %s", (section, names) => {
    const there = new Set(
      rows
        .filter((row) => row.section === section)
        .flatMap(({ theirs }) => spans(theirs.replaceAll(/[[\]]/g, ""))),
    );
    expect(there.size).toBeGreaterThan(20);
    expect(names.split(/\s+/).filter((name) => !there.has(name))).toEqual([]);
  });

  it("shows commands whose flags and settings are taken", () => {
    const commands = [...page.matchAll(/^rl-adan (\w+) (.*)$/gm)];
    expect(commands.length).toBeGreaterThan(4);
    for (const [line, command, rest] of commands) {
      for (const [, flag] of rest!.matchAll(/(?:^| )(--[a-z-]+)/g)) {
        expect(knowsFlag(command!, flag!), `${line}: ${flag}`).toBe(true);
      }
      if (command !== "train") continue;
      const given = [...rest!.matchAll(/--([a-z-]+) (\S+)/g)].map(([, name, value]) => [
        name!.replaceAll("-", "_"),
        value!,
      ]);
      const set = given.filter(([name]) => name === "set").map(([, value]) => value!);
      const { preset, set: _, ...flags } = Object.fromEntries(given) as Record<string, string>;
      expect(resolveTrainConfig({ algorithm: "ppo", preset, set, flags }).config.env).toBe("HalfCheetah-v4");
    }
  });
});
