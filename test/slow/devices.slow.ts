import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { deviceLearner } from "../../src/device-learner.js";
import { openDevice } from "../../src/devices/open-node.js";
import { gpuTest } from "../support/gpu-test.js";
import { expectNearKernels, expectOneMinibatchLikeKernels } from "../support/learner-distance.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

gpuTest("doctor --check holds webgpu to every recorded update, on a GPU in software", async () => {
  const argv = [main, "doctor", "--check", "--device", "webgpu"];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  console.log(stdout);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("webgpu, 11 recorded updates: within the tolerances");
});

gpuTest("webgpu stays near the kernels over 1,000 steps of the optimizer on HalfCheetah's data", () =>
  expectNearKernels("webgpu", 1000),
);

for (const size of [
  { hiddenSizes: [64, 64], rows: 32_768 },
  { hiddenSizes: [1024, 1024], rows: 64 },
]) {
  gpuTest(
    `webgpu gives what the kernels give: ${size.rows} samples, ${size.hiddenSizes.join("-")}`,
    async () => {
      const device = await openDevice("webgpu");
      await expectOneMinibatchLikeKernels(deviceLearner(device), size);
      device.close();
    },
  );
}
