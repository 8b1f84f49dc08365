import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCheckpoint, writeCheckpoint } from "../../src/run/checkpoint.js";
import {
  type FailureRecord,
  isSameFailure,
  readFailureDump,
  writeFailureDump,
} from "../../src/run/failure-dump.js";
import { runDirectory } from "../../src/run/run-directory.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();

const record: FailureRecord = {
  format: 1,
  sentence: "Iteration 3: environment 1 gave a reward of NaN at its step 70, step 6 of its episode.",
  failure: { what: "reward", iteration: 3, env: 1, step: 70, episodeStep: 6, value: "NaN" },
  from_step: 128,
  learning_rate_factor: 0.25,
  rl_adan: "0.1.0",
  node: "v24.1.0",
  platform: "linux-x64",
  mujoco: "3.14.0",
};

function dumpOf(name: string, changes: Partial<FailureRecord> = {}): string {
  const run = runDirectory(join(folder, name));
  mkdirSync(run.path);
  writeFileSync(run.config, "algorithm: ppo\n");
  writeCheckpoint(run.path, 128, { weights: Float32Array.of(1, 2, 3) });
  const { format: _, from_step: __, ...written } = record;
  return writeFailureDump(run, readCheckpoint(run.path, "latest"), { ...written, ...changes });
}

describe("the dump of a failure", () => {
  it("gives back what was put into it, checkpoint and configuration too", () => {
    const path = dumpOf("whole");
    expect(path).toBe(join(folder, "whole", "failures", "iteration-000003-rollback-2"));
    const { record: found, checkpoint, config } = readFailureDump(path);
    expect(found).toEqual(record);
    expect(isSameFailure(found.failure, record.failure)).toBe(true);
    expect(checkpoint).toMatchObject({ step: 128, tree: { weights: Float32Array.of(1, 2, 3) } });
    expect(readFileSync(config, "utf8")).toBe("algorithm: ppo\n");
  });

  const tensors = [
    {
      ...{ name: "actor.0.weight", size: 3 },
      ...{ parameters: { notFinite: 0, min: -1, max: 1 }, gradient: { notFinite: 3, min: null, max: null } },
    },
  ];
  const ofLearner = {
    iteration: 3,
    epoch: 1,
    minibatch: 2,
    learningRate: 3e-4,
    loss: "NaN",
    gradientNorm: "Infinity",
    tensors,
  };
  const failures: FailureRecord["failure"][] = [
    { what: "observation", iteration: 3, env: 0, step: 1, episodeStep: 1, value: "-Infinity at index 2" },
    { what: "reward", iteration: 3, env: 0, step: 1, episodeStep: 1, value: "undefined" },
    { what: "action", iteration: 3, env: 0, step: 1, episodeStep: 1, value: "-Infinity" },
    { what: "moments", iteration: 3, of: "rewards" },
    { what: "moments", iteration: 3, of: "observation 12" },
    { what: "loss", tensor: null, ...ofLearner },
    { what: "gradient", tensor: "critic.10.bias", ...ofLearner },
    { what: "parameters", tensor: "log_std", ...ofLearner },
    { what: "slot", tensor: "previous_gradient", ...ofLearner },
  ];
  it.each(failures.map((failure, index) => ({ failure, index, what: failure.what })))(
    "gives back every kind of failure: $index $what",
    ({ failure, index }) => {
      const { record: found } = readFailureDump(dumpOf(`kind-${index}`, { failure }));
      expect(found.failure).toEqual(failure);
      expect(isSameFailure(found.failure, failure)).toBe(true);
    },
  );

  it("is refused when its checkpoint is gone", () => {
    const path = dumpOf("gone");
    rmSync(join(path, "checkpoints"), { recursive: true });
    expect(() => readFailureDump(path)).toThrow("lacks its checkpoint of step 128: it was changed.");
  });

  it("is told from another failure by a single number", () => {
    expect(isSameFailure({ ...record.failure, iteration: 4 }, record.failure)).toBe(false);
  });

  it("is refused when its checkpoint is damaged", () => {
    const path = dumpOf("damaged");
    const file = join(path, "checkpoints", "step-000000128", "train-state.safetensors");
    const bytes = readFileSync(file);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(file, bytes);
    expect(() => readFailureDump(path)).toThrow("is damaged: its digest does not fit its contents.");
  });

  it.each([
    { title: "text that is no JSON", text: "{", message: "is not JSON" },
    { title: "null", text: "null", message: "holds no failure of format 1." },
    { title: "another format", text: { ...record, format: 2 }, message: 'format 1: "format" does not fit.' },
    {
      title: "words where a number belongs, which a terminal would obey",
      text: { ...record, failure: { ...record.failure, value: "\u001b[2J" } },
      message: 'format 1: "failure.value" does not fit.',
    },
    {
      title: "a version with control characters",
      text: { ...record, node: "v24\u0007" },
      message: 'format 1: "node" does not fit.',
    },
    {
      title: "more than a failure takes",
      text: " ".repeat((1 << 20) + 1),
      message: "at most 1048576 are read.",
    },
  ])("is refused with $title", ({ title, text, message }) => {
    const path = dumpOf(title.replace(/\W/g, "-"));
    writeFileSync(join(path, "failure.json"), typeof text === "string" ? text : JSON.stringify(text));
    expect(() => readFailureDump(path)).toThrow(message);
  });

  it("is refused when something in it leads out of it", () => {
    const path = dumpOf("linked");
    rmSync(join(path, "config.yaml"));
    symlinkSync("/etc/hostname", join(path, "config.yaml"));
    expect(() => readFailureDump(path)).toThrow("config.yaml is a link that leads to no file of the run;");
  });

  it("is not any folder", () => {
    expect(() => readFailureDump(join(folder, "none"))).toThrow(
      /is not a failure's dump: it does not exist\.$/,
    );
    expect(() => readFailureDump(folder)).toThrow(/is not a failure's dump: it has no failure\.json\.$/);
  });
});
