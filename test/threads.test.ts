import { describe, expect, it } from "vitest";
import { envSource } from "../src/env-source.js";
import { threadsFor } from "../src/ppo-agent-node.js";
import { type PpoTrainConfig, resolveTrainConfig } from "../src/train-config.js";

function threads(flags: Readonly<Record<string, unknown>>, cores: number) {
  const { config } = resolveTrainConfig({ algorithm: "ppo", flags: { ...flags, env: "InvertedPendulum" } });
  return threadsFor(config as PpoTrainConfig, envSource(config, undefined), cores);
}

describe("threads", () => {
  it("are by themselves as many as cores, where there are environments and networks for them", () => {
    expect(threads({ num_envs: 8 }, 4)).toEqual({ actors: 4, learner: 2, notes: [] });
    expect(threads({ num_envs: 1 }, 4)).toEqual({ actors: 1, learner: 2, notes: [] });
    expect(threads({ num_envs: 8 }, 1)).toEqual({ actors: 1, learner: 1, notes: [] });
  });

  it("asked for beyond what there is to do are left out, which is said", () => {
    const notes = ["of 3 threads, 1 can step 1 environment and 2 learn"];
    expect(threads({ num_envs: 1, threads: 3 }, 4)).toEqual({ actors: 1, learner: 2, notes });
  });

  it("asked for beyond the cores are made, which is said", () => {
    const notes = ["the threads share 2 cores"];
    expect(threads({ num_envs: 8, threads: 4 }, 2)).toEqual({ actors: 4, learner: 2, notes });
  });
});
