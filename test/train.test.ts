import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { Pendulum, type ResetOptions, register } from "../envs/index.js";
import { evaluateRun } from "../src/evaluate.js";
import { type RunFacts, silentReporter } from "../src/logging/progress.js";
import { outcomeOf, resumeRun, trainRun } from "../src/train.js";
import { resolveTrainConfig } from "../src/train-config.js";
import { temporaryFolder } from "./support/temporary-folder.js";

const folder = temporaryFolder();

function config(env: string, flags: Record<string, unknown> = {}) {
  const small = {
    num_envs: 2,
    num_steps: 32,
    epochs: 1,
    hidden_sizes: [8],
    total_timesteps: 128,
    threads: 1,
  };
  return resolveTrainConfig({ algorithm: "ppo", flags: { ...small, env, ...flags } }).config;
}

describe("train", () => {
  it("refuses an environment whose actions it can't choose, before it makes a directory", async () => {
    register({
      id: "test/Choice-v0",
      create: async () => {
        const env = new Pendulum();
        Object.defineProperty(env, "actionSpace", {
          value: { kind: "dict", toString: () => "Dict(a: Box)" },
        });
        return env;
      },
    });
    const run = join(folder, "choice");
    await expect(
      outcomeOf(trainRun({ config: config("test/Choice-v0"), runDirectory: run })),
    ).rejects.toThrow("PPO needs a flat Box or Discrete as action space; test/Choice-v0 has Dict(a: Box).");
    expect(() => readFileSync(join(run, "manifest.json"))).toThrow();
  });

  it("with rollouts shorter than any pause lets timers through in one thread", async () => {
    const interrupt = new AbortController();
    setTimeout(() => interrupt.abort(), 100);
    const outcome = await outcomeOf(
      trainRun({
        config: config("Pendulum", { total_timesteps: 400_000 }),
        runDirectory: join(folder, "short-rollouts"),
        signal: interrupt.signal,
      }),
    );
    expect(outcome.status).toBe("interrupted");
  });

  it("interrupted before its first step says how to begin again", async () => {
    const interrupted = vi.fn();
    const runDirectory = join(folder, "at-once");
    const outcome = await outcomeOf(
      trainRun({
        config: config("Pendulum"),
        runDirectory,
        signal: AbortSignal.abort(),
        reporter: { ...silentReporter, interrupted },
      }),
    );
    expect(outcome).toMatchObject({ status: "interrupted", step: 0 });
    expect(interrupted).toHaveBeenCalledWith(0, expect.stringContaining(`train --resume ${runDirectory}`));
    expect((await outcomeOf(resumeRun({ runDirectory }))).status).toBe("finished");
  });

  it("of an environment without state says so, and leaves a run to evaluate but not to resume", async () => {
    register({
      id: "test/Stateless-v0",
      maxEpisodeSteps: 20,
      create: async () => {
        const env = new Pendulum();
        Object.defineProperties(env, { state: { value: undefined }, restore: { value: undefined } });
        return env;
      },
    });
    const run = join(folder, "stateless");
    const notes: string[] = [];
    const reporter = { ...silentReporter, started: (facts: RunFacts) => notes.push(...facts.notes) };
    await outcomeOf(trainRun({ config: config("test/Stateless-v0"), runDirectory: run, reporter }));
    expect(notes).toContain(
      "the environment has no state() and restore(): the run can be evaluated, not resumed",
    );
    expect((await evaluateRun(run, { episodes: 1, checkpoint: "latest" })).step).toBe(128);
    await expect(
      outcomeOf(resumeRun({ runDirectory: run, overrides: { total_timesteps: 256 } })),
    ).rejects.toThrow("This environment has no state() and restore(), so the run can't be resumed");
  });

  it("of an environment without state that gives NaN stops, since there is no going back", async () => {
    class Spoiled extends Pendulum {
      #steps = 0;
      override step(action: Float32Array) {
        this.#steps += 1;
        const result = super.step(action);
        return this.#steps === 100 ? { ...result, reward: Number.NaN } : result;
      }
    }
    register({
      id: "test/Spoiled-v0",
      maxEpisodeSteps: 20,
      create: async () => {
        const env = new Spoiled();
        Object.defineProperties(env, { state: { value: undefined }, restore: { value: undefined } });
        return env;
      },
    });
    const flags = { total_timesteps: 512, checkpoint_every: 64, on_nan: "rollback" };
    await expect(
      outcomeOf(
        trainRun({ config: config("test/Spoiled-v0", flags), runDirectory: join(folder, "spoiled") }),
      ),
    ).rejects.toThrow(
      "Iteration 4: environment 0 gave a reward of NaN at its step 100, step 20 of its episode. " +
        "There is no going back: This environment has no state() and restore()",
    );
  });

  it("of an environment whose evaluation gives NaN says so and goes on; the evaluation is no best", async () => {
    let made = 0;
    class Half extends Pendulum {
      // The first is for the spaces and the evaluations.
      readonly #isForEvaluation = made++ === 0;
      override step(action: Float32Array) {
        const result = super.step(action);
        return this.#isForEvaluation ? { ...result, reward: Number.NaN } : result;
      }
    }
    register({ id: "test/Half-v0", maxEpisodeSteps: 20, create: async () => new Half() });
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const run = join(folder, "half");
    const settings = config("test/Half-v0", { eval_every: 64, eval_episodes: 2 });
    const outcome = await outcomeOf(trainRun({ config: settings, runDirectory: run }));
    expect(warn.mock.calls).toEqual([
      ["warning: episode 0 of the evaluation at step 64 returned NaN; it is no best."],
      ["warning: episode 0 of the evaluation at step 128 returned NaN; it is no best."],
    ]);
    warn.mockRestore();
    expect(outcome).toMatchObject({ status: "finished", result: { eval_max_mean_return: null } });
    expect(existsSync(join(run, "best"))).toBe(false);
  });

  it("whose lease was taken during an evaluation writes nothing more", async () => {
    const run = join(folder, "taken");
    let before = "";
    const metrics = join(run, "metrics.jsonl");
    class Slow extends Pendulum {
      override reset(options?: ResetOptions) {
        // An evaluation seeds its episodes; training does so at its very first.
        if (existsSync(join(run, "latest")) && before === "") {
          const lease = JSON.parse(readFileSync(join(run, "lease.json"), "utf8")) as object;
          writeFileSync(join(run, "lease.json"), JSON.stringify({ ...lease, owner: "another", token: 9 }));
          before = readFileSync(metrics, "utf8");
        }
        return super.reset(options);
      }
    }
    register({ id: "test/Slow-v0", maxEpisodeSteps: 20, create: async () => new Slow() });
    await expect(outcomeOf(trainRun({ config: config("test/Slow-v0"), runDirectory: run }))).rejects.toThrow(
      "this process writes no more",
    );
    expect(before).not.toBe("");
    expect(readFileSync(metrics, "utf8")).toBe(before);
    expect(existsSync(join(run, "result.json"))).toBe(false);
  });

  it.each([
    ["a reward", { reward: 1e200 }, "rewards"],
    ["an observation", { observation: Float64Array.of(0, 1e200, 0) }, "observation 1"],
  ])("stops where %s can't be squared any more", async (what, spoil, of) => {
    class Huge extends Pendulum {
      #steps = 0;
      override step(action: Float32Array) {
        this.#steps += 1;
        const result = super.step(action);
        return this.#steps === 40 ? ({ ...result, ...spoil } as typeof result) : result;
      }
    }
    const id = `test/Huge${what.length}-v0`;
    register({ id, maxEpisodeSteps: 20, create: async () => new Huge() });
    const settings = config(id, { reward_scaling: "cleared_on_done" });
    await expect(
      outcomeOf(trainRun({ config: settings, runDirectory: join(folder, id.replace("/", "-")) })),
    ).rejects.toThrow(`Iteration 2: the running variance of ${of} has overflowed`);
  });

  it("of an environment that never ends evaluates episodes that are cut", async () => {
    register({ id: "test/Endless-v0", create: async () => new Pendulum() });
    const run = join(folder, "endless");
    expect((await outcomeOf(trainRun({ config: config("test/Endless-v0"), runDirectory: run }))).status).toBe(
      "finished",
    );
    expect((await evaluateRun(run, { episodes: 1, checkpoint: "latest" })).mean_length).toBe(100_000);
  });
});

describe("a run whose configuration was changed to another network", () => {
  it("is neither evaluated nor resumed from its checkpoint", async () => {
    const run = join(folder, "changed");
    await outcomeOf(trainRun({ config: config("Pendulum"), runDirectory: run }));
    const path = join(run, "config.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace(/hidden_sizes:\n {2}- 8/, "hidden_sizes:\n  - 9"));
    // 2·(3·8+8 + 8·1+1) + 1 = 83, with nine hidden units 93.
    const message =
      /^The checkpoint holds 83 parameters, this network has 93: it comes from other hidden_sizes/;
    await expect(evaluateRun(run, { episodes: 1, checkpoint: "latest" })).rejects.toThrow(message);
    await expect(
      outcomeOf(resumeRun({ runDirectory: run, overrides: { total_timesteps: 256 } })),
    ).rejects.toThrow(message);
  });
});
