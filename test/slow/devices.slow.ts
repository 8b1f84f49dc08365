import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { gpuTest } from "../support/gpu-test.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

gpuTest("doctor --check holds webgpu to every recorded update, on a GPU in software", async () => {
  const argv = [main, "doctor", "--check", "--device", "webgpu"];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  console.log(stdout);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("webgpu, 11 recorded updates: within the tolerances");
});
