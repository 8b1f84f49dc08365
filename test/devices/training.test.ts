import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, it } from "vitest";
import { type AnyEnv, Discrete, Pendulum, register } from "../../envs/index.js";
import { openDevice } from "../../src/devices/open-node.js";
import { envSource } from "../../src/env-source.js";
import { type RunFacts, silentReporter } from "../../src/logging/progress.js";
import { startBarePpo, startPpoAgent } from "../../src/ppo-agent-node.js";
import { diffRuns } from "../../src/run/diff-runs.js";
import { outcomeOf, resumeRun, trainRun } from "../../src/train.js";
import { type PpoTrainConfig, readTrainConfig, resolveTrainConfig } from "../../src/train-config.js";
import { gpuOf, gpuTest } from "../support/gpu-test.js";
import { missingGpu } from "../support/software-gpu.js";

const folder = mkdtempSync(join(tmpdir(), "rl-adan-devices-"));
afterAll(() => rmSync(folder, { recursive: true }));

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const ROLLOUT = 128;

/** A minibatch an iteration: a GPU in software is slow. */
function recipe(device: string, iterations: number): PpoTrainConfig {
  const { config } = resolveTrainConfig({
    algorithm: "ppo",
    flags: {
      env: "Pendulum",
      device,
      num_envs: 2,
      num_steps: ROLLOUT / 2,
      minibatch_size: ROLLOUT,
      epochs: 1,
      hidden_sizes: [8],
      total_timesteps: iterations * ROLLOUT,
      checkpoint_every: ROLLOUT,
      eval_episodes: 1,
      threads: 1,
    },
  });
  return config as PpoTrainConfig;
}

const tensors = () => tf.engine().state.numTensors;

function manifestOf(run: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(run, "manifest.json"), "utf8"));
}

describe("a run on a device of TensorFlow.js", () => {
  it("on wasm trains, leaves no tensors, and its manifest says that equal bits are not promised", async () => {
    const runDirectory = join(folder, "wasm");
    const before = tensors();
    const outcome = await outcomeOf(trainRun({ config: recipe("wasm", 2), runDirectory }));
    expect(outcome.status).toBe("finished");
    expect(tensors()).toBe(before);
    expect(manifestOf(runDirectory)).toMatchObject({ device: "wasm", equal_bits: false, adapter: null });
  });

  it("goes on with the device that config.yaml names by now, and without its promise of equal bits", async () => {
    const runDirectory = join(folder, "another");
    await outcomeOf(trainRun({ config: recipe("wasm", 1), runDirectory }));
    const config = join(runDirectory, "config.yaml");
    writeFileSync(config, readFileSync(config, "utf8").replace("device: wasm", "device: simd"));
    const told: string[] = [];
    const started = ({ device, deviceReason }: RunFacts) => void told.push(device, deviceReason);
    const reporter = { ...silentReporter, started };
    for (const iterations of [2, 3]) {
      const overrides = { total_timesteps: iterations * ROLLOUT };
      await outcomeOf(resumeRun({ runDirectory, reporter, overrides }));
      expect(manifestOf(runDirectory)).toMatchObject({ device: "simd", equal_bits: false, adapter: null });
    }
    expect(told).toEqual(["simd", "as config.yaml says now", "simd", "as the run began"]);
    expect(diffRuns(runDirectory, runDirectory).unequalDevices).toEqual(["wasm"]);
  });

  gpuTest("on webgpu keeps the number of tensors flat", async () => {
    const { agent } = await startBarePpo(recipe("webgpu", 3));
    const counts: number[] = [];
    for await (const _ of agent.iterations) counts.push(tensors());
    await agent.close();
    expect(counts).toHaveLength(3);
    expect(new Set(counts).size).toBe(1);
    expect(tensors()).toBe(0);
  });

  gpuTest("whose GPU is lost ends with its checkpoint, and goes on from there", async () => {
    const runDirectory = join(folder, "lost");
    const facts: RunFacts[] = [];
    const failure: unknown = await outcomeOf(
      trainRun({
        config: recipe("webgpu", 3),
        runDirectory,
        reporter: {
          ...silentReporter,
          started: (told) => void facts.push(told),
          iteration: ({ step }) => {
            if (step === 2 * ROLLOUT) gpuOf({ tf }).destroy();
          },
        },
      }),
    ).catch((error: unknown) => error);
    expect(facts[0]).toMatchObject({ device: "webgpu", deviceReason: "asked for" });
    expect(facts[0]!.adapter).toContain("swiftshader");
    expect(manifestOf(runDirectory)).toMatchObject({ device: "webgpu", equal_bits: false });
    expect(failure).toMatchObject({ code: "device-lost" });
    // The step that met the loss had been done, and taking its state needed the GPU.
    const command = `rl-adan train --resume ${runDirectory}`;
    expect((failure as Error).message).toContain(
      `Device webgpu failed: device was destroyed. To go on from step ${ROLLOUT}: `,
    );
    expect((failure as Error).message).toContain(command);

    const outcome = await outcomeOf(resumeRun({ runDirectory }));
    expect(outcome).toMatchObject({
      status: "finished",
      result: { total_timesteps: 3 * ROLLOUT, resumed_from_step: ROLLOUT },
    });
  });
});

describe("an agent on a device of TensorFlow.js", () => {
  class Stuck extends Pendulum {
    override close(): void {
      throw new Error("stuck");
    }
  }
  register({ id: "test/Stuck-v0", create: async () => new Stuck() });
  const config = { ...recipe("cpu", 1), env: "test/Stuck-v0" };
  const source = envSource(config, undefined);
  const threads = { actors: 1, learner: 1, notes: [] };

  it("gives the device back when an environment fails to close", async () => {
    const agent = await startPpoAgent({ config, source, env: await source.make({}), threads });
    await expect(agent.close()).rejects.toThrow("stuck");
    (await openDevice("cpu")).close();
    expect(tensors()).toBe(0);
  });

  it("leaves the device alone when the environment does not fit", async () => {
    const env = { observationSpace: new Discrete(2), actionSpace: new Discrete(2) } as unknown as AnyEnv;
    await expect(startPpoAgent({ config, source, env, threads })).rejects.toMatchObject({ code: "space" });
    (await openDevice("cpu")).close();
  });
});

describe("rl-adan train --device webgpu", () => {
  gpuTest("trains, and its process ends", async () => {
    const flags = ["--env", "Pendulum", "--device", "webgpu", "--num-envs", "2", "--num-steps", "64"];
    const small = [
      "--total-timesteps",
      "1",
      "--epochs",
      "1",
      "--set",
      "hidden_sizes=[8]",
      "--eval-episodes",
      "1",
      "--run-dir",
      "cli",
    ];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [main, "train", "ppo", ...flags, ...small],
      {
        cwd: folder,
        encoding: "utf8",
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^device webgpu \(asked for; .*swiftshader.*\), \d threads?$/m);
    expect(stdout).toContain("done  128 steps");
  });
});

describe("--device auto", () => {
  it("records the fastest device and says what it measured; a resumed run stays with it", async () => {
    const runDirectory = join(folder, "auto");
    const facts: RunFacts[] = [];
    const reporter = { ...silentReporter, started: (told: RunFacts) => void facts.push(told) };
    await outcomeOf(trainRun({ config: recipe("auto", 1), runDirectory, reporter }));
    const { device } = readTrainConfig(join(runDirectory, "config.yaml"));
    // A network of eight units: nothing beats the kernels there, least of all a GPU in software.
    expect(device).toBe("simd");
    expect(facts[0]).toMatchObject({ device, deviceReason: "the fastest" });
    const webgpu = missingGpu() === undefined ? "a program on the CPU" : "not here";
    const said = facts[0]!.notes[0]!.replaceAll(/[\d.]+ ms/g, "N ms");
    expect(said).toBe(
      `device auto takes simd; an update's time: simd N ms, webgpu ${webgpu}, cuda not here, wasm N ms`,
    );
    expect(manifestOf(runDirectory)).toMatchObject({ device, equal_bits: true, adapter: null });
    await outcomeOf(resumeRun({ runDirectory, reporter, overrides: { total_timesteps: 2 * ROLLOUT } }));
    expect(facts[1]).toMatchObject({ device, deviceReason: "as the run began" });
  });

  it("of an agent that learns nothing is the default", async () => {
    const { config } = resolveTrainConfig({
      algorithm: "random",
      flags: { env: "Pendulum", device: "auto", total_timesteps: 10 },
    });
    const runDirectory = join(folder, "random");
    await outcomeOf(trainRun({ config, runDirectory }));
    expect(readTrainConfig(join(runDirectory, "config.yaml")).device).toBe("simd");
  });
});
