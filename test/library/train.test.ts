import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import {
  evaluate,
  loadPolicy,
  PPO,
  resume,
  type TrainIteration,
  type TrainSettings,
  train,
} from "../../src/index.js";
import { type RunFacts, silentReporter } from "../../src/logging/progress.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const SMALL: TrainSettings = {
  env: "Pendulum",
  num_envs: 2,
  num_steps: 64,
  epochs: 1,
  hidden_sizes: [8],
  threads: 1,
  total_timesteps: 512,
};

const bytesOf = (run: string, step: number) =>
  readFileSync(join(run, "checkpoints", `step-${String(step).padStart(9, "0")}`, "train-state.safetensors"));

async function iterationsOf(training: AsyncIterable<TrainIteration>): Promise<TrainIteration[]> {
  const all: TrainIteration[] = [];
  for await (const iteration of training) all.push(iteration);
  return all;
}

describe("train", () => {
  it("is iterated for its iterations and awaited for its outcome", async () => {
    const training = train(SMALL, { runDirectory: join(folder, "iterated") });
    const iterations = await iterationsOf(training);
    expect(iterations.map(({ iteration, step }) => [iteration, step])).toEqual([
      [1, 128],
      [2, 256],
      [3, 384],
      [4, 512],
    ]);
    // Pendulum's episodes have 200 steps: with two environments they end at 400.
    expect(iterations.map(({ finishedEpisodes }) => finishedEpisodes.length)).toEqual([0, 0, 0, 2]);
    expect(iterations.at(-1)!.returnMean).toBeCloseTo(
      iterations.at(-1)!.finishedEpisodes.reduce((sum, { episodeReturn }) => sum + episodeReturn, 0) / 2,
      9,
    );
    expect(iterations[0]!.scalars["losses/value_loss"]).toBeGreaterThan(0);
    const outcome = await training;
    expect(outcome.status).toBe("finished");
    const awaited = await train(SMALL, { runDirectory: join(folder, "awaited") });
    expect(awaited.status).toBe("finished");
    expect(bytesOf(outcome.runDirectory, 512)).toEqual(bytesOf(awaited.runDirectory, 512));
  });

  it("makes its run directory where the program stood when it called, and gives its whole path", async () => {
    const inFolder = join(relative(process.cwd(), folder), "relative");
    const outcome = await train({ ...SMALL, total_timesteps: 128 }, { runsRoot: inFolder });
    expect(dirname(outcome.runDirectory)).toBe(join(folder, "relative"));
    const agent = await PPO.create(SMALL, { runDirectory: join(inFolder, "agent") });
    await agent.learn(128);
    expect(agent.runDirectory).toBe(join(folder, "relative", "agent"));
  });

  it("tells an evaluation with the iteration that it is of", async () => {
    const settings = { ...SMALL, eval_every: 256, eval_episodes: 1 };
    const training = train(settings, { runDirectory: join(folder, "evaluated") });
    const iterations = await iterationsOf(training);
    const told = iterations.map(({ scalars }) => scalars["eval/mean_reward"]);
    const { runDirectory } = await training;
    const last = JSON.parse(readFileSync(join(runDirectory, "result.json"), "utf8")) as Record<
      string,
      number
    >;
    expect(told).toEqual([undefined, expect.any(Number), undefined, last["eval_mean_return"]]);
  });

  it("ends with a checkpoint when the loop is left, and resume goes on to the same bits", async () => {
    const run = join(folder, "left");
    const training = train(SMALL, { runDirectory: run });
    for await (const { step } of training) if (step === 256) break;
    expect(await training).toEqual({ status: "interrupted", runDirectory: run, step: 256 });
    expect(existsSync(join(run, "lease.json"))).toBe(false);
    expect((await resume(run)).status).toBe("finished");
    await train(SMALL, { runDirectory: join(folder, "straight") });
    expect(bytesOf(run, 512)).toEqual(bytesOf(join(folder, "straight"), 512));
  });

  it("ends with a checkpoint when the loop's body throws, and the error is the body's", async () => {
    const run = join(folder, "thrown");
    const loop = async () => {
      for await (const _ of train(SMALL, { runDirectory: run })) throw new Error("the user's");
    };
    await expect(loop()).rejects.toThrow("the user's");
    expect(readFileSync(join(run, "latest"), "utf8")).toBe("step-000000128\n");
  });

  it("ends with a checkpoint at an interrupt or an aborted signal, and listens to one of the two", async () => {
    const interrupted = join(folder, "interrupted");
    const listeners = process.listenerCount("SIGINT");
    for await (const { step } of train(SMALL, { runDirectory: interrupted })) {
      expect(process.listenerCount("SIGINT")).toBe(listeners + 1);
      if (step === 128) process.emit("SIGINT");
    }
    expect(process.listenerCount("SIGINT")).toBe(listeners);
    expect(readFileSync(join(interrupted, "latest"), "utf8")).toBe("step-000000128\n");

    const controller = new AbortController();
    const training = train(SMALL, { runDirectory: join(folder, "aborted"), signal: controller.signal });
    for await (const { step } of training) {
      expect(process.listenerCount("SIGINT")).toBe(listeners);
      if (step === 256) controller.abort();
    }
    expect(await training).toMatchObject({ status: "interrupted", step: 256 });
  });

  it("interrupted during an evaluation keeps the training before it, and makes the evaluation later", async () => {
    const run = join(folder, "evaluating");
    const controller = new AbortController();
    const reporter = {
      started() {},
      // The evaluation of this step comes next.
      iteration: ({ step }: { step: number }) =>
        void (step === 256 && setTimeout(() => controller.abort(), 1)),
      finished() {},
      interrupted() {},
    };
    const settings = { ...SMALL, eval_every: 256, eval_episodes: 1000, checkpoint_every: 0 };
    const outcome = await train(settings, { runDirectory: run, signal: controller.signal, reporter });
    expect(outcome).toMatchObject({ status: "interrupted", step: 256 });
    expect(readFileSync(join(run, "latest"), "utf8")).toBe("step-000000256\n");
    const state = JSON.parse(
      readFileSync(join(run, "checkpoints", "step-000000256", "state.json"), "utf8"),
    ) as { state: { evaluation_is_due: boolean } };
    expect(state.state.evaluation_is_due).toBe(true);
    const resumed = await resume(run, { eval_episodes: 2 });
    expect(resumed).toMatchObject({ status: "finished", result: { eval_episodes: 2 } });
    const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").split("\n");
    expect(lines.filter((line) => line.includes("eval/mean_reward"))).toHaveLength(2);
  });

  it("gives the event loop back within an iteration", async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const settings = { ...SMALL, num_steps: 2048, total_timesteps: 4096, epochs: 10 };
    for await (const _ of train(settings, { runDirectory: join(folder, "loop") })) break;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });

  it("says which settings don't fit, by their keys, before anything is written", async () => {
    const runDirectory = join(folder, "wrong");
    const message = (settings: TrainSettings) =>
      train(settings, { runDirectory }).then(
        () => "nothing",
        (error: unknown) => (error as Error).message,
      );
    expect([
      await message({ ...SMALL, epochs: -1 }),
      await message({ ...SMALL, learning_rte: 1 } as TrainSettings),
      await message({ ...SMALL, learning_rate: "progress +" }),
      await message({ ...SMALL, env: "HalfCheeta" }),
      await message({ ...SMALL, env: "./absent.js:Robot" }),
      await message({ ...SMALL, preset: "cleanrll" }),
      await message({}),
      await message({ ...SMALL, model: "robot.xml" }),
      await message("Pendulum" as TrainSettings),
      await message(undefined as unknown as TrainSettings),
    ]).toMatchInlineSnapshot(`
      [
        "epochs must be a whole number of at least 1, got -1.",
        "learning_rte is unknown. Did you mean "learning_rate"?",
        "learning_rate: "progress +" does not parse: Unexpected end of expression at character 11.",
        "There is no environment "HalfCheeta". Did you mean "HalfCheetah"?",
        "./absent.js does not exist.",
        "There is no preset "cleanrll"; there are cleanrl, default, tianshou, zoo. Did you mean "cleanrl"?",
        "No environment was given: name one with env; rl-adan envs lists them.",
        "{ model: "robot.xml" } goes with { env: "mujoco" }; the environment is Pendulum-v1.",
        "train takes one object: { env: "Pendulum", … }.",
        "train takes one object: { env: "Pendulum", … }.",
      ]
    `);
    expect(existsSync(runDirectory)).toBe(false);
    await expect(resume(join(folder, "iterated"), { seed: 3 } as object)).rejects.toThrow(
      "seed cannot be changed by resume; these can: total_timesteps, threads,",
    );
    await expect(resume(join(folder, "iterated"))).rejects.toThrow("give a larger total_timesteps to go on");
  });

  it("takes an environment of the user's own, by its file", async () => {
    const file = join(folder, "own-env.mjs");
    writeFileSync(
      file,
      `const space = (n) => ({ kind: "box", shape: [n], low: Float64Array.from({ length: n }, () => -1), high: Float64Array.from({ length: n }, () => 1), dtype: "float32",
         sample: () => new Float32Array(n), contains: () => true, seed() {} });
       export class Still {
         observationSpace = space(2); actionSpace = space(1); #t = 0;
         reset() { this.#t = 0; return { observation: new Float64Array(2), info: {} }; }
         step() { this.#t++; return { observation: new Float64Array(2), reward: 1, terminated: this.#t === 10, truncated: false, info: {} }; }
         close() {}
         state() { return { t: this.#t }; }
         restore(state) { this.#t = state.t; }
       }`,
    );
    const notes: string[] = [];
    const reporter = { ...silentReporter, started: (facts: RunFacts) => notes.push(...facts.notes) };
    const place = { runDirectory: join(folder, "own"), reporter };
    const outcome = await train({ ...SMALL, env: `${file}:Still` }, place);
    expect(notes[0]).toMatch(/^Still was not checked; .*rl-adan check-env .*own-env\.mjs:Still'? looks for/);
    expect(outcome).toMatchObject({ status: "finished", result: { train_return_last_100: 10 } });
    const { runDirectory } = outcome;
    for (const open of [
      () => evaluate(runDirectory),
      () => loadPolicy(runDirectory),
      () => PPO.load(runDirectory),
      async () => resume(runDirectory, { total_timesteps: 1024 }),
    ]) {
      await expect(open()).rejects.toThrow('name its module again: { env: "./file.js:Still" }.');
    }
    expect((await evaluate(outcome.runDirectory, { env: `${file}:Still`, episodes: 2 })).returns).toEqual([
      10, 10,
    ]);
  });
});

describe("loadPolicy", () => {
  it("gives the policy that evaluate evaluates", async () => {
    const run = join(folder, "iterated");
    const policy = await loadPolicy(run);
    const { mean_return, episodes } = await evaluate(run, { episodes: 1 });
    expect(episodes).toBe(1);
    const { make, streamSeed64 } = {
      ...(await import("../../src/index.js")),
      ...(await import("../../src/random/index.js")),
    };
    const env = await make("Pendulum-v1");
    let { observation } = env.reset({ seed: streamSeed64(1, "eval/episode-0") });
    let episodeReturn = 0;
    for (let over = false; !over; ) {
      const result = env.step(policy.act(observation as Float64Array) as Float32Array);
      observation = result.observation;
      episodeReturn += result.reward;
      over = result.terminated || result.truncated;
    }
    expect(episodeReturn).toBe(mean_return);
  });
});
