import { describe, it } from "vitest";
import { expectNearKernels } from "../support/learner-distance.js";

describe("learners stay near each other on HalfCheetah's data", () => {
  it("over 1,000 steps of the optimizer: tfjs cpu and simd", () => expectNearKernels("cpu", 1000));
});
