import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { type GoldenError, repeatUpdates, type UpdateRecord } from "../../../agents/ppo/golden-updates.js";
import { kernelLearner } from "../../../agents/ppo/kernel-learner.js";
import type { LearnerFactory } from "../../../agents/ppo/learner.js";
import { tfjsLearner } from "../../../agents/ppo/tfjs-learner.js";
import { readUpdateRecords } from "../../../src/device-check-node.js";
import { KERNEL_VARIANTS } from "../../support/kernels.js";
import { useBackend } from "../../support/tfjs.js";
import { RECORDS_PATH } from "../../support/update-records.js";

const records = readUpdateRecords(RECORDS_PATH);

/** What a learner must be compared in, beside the optimizer's slots. */
const QUANTITIES = ["values", "advantages", "returns", "parameters", "loss", "approx_kl", "gradient_norm"];

async function expectRepeats(record: UpdateRecord, learner: LearnerFactory, kernels = "simd"): Promise<void> {
  const errors = await repeatUpdates(record, learner, kernels);
  const quantities = errors.map(({ quantity }) => quantity);
  expect(quantities).toEqual(expect.arrayContaining([...QUANTITIES, "m", "n"]));
  expect(errors.filter(({ error, tolerance }) => !(error <= tolerance))).toEqual([]);
}

describe("the learner repeats whole PPO iterations of an independent implementation", () => {
  for (const device of KERNEL_VARIANTS) {
    it.each(records)(`$name (${device})`, async (record) => {
      await expectRepeats(record, kernelLearner({ device }), device);
    });
  }

  for (const name of ["cpu", "wasm"] as const) {
    it.each(records)(`$name (tfjs ${name})`, async (record) => {
      await useBackend(name);
      await expectRepeats(record, tfjsLearner({ name, tf }));
    });
  }

  it("checks every kind of record there is", () => {
    expect(records.length).toBeGreaterThanOrEqual(11);
  });
});

describe("the comparison with a record", () => {
  const [record] = records;
  const wrong = async (change: (record: UpdateRecord) => void): Promise<GoldenError[]> => {
    const changed = structuredClone(record!);
    change(changed);
    const errors = await repeatUpdates(changed, kernelLearner({ device: "simd" }), "simd");
    return errors.filter(({ error, tolerance }) => !(error <= tolerance));
  };

  it("finds a parameter that is off by more than the tolerance", async () => {
    const errors = await wrong(({ iterations }) => {
      iterations[0]!.expected.parameters_after_epoch[0]!.actor[0]!.bias[0]! += 1e-3;
    });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ quantity: "parameters", tolerance: 2e-5 });
    expect(errors[0]!.error).toBeCloseTo(1e-3, 4);
  });

  it("finds a number that is none, and a minibatch too few", async () => {
    const errors = await wrong(({ iterations }) => {
      iterations[0]!.expected.values[0]![0] = Number.NaN;
      (iterations[1]!.expected.minibatches as object[]).pop();
    });
    expect(errors.map(({ quantity }) => quantity)).toEqual(expect.arrayContaining(["values", "minibatches"]));
  });
});
