import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { planSweep } from "../../src/sweep/plan.js";
import { mappingOfObject, readSpec } from "../../src/sweep/spec.js";
import { type SpecFlags, specOfFlags } from "../../src/sweep/spec-flags.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const runsRoot = "runs";

async function planOfFlags(flags: SpecFlags, what = "ppo") {
  const { runs } = await planSweep(specOfFlags(what, flags), { runsRoot });
  return runs;
}

async function planOfText(text: string, flags: SpecFlags = {}) {
  const path = join(folder, "sweep.yaml");
  writeFileSync(path, text);
  const { allowEnvModule } = flags;
  const { runs } = await planSweep(specOfFlags(path, flags), { runsRoot, allowEnvModule });
  return runs;
}

/** The sentence that a plan is refused with; the temporary folder is called FOLDER. */
async function refusal(plan: Promise<unknown>): Promise<string> {
  const message = await plan.then(
    () => "it was accepted",
    (error: Error) => `${error.name}: ${error.message}`,
  );
  return message.replaceAll(folder, "FOLDER");
}

/** The command of a run up to its directory, which is told apart. */
const commandOf = ({ argv }: { readonly argv: readonly string[] }) =>
  argv.slice(0, argv.indexOf("--run-dir")).join(" ");

describe("a sweep from flags", () => {
  it("is every combination, seed by seed", async () => {
    const runs = await planOfFlags({
      env: "HalfCheetah,Hopper",
      optimizer: "adan,adam",
      set: ["learning_rate=3e-4,1e-3"],
      seeds: "0-1",
      totalTimesteps: "10k",
    });
    const commands = runs.map(commandOf);
    expect(commands).toHaveLength(16);
    const rest = "--total-timesteps 10k --set learning_rate";
    expect(commands.slice(0, 4)).toEqual([
      `train ppo --env HalfCheetah --optimizer adan ${rest}=3e-4 --seed 0`,
      `train ppo --env HalfCheetah --optimizer adan ${rest}=1e-3 --seed 0`,
      `train ppo --env HalfCheetah --optimizer adam ${rest}=3e-4 --seed 0`,
      `train ppo --env HalfCheetah --optimizer adam ${rest}=1e-3 --seed 0`,
    ]);
    expect(commands[8]).toBe(commands[0]!.replace("--seed 0", "--seed 1"));
    expect(runs[1]).toMatchObject({
      label: "HalfCheetah adan learning_rate=1e-3",
      varied: { env: "HalfCheetah", optimizer: "adan", learning_rate: "1e-3" },
      seed: 0,
    });
  });

  it("lays each run in a folder that its run hash ends", async () => {
    const runs = await planOfFlags({ env: "HalfCheetah", optimizer: "adan,adam", seeds: "3,4" });
    for (const { directory, seed, runHash, argv, resumeArgv } of runs) {
      expect(directory.path).toMatch(new RegExp(`^runs.HalfCheetah-v5__ppo-ada[nm]__${seed}__${runHash}$`));
      expect(argv.at(-1)).toBe(directory.path);
      expect(resumeArgv).toEqual(["train", "--resume", directory.path]);
    }
    expect(new Set(runs.map(({ runHash }) => runHash)).size).toBe(4);
  });

  it("is one run of seed 1 when nothing varies", async () => {
    const runs = await planOfFlags({ env: "HalfCheetah" });
    expect(runs.map(commandOf)).toEqual(["train ppo --env HalfCheetah --seed 1"]);
    expect(runs[0]).toMatchObject({ arm: null, label: "HalfCheetah-v5", varied: {} });
  });

  it("knows recipes, algorithms and parts of options", async () => {
    const recipes = await planOfFlags({ env: "HalfCheetah", preset: "cleanrl,tianshou" });
    expect(recipes.map(commandOf)[1]).toBe("train ppo --preset tianshou --env HalfCheetah --seed 1");
    const algorithms = await planOfFlags({ env: "Hopper" }, "ppo,random");
    expect(algorithms.map(commandOf)[1]).toBe("train random --env Hopper --seed 1");
    const options = await planOfFlags({ env: "Hopper", set: ["env_options.frame_skip=2,4"] });
    expect(options.map(commandOf)[1]).toBe("train ppo --env Hopper --set env_options.frame_skip=4 --seed 1");
    expect(options[0]!.runHash).not.toBe(options[1]!.runHash);
  });
});

describe("a sweep from a file", () => {
  const arms = `
settings: {env: HalfCheetah, total_timesteps: 10k, gamma: 0.98}
arms:
  adan: {optimizer: adan}
  careful adam: {optimizer: adam, gamma: 0.9, learning_rate: "1e-4 * (1 - progress)"}
seeds: [0, 5-6]
`;

  it("has named arms, whose settings win", async () => {
    const runs = await planOfText(arms);
    expect(runs.map(({ arm, seed }) => `${arm} ${seed}`)).toEqual(
      [0, 5, 6].flatMap((seed) => [`adan ${seed}`, `careful adam ${seed}`]),
    );
    expect(commandOf(runs[1]!)).toBe(
      "train ppo --env HalfCheetah --total-timesteps 10k --optimizer adam --set gamma=0.9 " +
        "--set learning_rate=1e-4 * (1 - progress) --seed 0",
    );
  });

  it("gives way to flags, key by key", async () => {
    const runs = await planOfText(arms, { env: "Hopper,Ant", seeds: "9", set: ["gamma=0.95"] }).catch(
      (error: Error) => error.message,
    );
    expect(runs).toMatch(
      /sweep\.yaml:5: key "gamma" is varied by the grid or a flag too; give it in one place\.$/,
    );
    const others = await planOfText(arms, { env: "Hopper,Ant", seeds: "9" });
    expect(others.map(({ label, seed }) => `${label} ${seed}`)).toEqual([
      "adan Hopper 9",
      "adan Ant 9",
      "careful adam Hopper 9",
      "careful adam Ant 9",
    ]);
  });

  it("draws the same for every arm, and more when asked for more", async () => {
    const drawn = (count: number) => `
settings: {env: HalfCheetah}
draws: {count: ${count}, seed: 4, learning_rate: {log_uniform: [1e-4, 1e-2]}, epochs: {choice: [5, 10]}}
arms: {adan: {optimizer: adan}, adam: {optimizer: adam}}
`;
    const few = await planOfText(drawn(3));
    const many = await planOfText(drawn(8));
    expect(few).toHaveLength(6);
    expect(few[0]!.varied).toEqual(few[3]!.varied);
    expect(many.slice(0, 3)).toEqual(few.slice(0, 3));
    expect(few[0]!.label).toMatch(/^adan learning_rate=0\.00\d+ epochs=(5|10)$/);
  });

  it("has the flags of train, with several values", async () => {
    const runs = await planOfFlags({
      env: "Ant",
      keys: [
        ["learning_rate", "3e-4 * (1 - progress),1e-3"],
        ["num_envs", "2"],
      ],
    });
    expect(runs.map(({ label }) => label)).toEqual([
      "learning_rate=3e-4 * (1 - progress)",
      "learning_rate=1e-3",
    ]);
    expect(runs[0]!.argv.join(" ")).toContain("--set num_envs=2");
  });

  it("trains once what is drawn twice", async () => {
    const runs = await planOfText(
      "settings: {env: HalfCheetah}\ndraws: {count: 12, epochs: {choice: [5, 10]}}\n",
    );
    expect(runs.map(({ label }) => label).sort()).toEqual(["epochs=10", "epochs=5"]);
  });

  it("names a file beside it, relative to itself", async () => {
    mkdirSync(join(folder, "deeper"), { recursive: true });
    writeFileSync(join(folder, "deeper", "recipe.yaml"), "gamma: 0.9\n");
    const runs = await planOfText("settings: {env: Hopper, config: deeper/recipe.yaml}");
    expect(runs[0]!.argv).toContain(join(folder, "deeper", "recipe.yaml"));
  });

  it("takes names and paths as they are", async () => {
    writeFileSync(join(folder, "1e3"), "gamma: 0.9\n");
    const runs = await planOfText("settings: {env: Hopper, config: '1e3'}");
    expect(runs[0]!.argv).toContain(join(folder, "1e3"));
    writeFileSync(join(folder, "a: b.yaml"), "gamma: 0.8\n");
    const others = await planOfText("settings: {env: Hopper, config: 'a: b.yaml'}");
    expect(others[0]!.argv).toContain(join(folder, "a: b.yaml"));
  });

  it("is the same from a program's object", async () => {
    const object = {
      settings: { env: "HalfCheetah", total_timesteps: "10k", gamma: 0.98 },
      arms: {
        adan: { optimizer: "adan" },
        "careful adam": { optimizer: "adam", gamma: 0.9, learning_rate: "1e-4 * (1 - progress)" },
      },
      seeds: [0, "5-6"],
    };
    const source = { file: undefined, allowEnvModule: false };
    const spec = readSpec(mappingOfObject(object, "sweep"), source);
    expect((await planSweep(spec, { runsRoot })).runs).toEqual(await planOfText(arms));
  });
});

describe("refused, in a sentence:", () => {
  it("an empty grid", async () => {
    expect(await refusal(planOfText("settings: {env: Hopper}\ngrid:\n  gamma: []"))).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:3: key "gamma" has no values: the grid has 0 runs."`,
    );
    expect(await refusal(planOfFlags({ env: "Hopper,", seeds: "0-3" }))).toMatchInlineSnapshot(
      `"UsageError: --env has an empty value."`,
    );
    expect(await refusal(planOfFlags({ env: "Hopper", set: ["gamma="] }))).toMatchInlineSnapshot(
      `"UsageError: --set gamma= has an empty value."`,
    );
  });

  it("an enormous one, counted", async () => {
    const flags = { env: "Hopper,Ant", set: ["gamma=0.9,0.99"], seeds: "0-999" };
    expect(await refusal(planOfFlags(flags))).toMatchInlineSnapshot(
      `"UsageError: The sweep has 4000 runs (2 of env × 2 of gamma × 1000 seeds); beyond 1000 it needs --yes."`,
    );
    expect((await planSweep(specOfFlags("ppo", flags), { runsRoot, allowManyRuns: true })).runs).toHaveLength(
      4000,
    );
    const more = specOfFlags("ppo", { ...flags, seeds: "0-999999999999" });
    expect(await refusal(planSweep(more, { runsRoot, allowManyRuns: true }))).toMatchInlineSnapshot(
      `"UsageError: The sweep has 4000000000000 runs (2 of env × 2 of gamma × 1000000000000 seeds); at most 100000 are possible."`,
    );
    expect(
      await refusal(planOfText("settings: {env: Ant}\ndraws: {count: 1e15, gamma: {uniform: [0, 1]}}")),
    ).toMatchInlineSnapshot(
      `"UsageError: The sweep has 1000000000000000 runs (1000000000000000 draws); at most 100000 are possible."`,
    );
  });

  it("a device that each run would choose by itself", async () => {
    expect(await refusal(planOfFlags({ env: "Hopper", set: ["device=auto"] }))).toMatchInlineSnapshot(
      `"UsageError: A sweep finds its runs again by their configuration, and device auto may become another one in each; name a device: rl-adan doctor lists them."`,
    );
  });

  it("arms that are the same", async () => {
    expect(await refusal(planOfFlags({ env: "Hopper", optimizer: "adan,adan" }))).toMatchInlineSnapshot(
      `"UsageError: The arm adan is there twice."`,
    );
    expect(await refusal(planOfFlags({ env: "Hopper,Hopper-v5" }))).toMatchInlineSnapshot(
      `"UsageError: The arms Hopper and Hopper-v5 are the same runs: nothing that moves a result differs between them."`,
    );
    expect(
      await refusal(planOfText("settings: {env: Ant}\narms:\n  a: {}\n  b: {eval_every: 1000}")),
    ).toMatchInlineSnapshot(
      `"UsageError: The arms a and b are the same runs: nothing that moves a result differs between them."`,
    );
    expect(
      await refusal(planOfText("settings: {env: Ant}\narms:\n  a: {gamma: 0.9}\n  a: {gamma: 0.8}")),
    ).toMatchInlineSnapshot(`"UsageError: FOLDER/sweep.yaml:4: Map keys must be unique."`);
  });

  it("unknown keys and values that do not fit, with the arm and the line", async () => {
    expect(await refusal(planOfText("setings: {env: Ant}"))).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:1: key "setings" is unknown. Did you mean "settings"?"`,
    );
    expect(
      await refusal(planOfText("settings: {env: Ant}\narms:\n  a: {}\n  b:\n    gama: 0.9")),
    ).toMatchInlineSnapshot(
      `"UsageError: Arm b: FOLDER/sweep.yaml:5: key "gama" is unknown. Did you mean "gamma"?"`,
    );
    expect(
      await refusal(planOfText("settings: {env: Ant}\ngrid:\n  gamma: [0.9, 1.5]")),
    ).toMatchInlineSnapshot(
      `"UsageError: Arm gamma=1.5: FOLDER/sweep.yaml:3: key "gamma" must be a number from 0 to 1, got 1.5."`,
    );
    expect(await refusal(planOfFlags({ env: "HalfCheeta,Ant" }))).toMatchInlineSnapshot(
      `"UsageError: Arm HalfCheeta: There is no environment "HalfCheeta". Did you mean "HalfCheetah"?"`,
    );
    expect(await refusal(planOfFlags({ env: "Ant", optimizer: "adan,adm" }))).toMatchInlineSnapshot(
      `"UsageError: Arm adm: --optimizer must be one of "adan", "adan-restart", "adan-forget", "adam", "adamw", "adam-rel", "adam-matched", "nadam", got "adm". Did you mean "adam"?"`,
    );
    expect(await refusal(planOfFlags({ env: "Ant", set: ["gamma=0.9", "gamma=0.8"] }))).toMatchInlineSnapshot(
      `"UsageError: --set gamma=0.8 gives gamma a second time; put all values in one place."`,
    );
    expect(await refusal(planOfFlags({ env: "Ant" }, "pp"))).toMatchInlineSnapshot(
      `"UsageError: A sweep trains ppo or random; got "pp". Did you mean "ppo"?"`,
    );
    expect(await refusal(planOfText("grid: {gamma: 0.9}"))).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:1: key "gamma" must be a list of values, like [a, b]; one value goes under settings."`,
    );
    expect(await refusal(planOfText("arms: [a, b]"))).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:1: key "arms" must be a mapping of keys."`,
    );
  });

  it("what a sweep gives in another way, or in two places", async () => {
    expect(await refusal(planOfText("settings: {env: Ant, seed: 3}"))).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:1: key "seed" is no setting of a sweep: seeds are listed under seeds (--seeds)."`,
    );
    expect(await refusal(planOfFlags({ env: "Ant", set: ["threads=1,2"] }))).toMatchInlineSnapshot(
      `"UsageError: --set threads=1,2 is no setting of a sweep: the threads of a run are the sweep's affair (--threads)."`,
    );
    expect(
      await refusal(planOfText("settings: {env: Ant, gamma: 0.9}\ngrid: {gamma: [0.8, 0.7]}")),
    ).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:1: key "gamma" is varied by the grid or a flag too; give it in one place."`,
    );
    expect(
      await refusal(
        planOfText("settings: {env: Ant, gamma: 0.9}\ndraws: {count: 2, gamma: {uniform: [0, 1]}}"),
      ),
    ).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:1: key "gamma" is drawn too; give it in one place."`,
    );
    expect(await refusal(planOfText("settings: {env: Ant}\ndraws: {count: 2}"))).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:2: key "draws" names no key to draw."`,
    );
    expect(
      await refusal(planOfText("settings: {env: Ant}\ndraws: {gamma: {uniform: [0, 1]}}")),
    ).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:2: key "draws": count must be a whole number of at least 1."`,
    );
  });

  it("code and files that a file names", async () => {
    writeFileSync(join(folder, "own.mjs"), "globalThis.wasImported = true;\nexport class Own {}\n");
    const module = "settings:\n  env: own.mjs:Own";
    expect(await refusal(planOfText(module))).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:2: key "env": env is a module, which is code that runs. If you trust it, add --allow-env-module, or name it yourself: --env own.mjs:Own."`,
    );
    expect((globalThis as { wasImported?: boolean }).wasImported).toBeUndefined();
    const allowed = await planOfText(module, { allowEnvModule: true });
    expect(allowed[0]!.argv).toContain(`${join(folder, "own.mjs")}:Own`);
    expect(allowed[0]!.resumeArgv.slice(-2)).toEqual(["--env", `${join(folder, "own.mjs")}:Own`]);

    writeFileSync(join(folder, "own.yaml"), "env: ./own.mjs:Own\n");
    expect(await refusal(planOfText("settings: {config: own.yaml}"))).toMatchInlineSnapshot(
      `"UsageError: FOLDER/own.yaml:1: env is a module, which is code that runs. If you trust it, add --allow-env-module, or name it yourself: --env ./own.mjs:Own."`,
    );
    expect(await refusal(planOfText("settings: {env: Ant, config: ../x.yaml}"))).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:1: key "config": ../x.yaml lies outside the sweep's folder; name it by hand: --config ../x.yaml."`,
    );
    expect(
      await refusal(planOfText("settings: {env: mujoco, env_options: {model: /etc/passwd}}")),
    ).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:1: key "env_options": a model's file is named by the key model of its own."`,
    );
    expect(
      await refusal(planOfText("settings: {env: mujoco}\ngrid: {env_options.model: [/etc/passwd]}")),
    ).toMatchInlineSnapshot(
      `"UsageError: FOLDER/sweep.yaml:2: key "env_options.model": a model's file is named by the key model of its own."`,
    );
  });
});
