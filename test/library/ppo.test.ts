import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { evaluate, PPO, train } from "../../src/index.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const SMALL = { env: "Pendulum", num_envs: 2, num_steps: 64, epochs: 1, hidden_sizes: [8], threads: 1 };
const OBSERVATION = Float64Array.of(0.5, 0.8, -0.1);

const bytesOf = (run: string, step: number) =>
  readFileSync(join(run, "checkpoints", `step-${String(step).padStart(9, "0")}`, "train-state.safetensors"));

describe("PPO", () => {
  it("learns what train trains", async () => {
    const agent = await PPO.create(SMALL, { runDirectory: join(folder, "agent") });
    expect([agent.timesteps, agent.runDirectory, existsSync(join(folder, "agent"))]).toEqual([
      0,
      undefined,
      false,
    ]);
    const outcome = await agent.learn(256);
    expect(outcome.status).toBe("finished");
    expect([agent.timesteps, agent.runDirectory]).toEqual([256, join(folder, "agent")]);
    const trained = await train(
      { ...SMALL, total_timesteps: 256 },
      { runDirectory: join(folder, "trained") },
    );
    expect(bytesOf(join(folder, "agent"), 256)).toEqual(bytesOf(trained.runDirectory, 256));
    expect((await agent.evaluate({ episodes: 2 })).returns).toEqual(
      (await evaluate(trained.runDirectory, { episodes: 2 })).returns,
    );
  });

  it("begins with the first weights of its seed", async () => {
    const agent = await PPO.create({ ...SMALL, learning_rate: 0 }, { runDirectory: join(folder, "first") });
    const action = Array.from(agent.predict(OBSERVATION, { deterministic: true }) as Float32Array);
    const other = await PPO.create({ ...SMALL, seed: 2 });
    expect(Array.from(other.predict(OBSERVATION, { deterministic: true }) as Float32Array)).not.toEqual(
      action,
    );
    // At a learning rate of 0 the weights stay; the normaliser would move.
    const still = await PPO.create(
      { ...SMALL, learning_rate: 0, observation_moments: "none" },
      { runDirectory: join(folder, "still") },
    );
    const before = Array.from(still.predict(OBSERVATION, { deterministic: true }) as Float32Array);
    await still.learn(128);
    expect(Array.from(still.predict(OBSERVATION, { deterministic: true }) as Float32Array)).toEqual(before);
  });

  it("is created from one object, as TypeScript's settings are", async () => {
    const create = PPO.create as unknown as (...given: string[]) => Promise<PPO>;
    await expect(create("MlpPolicy", "Pendulum")).rejects.toThrow(
      'PPO.create takes one object: { env: "Pendulum", … }.',
    );
    await expect(PPO.create({})).rejects.toThrow("name one with env;");
  });

  it("predicts the likeliest action, or samples around it, the same for the same seed", async () => {
    const draw = async () => {
      const agent = await PPO.create(SMALL);
      const mean = (agent.predict(OBSERVATION, { deterministic: true }) as Float32Array)[0]!;
      const samples = Array.from({ length: 200 }, () => (agent.predict(OBSERVATION) as Float32Array)[0]!);
      return { mean, samples };
    };
    const [a, b] = [await draw(), await draw()];
    expect(a).toEqual(b);
    expect(new Set(a.samples).size).toBeGreaterThan(190);
    // log-std 0, clipped to the bounds of ±2: the mean of 200 samples is within four standard errors of a mean near 0.
    const mean = a.samples.reduce((sum, x) => sum + x, 0) / 200;
    expect(Math.abs(mean - a.mean)).toBeLessThan(4 / Math.sqrt(200));
  });

  it("goes on where it was, in one run directory", async () => {
    const agent = await PPO.create(
      { ...SMALL, learning_rate: 1e-3 },
      { runDirectory: join(folder, "twice") },
    );
    await agent.learn(256);
    await agent.learn(128);
    expect(agent.timesteps).toBe(384);
    const straight = await PPO.create(
      { ...SMALL, learning_rate: 1e-3 },
      { runDirectory: join(folder, "once") },
    );
    await straight.learn(384);
    expect(bytesOf(join(folder, "twice"), 384)).toEqual(bytesOf(join(folder, "once"), 384));
  });

  it("refuses counts that are none, before anything is written", async () => {
    const agent = await PPO.create(SMALL, { runDirectory: join(folder, "counts") });
    for (const timesteps of [-5, 0, Number.NaN, 1.5, "abc" as unknown as number]) {
      await expect(agent.learn(timesteps)).rejects.toThrow(
        `timesteps must be a whole number of at least 1, got ${typeof timesteps === "string" ? '"abc"' : timesteps}.`,
      );
    }
    expect(existsSync(join(folder, "counts"))).toBe(false);
    await agent.learn(128);
    const noEpisodes = "episodes must be a whole number of at least 1, got 0.";
    await expect(agent.evaluate({ episodes: 0 })).rejects.toThrow(noEpisodes);
    await expect(evaluate(join(folder, "counts"), { episodes: 0 })).rejects.toThrow(noEpisodes);
  });

  it("is stopped by its callback, which sees each iteration", async () => {
    const agent = await PPO.create(SMALL, { runDirectory: join(folder, "stopped") });
    const steps: number[] = [];
    const outcome = await agent.learn(1024, {
      callback: async ({ step }) => {
        steps.push(step);
        return step < 256;
      },
    });
    expect([steps, outcome.status, agent.timesteps]).toEqual([[128, 256], "interrupted", 256]);
  });

  it("that failed to learn is what its last checkpoint has, and goes on from there", async () => {
    const agent = await PPO.create(
      { ...SMALL, learning_rate: 1e-3 },
      { runDirectory: join(folder, "failed") },
    );
    const failing = agent.learn(256, {
      callback: () => {
        throw new Error("a callback's own");
      },
    });
    await expect(failing).rejects.toThrow("a callback's own");
    expect([agent.timesteps, agent.runDirectory]).toEqual([128, join(folder, "failed")]);
    const saved = await PPO.load(join(folder, "failed"));
    expect(agent.predict(OBSERVATION, { deterministic: true })).toEqual(
      saved.predict(OBSERVATION, { deterministic: true }),
    );
    await agent.learn(256);
    expect(agent.timesteps).toBe(384);
    expect(bytesOf(join(folder, "failed"), 384)).toEqual(bytesOf(join(folder, "once"), 384));
  });

  it("is what it was after save and load, and learns on in a run of its own", async () => {
    const agent = await PPO.create(
      { ...SMALL, learning_rate: 1e-3 },
      { runDirectory: join(folder, "saved-run") },
    );
    await expect(agent.save(join(folder, "saved"))).rejects.toThrow(
      "There is nothing to save before the agent has learned something.",
    );
    await agent.learn(256);
    await agent.save(join(folder, "saved"));
    await expect(agent.save(join(folder, "saved"))).rejects.toThrow(
      "is not empty; a saved agent needs a folder",
    );
    const saved = readdirSync(join(folder, "saved"), { recursive: true });

    const loaded = await PPO.load(join(folder, "saved"), { runDirectory: join(folder, "loaded") });
    expect(loaded.timesteps).toBe(256);
    expect(loaded.predict(OBSERVATION, { deterministic: true })).toEqual(
      agent.predict(OBSERVATION, { deterministic: true }),
    );
    expect((await evaluate(join(folder, "saved"), { episodes: 2 })).returns).toEqual(
      (await agent.evaluate({ episodes: 2 })).returns,
    );
    await loaded.learn(128);
    await agent.learn(128);
    expect(bytesOf(join(folder, "loaded"), 384)).toEqual(bytesOf(join(folder, "saved-run"), 384));
    expect(readdirSync(join(folder, "saved"), { recursive: true })).toEqual(saved);
    await expect(PPO.load(join(folder, "absent"))).rejects.toThrow(
      "is not a run directory: it does not exist",
    );
  });
});
