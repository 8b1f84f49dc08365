import { describe, expect, it } from "vitest";
import { checkDevice, readUpdateRecords } from "../../src/device-check-node.js";
import { deviceLearner } from "../../src/device-learner.js";
import { openDevice } from "../../src/devices/open-node.js";
import { DeviceAbsentError } from "../../src/devices/packages.js";
import { gpuTest } from "../support/gpu-test.js";
import { endEpisodes, learnerBench } from "../support/learner-bench.js";
import { RECORDS_PATH } from "../support/update-records.js";

const records = readUpdateRecords(RECORDS_PATH);
/** Few minibatches, and between them ReLU and tanh, Adan and Adam, a stop: a GPU in software is slow. test/slow has them all. */
const SHORT = records.filter(({ name }) => /^advantages recomputed|^ReLU|^KL stop/.test(name));

describe("recorded updates on a device", () => {
  gpuTest("hold on webgpu", async () => {
    expect(SHORT).toHaveLength(4);
    const check = await checkDevice("webgpu", SHORT);
    expect(check).toMatchObject({ device: "webgpu", records: 4, isWithin: true });
    expect(check.adapter).toContain("swiftshader");
    // The record allows 2e-5 in float32, a GPU ten times that.
    const parameters = check.quantities.find(({ quantity }) => quantity === "parameters")!;
    expect(parameters.tolerance).toBe(2e-4);
    expect(parameters.error).toBeGreaterThan(0);
  });

  it("tell a quantity that is off, with the record that it is off in", async () => {
    const wrong = structuredClone(records.slice(0, 2));
    wrong[1]!.iterations[0]!.expected.values[0]![0]! += 1;
    const check = await checkDevice("scalar", wrong);
    expect(check.isWithin).toBe(false);
    const off = check.quantities.filter(({ isWithin }) => !isWithin);
    expect(off).toMatchObject([{ quantity: "values", tolerance: 5e-6, record: wrong[1]!.name }]);
    expect(off[0]!.error).toBeCloseTo(1, 4);
  });

  it("need the device", async () => {
    await expect(checkDevice("cuda", records)).rejects.toBeInstanceOf(DeviceAbsentError);
  });
});

describe("updates on webgpu", () => {
  gpuTest("take no more of the GPU's memory when another number of episodes ends", async () => {
    const device = await openDevice("webgpu");
    const config = { epochs: 1, minibatch_size: 128 };
    const bench = await learnerBench(deviceLearner(device), { config });
    const allocated: unknown[] = [];
    for (const ended of [5, 5, 6, 7, 12]) {
      endEpisodes(bench, ended);
      await bench.update(1);
      const { numBytesAllocatedInGPU } = device.tf.memory() as unknown as Record<string, number>;
      allocated.push(numBytesAllocatedInGPU);
    }
    expect(allocated[0]).toBeGreaterThan(0);
    expect(new Set(allocated.slice(1)).size).toBe(1);
    await bench.learner.close();
    device.close();
  });
});
