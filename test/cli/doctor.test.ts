import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { readUpdateRecords } from "../../src/device-check-node.js";
import { RECORDS_PATH } from "../support/update-records.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rl-adan-doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** On a machine without any Vulkan driver, under a Node that tfjs-node-gpu would work with. */
function doctor(...argv: string[]) {
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: "",
    VK_DRIVER_FILES: "/nowhere.json",
    NODE_OPTIONS:
      "--import=data:text/javascript,import%20u%20from%20%22node:util%22;u.isNullOrUndefined=v=>v==null",
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "doctor", ...argv], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("doctor", () => {
  test("tells each device: here, or why not and how to get it", () => {
    const { status, stdout } = doctor();
    expect(status).toBe(0);
    const [machine, ...devices] = stdout.split("\n");
    expect(machine).toContain(`Node ${process.version}, ${process.platform} ${process.arch}`);
    // What is installed for the tests, but for a GPU.
    expect(devices.join("\n")).toMatchInlineSnapshot(`
      "simd    here    our kernels, WebAssembly SIMD; the default; the same bits everywhere
      scalar  here    our kernels without SIMD; the same bits everywhere
      webgpu  absent  TensorFlow.js on the GPU, through WebGPU
                      no GPU answers. On Linux it needs the GPU's Vulkan driver and libvulkan.so.1 (Debian: libvulkan1); vulkaninfo --summary lists what there is.
      cuda    absent  TensorFlow.js on an NVIDIA GPU, through CUDA
                      the package @tensorflow/tfjs-node-gpu is not installed; install it with: npm install @tensorflow/tfjs-node-gpu (it downloads binaries from storage.googleapis.com while it installs, and needs Node 22 at most, CUDA 11.2 and cuDNN 8.1)
      wasm    here    TensorFlow.js, WebAssembly
      cpu     here    TensorFlow.js, plain JavaScript
      "
    `);
  });

  test("tells the same as JSON, of one device", () => {
    const { status, stdout } = doctor("--device", "webgpu", "--json");
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      devices: [{ device: "webgpu", isPresent: false, adapter: null, equalBits: false }],
    });
  });

  test("refuses a device that there is not", () => {
    expect(doctor("--device", "webgp")).toMatchObject({
      status: 2,
      stderr:
        'error: There is no device "webgp"; there are simd, scalar, webgpu, cuda, wasm, cpu. Did you mean "webgpu"?\n',
    });
  });

  test("--check repeats the records that come with the package", () => {
    const { status, stdout, stderr } = doctor("--check", "--device", "simd", "--json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const { checks } = JSON.parse(stdout);
    expect(checks).toMatchObject([{ device: "simd", records: 11, isWithin: true }]);
  });

  test("--check fails when a device is off by more than is allowed, and shows where", () => {
    const [record] = structuredClone(readUpdateRecords(RECORDS_PATH));
    record!.iterations[0]!.expected.advantages[0]![0]! += 0.5;
    writeFileSync(join(folder, "wrong.json"), JSON.stringify({ records: [record] }));
    const { status, stdout, stderr } = doctor("--check", "--device", "wasm", "--records", "wrong.json");
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: "error: Off by more than is allowed: wasm.\n",
    });
    expect(stdout).toContain("wasm, 1 recorded updates: NOT within the tolerances");
    expect(stdout).toMatch(/ {2}advantages +5\.0e-1 +5\.0e-6 {2}.*<- too far\n/);
  });

  test("--check says when a file holds no records", () => {
    writeFileSync(join(folder, "none.json"), "{}");
    expect(doctor("--check", "--device", "scalar", "--records", "none.json")).toMatchObject({
      status: 1,
      stderr: "error: none.json holds no recorded updates.\n",
    });
  });
});
