import { describe, expect } from "vitest";
import type { UpdateRecord } from "../../agents/ppo/golden-updates.js";
import { readUpdateRecords } from "../../src/device-check-node.js";
import { gpuTest } from "../support/gpu-test.js";
import { callInPage } from "../support/page.js";
import { RECORDS_PATH } from "../support/update-records.js";
import type { InPage } from "./page-updates.js";

describe("in a page", () => {
  gpuTest("the browser's WebGPU repeats recorded updates", async () => {
    const records = readUpdateRecords(RECORDS_PATH).filter(({ name }) => /^advantages recomputed/.test(name));
    expect(records).toHaveLength(1);
    const { adapter, errors, tensorsLeft } = await callInPage<readonly UpdateRecord[], InPage>(
      ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-webgpu"],
      "test/devices/page-updates.ts",
      "repeatInPage",
      records,
    );
    expect(adapter).toContain("swiftshader");
    expect(errors.filter(({ quantity }) => quantity === "parameters")).toHaveLength(records.length);
    // SwiftShader's arithmetic is float32's: it needs no more than the records allow.
    expect(errors.filter(({ error, tolerance }) => !(error <= tolerance))).toEqual([]);
    expect(tensorsLeft).toBe(0);
  });
});
