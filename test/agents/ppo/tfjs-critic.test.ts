import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { RolloutValues } from "../../../agents/ppo/advantages.js";
import { TfjsActorCritic } from "../../../agents/ppo/tfjs-actor-critic.js";
import { TfjsCritic } from "../../../agents/ppo/tfjs-critic.js";
import { tfjsLearner } from "../../../agents/ppo/tfjs-learner.js";
import { Pacer } from "../../../src/pacer.js";
import { parameterLayout } from "../../../src/policy/network.js";
import { BENCH_SHAPE, endEpisodes, learnerBench } from "../../support/learner-bench.js";
import { useBackend } from "../../support/tfjs.js";

const device = { name: "cpu", tf };

describe("the critic on TensorFlow.js", () => {
  beforeAll(() => useBackend("cpu"));

  it("makes tensors of the same sizes whether 5 episodes end or 12", async () => {
    const bench = await learnerBench(tfjsLearner(device));
    const sizesWith = async (ended: number) => {
      endEpisodes(bench, ended);
      const { kernels } = await tf.profile(async () => {
        await bench.update(1);
        return [];
      });
      return [...new Set(kernels.flatMap(({ outputShapes }) => outputShapes.map(String)))].sort();
    };
    expect(await sizesWith(5)).toEqual(await sizesWith(12));
    await bench.learner.close();
  });

  it.each([3, 32, 100])("gives the same values in passes of %i rows as in one", async (passRows) => {
    const bench = await learnerBench(tfjsLearner(device));
    const layout = parameterLayout(BENCH_SHAPE);
    const network = new TfjsActorCritic(device, BENCH_SHAPE, layout);
    const { buffer, parameters, scaledRewards } = bench;
    const ended = Array.from({ length: 50 }, (_, k) => 2 * k);
    const start = tf.memory().numTensors;
    const valuesBy = async (rows: number): Promise<RolloutValues> => {
      const critic = new TfjsCritic(tf, network, rows);
      critic.weights = tf.tensor1d(parameters);
      critic.observations = tf.tensor2d(buffer.observations, [128, BENCH_SHAPE.observationSize]);
      const values = await critic.evaluate({ ...buffer, scaledRewards }, ended, new Pacer());
      tf.dispose([critic.weights, critic.observations]);
      return values;
    };
    const [some, whole] = [await valuesBy(passRows), await valuesBy(10_000)];
    expect(some).toEqual(whole);
    const lengths = [some.values, some.lastValues, some.finalValues].map(({ length }) => length);
    expect(lengths).toEqual([128, 4, 50]);
    expect(tf.memory().numTensors).toBe(start);
    await bench.learner.close();
  });
});
