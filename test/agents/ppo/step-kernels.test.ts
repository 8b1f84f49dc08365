import { describe, expect, it } from "vitest";
import { type StepCall, StepKernels } from "../../../agents/ppo/step-kernels.js";
import { kernelBench } from "../../support/kernels.js";

describe("a step in two threads", () => {
  it("leaves to the other thread what begins at the critic's first cache line", async () => {
    const { arena, kernels, float32 } = await kernelBench("simd");
    const steps = new StepKernels(kernels, arena, 20);
    const calls: StepCall[] = [];
    let finished = 0;
    steps.thread = { startStep: (call) => calls.push(call), finishStep: () => finished++ };
    const values = float32(new Float32Array(50).fill(2));
    steps.scale(values, 3);
    expect([...values.subarray(0, 32)]).toEqual(Array(32).fill(6));
    expect([...values.subarray(32)]).toEqual(Array(18).fill(2));
    expect(calls).toEqual([{ kernel: "scale", arrays: [values.subarray(32)], numbers: [3] }]);
    expect(finished).toBe(1);
  });

  it("never hands over an array that the other thread can't see", async () => {
    const { arena, kernels } = await kernelBench("simd");
    const steps = new StepKernels(kernels, arena, 20);
    const calls: StepCall[] = [];
    steps.thread = { startStep: (call) => calls.push(call), finishStep: () => {} };
    expect(() => steps.scale(new Float32Array(50), 3)).toThrow(
      "an optimizer gets its slots from context.allocate",
    );
    expect(calls).toEqual([]);
  });
});
