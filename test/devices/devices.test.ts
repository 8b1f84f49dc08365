import { execFileSync } from "node:child_process";
import * as tfjs from "@tensorflow/tfjs";
import { describe, expect, it, vi } from "vitest";
import type { LearnerOptions } from "../../agents/ppo/learner.js";
import { deviceLearner } from "../../src/device-learner.js";
import { openCuda } from "../../src/devices/cuda-node.js";
import { gpuHints } from "../../src/devices/gpu-hint-node.js";
import { DEVICES, isTfjsDevice, kernelDevice, promisesEqualBits } from "../../src/devices/names.js";
import { openDevice } from "../../src/devices/open-node.js";
import { DeviceAbsentError, loadPackage, useBackend } from "../../src/devices/packages.js";
import { openWebgpu } from "../../src/devices/webgpu.js";
import { parameterLayout } from "../../src/policy/network.js";
import type { RolloutBuffer } from "../../src/rollout/rollout-buffer.js";
import { type PpoTrainConfig, resolveTrainConfig } from "../../src/train-config.js";
import { gpuOf, gpuTest } from "../support/gpu-test.js";

/** Large enough that WebGPU does not leave it to the CPU. */
async function trace(tf: typeof tfjs): Promise<number> {
  const product = tf.tidy(() => tf.matMul(tf.ones([64, 32]), tf.fill([32, 64], 2)).sum());
  const [sum] = await product.data();
  product.dispose();
  return sum!;
}

describe("a device of TensorFlow.js", () => {
  it.each(["cpu", "wasm"] as const)("%s opens, computes, closes and opens again", opensTwice);

  gpuTest("webgpu opens, computes, closes and opens again", () => opensTwice("webgpu"));

  async function opensTwice(name: "cpu" | "wasm" | "webgpu"): Promise<void> {
    for (let round = 0; round < 2; round++) {
      const device = await openDevice(name);
      expect(device.tf.getBackend()).toBe(name);
      expect(device.adapter === null).toBe(name !== "webgpu");
      expect(await trace(device.tf)).toBe(64 * 64 * 32 * 2);
      expect(device.tf.memory().numTensors).toBe(0);
      device.close();
      device.close();
    }
  }

  it("is alone in its process", async () => {
    const device = await openDevice("cpu");
    await expect(openDevice("wasm")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RlAdanError: Device cpu is open in this process; close it before opening wasm, or use a process for each.]`,
    );
    device.close();
  });
});

describe("WebGPU", () => {
  gpuTest("tells that it was lost", async () => {
    const device = await openDevice("webgpu");
    gpuOf(device).destroy();
    expect(await device.lost).toBe("device was destroyed");
    device.close();
  });

  gpuTest("counts as lost when it refuses memory", async () => {
    const device = await openDevice("webgpu");
    gpuOf(device).createBuffer({ size: 2 * device.limits.tensorBytes!, usage: GPUBufferUsage.STORAGE });
    expect(await device.lost).toBe(
      "Buffer size (2147483648) exceeds the max buffer size limit (1073741824).",
    );
    device.close();
  });

  gpuTest("refuses what its adapter has no room for before anything is allocated", async () => {
    const device = await openDevice("webgpu");
    const shape = {
      observationSize: 348,
      actionSize: 17,
      hiddenSizes: [1024, 1024],
      activation: "tanh",
    } as const;
    const { config } = resolveTrainConfig({ algorithm: "ppo", flags: { env: "Humanoid" } });
    const plan = {
      shape,
      layout: parameterLayout(shape),
      buffer: { steps: 4096, envs: 256 } as RolloutBuffer,
      config: config as PpoTrainConfig,
    };
    const tensors = device.tf.memory().numTensors;
    await expect(
      deviceLearner(device)(plan as unknown as LearnerOptions),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RlAdanError: The learner's largest tensor would take 1392 MiB of device webgpu; its limit for one is 1024 MiB. Choose a smaller rollout, minibatch or network, or device simd.]`,
    );
    expect(device.tf.memory().numTensors).toBe(tensors);
    device.close();
  });

  it("is absent in a sentence where no driver is", () => {
    const told = absence(
      'import { openDevice } from "./dist/src/devices/open-node.js"; await openDevice("webgpu")',
    );
    expect(told).toMatchInlineSnapshot(
      `"device-absent Device webgpu is not to be had: no GPU answers. On Linux it needs the GPU's Vulkan driver and libvulkan.so.1 (Debian: libvulkan1); vulkaninfo --summary lists what there is."`,
    );
  });
});

/** What the compiled program says in a Node of its own, without vitest's resolver and without any Vulkan. */
function absence(script: string): string {
  const module = `process.on("uncaughtException", (error) => console.log(error.code, error.message)); ${script}`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", module], {
    env: { ...process.env, LD_LIBRARY_PATH: "", VK_DRIVER_FILES: "/nowhere.json" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

describe("CUDA", () => {
  it("takes whatever namespace its package gives", async () => {
    const device = await openCuda({ load: async () => tfjs, backend: "cpu" });
    expect(device).toMatchObject({
      name: "cuda",
      adapter: `TensorFlow.js ${tfjs.version_core}, back end "cpu"`,
    });
    expect(await trace(device.tf)).toBe(64 * 64 * 32 * 2);
  });

  it("says how to get its package", () => {
    const told = absence(
      'import { openCuda } from "./dist/src/devices/cuda-node.js"; await openCuda({ util: { isNullOrUndefined: true } })',
    );
    expect(told).toMatchInlineSnapshot(
      `"device-absent Device cuda is not to be had: the package @tensorflow/tfjs-node-gpu is not installed; install it with: npm install @tensorflow/tfjs-node-gpu (it downloads binaries from storage.googleapis.com while it installs, and needs Node 22 at most, CUDA 11.2 and cuDNN 8.1)"`,
    );
  });

  it("says what Node from 23 on lacks, and how to give it back", async () => {
    const error: unknown = await openCuda({
      util: {},
      nodeVersion: "v24.11.1",
      load: async () => tfjs,
    }).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatchInlineSnapshot(
      `"Device cuda is not to be had: Node v24.11.1 has no util.isNullOrUndefined, which @tensorflow/tfjs-node-gpu and its installation call. Use Node 22, or put this before the command: NODE_OPTIONS='--import=data:text/javascript,import%20u%20from%20%22node:util%22;u.isNullOrUndefined=v=>v==null'"`,
    );
    const options = /NODE_OPTIONS='(.*)'$/.exec((error as Error).message)![1]!;
    const script =
      'const util = require("util"); console.log(util.isNullOrUndefined(null), util.isNullOrUndefined(0))';
    const env = { ...process.env, NODE_OPTIONS: options };
    expect(execFileSync(process.execPath, ["-e", script], { env, encoding: "utf8" })).toBe("true false\n");
  });

  it("is absent when the package computes on the CPU", async () => {
    await tfjs.setBackend("cpu");
    const backend = tfjs.backend() as { isUsingGpuDevice?: boolean };
    backend.isUsingGpuDevice = false;
    await expect(
      openCuda({ load: async () => tfjs, backend: "cpu" }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DeviceAbsentError: Device cuda is not to be had: @tensorflow/tfjs-node-gpu finds no GPU: it needs an NVIDIA driver, CUDA 11.2 and cuDNN 8.1.]`,
    );
    delete backend.isUsingGpuDevice;
  });
});

describe("a package of a device", () => {
  it("that is not installed is named, with the command that installs it", async () => {
    // A specifier in a variable is resolved when it runs.
    const name: string = "@tensorflow/tfjs-backend-none";
    await expect(loadPackage("wasm", name, () => import(name))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DeviceAbsentError: Device wasm is not to be had: the package @tensorflow/tfjs-backend-none is not installed; install it with: npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm]`,
    );
  });

  it("that does not load says why", async () => {
    const load = () => Promise.reject(new Error("invalid ELF header\n  at …"));
    await expect(loadPackage("webgpu", "webgpu", load)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DeviceAbsentError: Device webgpu is not to be had: the package webgpu can't be loaded: invalid ELF header; install it again with: npm install @tensorflow/tfjs @tensorflow/tfjs-backend-webgpu webgpu]`,
    );
  });

  it("of another TensorFlow.js leaves this one without the back end", async () => {
    await expect(useBackend("wasm", tfjs, "of-another-copy")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DeviceAbsentError: Device wasm is not to be had: TensorFlow.js 4.22.0 has no back end "of-another-copy". If there are two versions of TensorFlow.js (npm ls @tensorflow/tfjs-core), keep one.]`,
    );
  });
});

describe("a back end that does not start", () => {
  it("says why, in one line and nowhere else", async () => {
    const warn = vi.spyOn(console, "warn");
    tfjs.registerBackend("broken", () => Promise.reject(new Error("no .wasm file here\n  at …")));
    await expect(useBackend("wasm", tfjs, "broken")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DeviceAbsentError: Device wasm is not to be had: TensorFlow.js's back end "broken" did not start: no .wasm file here]`,
    );
    expect(warn).not.toHaveBeenCalled();
    tfjs.removeBackend("broken");
    warn.mockRestore();
  });
});

describe("a driver that fails", () => {
  const failures = [
    {
      title: "asked for an adapter",
      gpu: { requestAdapter: () => Promise.reject(new Error("no memory\n  at …")) },
    },
    {
      title: "asked for a device",
      gpu: {
        requestAdapter: async () => ({
          limits: {},
          requestDevice: () => Promise.reject(new Error("the driver is too old")),
        }),
      },
    },
  ];

  it.each(failures)("leaves the device absent: $title", async ({ gpu }) => {
    await expect(withGpu(gpu, openWebgpu)).rejects.toBeInstanceOf(DeviceAbsentError);
  });

  it("has its device destroyed when no back end starts on it", async () => {
    let isDestroyed = false;
    const device = {
      destroy() {
        isDestroyed = true;
      },
    };
    const gpu = { requestAdapter: async () => ({ limits: {}, info: {}, requestDevice: async () => device }) };
    await expect(withGpu(gpu, openWebgpu)).rejects.toBeInstanceOf(DeviceAbsentError);
    expect(isDestroyed).toBe(true);
    expect(tfjs.findBackendFactory("webgpu")).toBeNull();
  });

  /** A page's `navigator.gpu` in the time of `work`. */
  async function withGpu<T>(gpu: object, work: () => Promise<T>): Promise<T> {
    const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
    Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
    try {
      return await work();
    } finally {
      if (before === undefined) Reflect.deleteProperty(globalThis, "navigator");
      else Object.defineProperty(globalThis, "navigator", before);
    }
  }
});

describe("the names", () => {
  it("tell our own kernels, with their bits, from TensorFlow.js", () => {
    expect(DEVICES.filter(promisesEqualBits)).toEqual(["simd", "scalar"]);
    expect(DEVICES.filter(isTfjsDevice)).toEqual(["webgpu", "cuda", "wasm", "cpu"]);
    expect(DEVICES.map(kernelDevice)).toEqual(["simd", "scalar", "simd", "simd", "simd", "simd"]);
  });
});

describe("the hint of a GPU", () => {
  const machine = (...files: string[]) => ({
    exists: (path: string) => files.includes(path),
    list: (folder: string) =>
      files.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1)),
  });

  it.each([
    ["/dev/nvidia0", machine("/dev/nvidia0", "/dev/dri/renderD128")],
    ["/dev/dri/renderD128", machine("/dev/dri/card0", "/dev/dri/renderD128")],
    ["/dev/dxg", machine("/dev/dxg")],
    ["/System/Library/Frameworks/Metal.framework", machine("/System/Library/Frameworks/Metal.framework")],
  ])("names %s when the device is another", (path, found) => {
    expect(gpuHints("simd", found)).toEqual([
      `there is a GPU (${path}) that this run does not use; --device auto measures whether it would be faster, rl-adan doctor tells what it needs`,
    ]);
    expect(gpuHints("webgpu", found)).toEqual([]);
    expect(gpuHints("auto", found)).toEqual([
      `there is a GPU (${path}) that could not be tried; rl-adan doctor tells what it needs`,
    ]);
  });

  it("is silent without one: a display is none, a folder that can't be read neither", () => {
    expect(gpuHints("simd", machine("/dev/dri/card0"))).toEqual([]);
    const list = () => {
      throw new Error("EACCES: permission denied, scandir '/dev/dri'");
    };
    expect(gpuHints("simd", { ...machine(), list })).toEqual([]);
  });
});
