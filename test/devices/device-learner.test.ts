import * as tf from "@tensorflow/tfjs";
import { beforeEach, describe, expect, it } from "vitest";
import { deviceLearner } from "../../src/device-learner.js";
import type { TfjsDevice } from "../../src/devices/device.js";
import { PhaseClock } from "../../src/phase-clock.js";
import { learnerBench } from "../support/learner-bench.js";
import { useBackend } from "../support/tfjs.js";

/** TensorFlow.js's cpu back end, as a device that is lost when `lose` is called. */
function cpuDevice() {
  let lose: (reason: string) => void = () => {};
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });
  const device: TfjsDevice = {
    ...{ name: "cpu", tf, adapter: null, isSoftwareGpu: false, limits: {}, lost },
    close() {},
  };
  return { device, lose: () => lose("no power") };
}

describe("a learner whose device is lost", () => {
  beforeEach(() => useBackend("cpu"));

  it("fails though its update had ended, when the loss is told right after", async () => {
    const { device, lose } = cpuDevice();
    const bench = await learnerBench(deviceLearner(device));
    class LastPhase extends PhaseClock {
      override enter(phase: string): void {
        if (phase === "metrics") setImmediate(lose);
      }
    }
    await expect(bench.update(1, { clock: new LastPhase() })).rejects.toThrow("Device cpu failed: no power.");
    await bench.learner.close();
  });

  it("has ended its update when it is closed, and leaves no tensors", async () => {
    const { device, lose } = cpuDevice();
    const start = tf.memory().numTensors;
    const bench = await learnerBench(deviceLearner(device), { config: { epochs: 10_000 } });
    const shuffle = (epoch: number, out: Int32Array) => {
      out.fill(0);
      if (epoch === 2) lose();
    };
    await expect(bench.update(1, { shuffle })).rejects.toThrow("Device cpu failed: no power.");
    await bench.learner.close();
    expect(tf.memory().numTensors).toBe(start);
  });
});
