import type { TfjsDevice } from "./device.js";
import { loadPackage, orAbsent } from "./packages.js";
import { openWebgpu } from "./webgpu.js";

/**
 * WebGPU under Node: Dawn, from the package `webgpu`.
 *
 * TensorFlow.js finds WebGPU in the global scope alone. This is the one place that puts it there, when the device is first
 * asked for; what it puts there stays, and with it the reference that keeps Dawn alive.
 */
export async function openWebgpuNode(): Promise<TfjsDevice> {
  await orAbsent("webgpu", "Dawn does not start", installWebgpu);
  return openWebgpu();
}

async function installWebgpu(): Promise<void> {
  if (globalThis.navigator?.gpu !== undefined) return;
  const { create, globals } = await loadPackage("webgpu", "webgpu", () => import("webgpu"));
  Object.assign(globalThis, globals);
  const gpu = create([]);
  // Node has a navigator of its own from version 21 on.
  if (globalThis.navigator !== undefined) {
    Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
  } else {
    const navigator = { gpu, userAgent: "node", platform: process.platform };
    Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
  }
}
