import { describe, it } from "vitest";
import { expectNearKernels } from "../../support/learner-distance.js";

describe("learners stay near each other on HalfCheetah's data", () => {
  it("over 1,000 steps of the optimizer: tfjs wasm and simd", () => expectNearKernels("wasm", 1000));

  // 1,000 take it a minute: test/slow.
  it("over 100 steps: tfjs cpu and simd", () => expectNearKernels("cpu", 100));
});
