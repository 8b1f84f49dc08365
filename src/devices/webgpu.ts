import type { TensorFlowNamespace, TfjsDevice } from "./device.js";
import { DeviceAbsentError, loadPackage, loadTensorFlow, orAbsent, useBackend } from "./packages.js";

const NAME = "webgpu";
/** What TensorFlow.js asks an adapter for beyond the defaults, where it has more. */
const LIMITS = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
] as const;

/**
 * The GPU behind `navigator.gpu`: a page's own, or the one that webgpu-node.ts has put there.
 *
 * The GPUDevice is ours, not the back end's, so that its loss is seen and it can be given back and opened again.
 * Throws DeviceAbsentError without WebGPU, adapter or package, and when the driver fails.
 */
export async function openWebgpu(): Promise<TfjsDevice> {
  const gpu = globalThis.navigator?.gpu as GPU | undefined;
  if (gpu === undefined) {
    throw new DeviceAbsentError(
      NAME,
      "there is no navigator.gpu: a page has it in a browser with WebGPU, from https: or localhost.",
    );
  }
  const adapter = await orAbsent(NAME, "the GPU's driver gives no adapter", () =>
    gpu.requestAdapter({ powerPreference: "high-performance" }),
  );
  if (adapter === null) {
    throw new DeviceAbsentError(
      NAME,
      "no GPU answers. On Linux it needs the GPU's Vulkan driver and libvulkan.so.1 (Debian: libvulkan1); " +
        "vulkaninfo --summary lists what there is.",
    );
  }
  const tf = await loadTensorFlow(NAME);
  const { WebGPUBackend } = await loadPackage(
    NAME,
    "@tensorflow/tfjs-backend-webgpu",
    () => import("@tensorflow/tfjs-backend-webgpu"),
  );
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await orAbsent(NAME, "the GPU's driver gives no device", () =>
    adapter.requestDevice({ requiredLimits }),
  );
  const close = () => {
    removeBackend(tf);
    device.destroy();
  };
  removeBackend(tf);
  tf.registerBackend(NAME, async () => new WebGPUBackend(device, adapter.info));
  try {
    await useBackend(NAME, tf, NAME);
  } catch (error) {
    close();
    throw error;
  }
  return {
    name: NAME,
    tf,
    adapter: adapterName(adapter.info),
    isSoftwareGpu: adapter.info.isFallbackAdapter,
    limits: {
      tensorBytes: Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize),
    },
    lost: lossOf(device),
    close,
  };
}

/** That of another opening, or the back end's own, which would open a device that we don't hold. */
function removeBackend(tf: TensorFlowNamespace): void {
  if (tf.engine().registryFactory[NAME] !== undefined) tf.removeBackend(NAME);
}

/** The device is lost, or refused something (memory, as a rule): whatever it gives from then on is wrong. */
function lossOf(device: GPUDevice): Promise<string> {
  return new Promise((resolve) => {
    void device.lost.then(({ reason, message }) => resolve(message || reason));
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      resolve((event as GPUUncapturedErrorEvent).error.message.split("\n", 1)[0]!);
    });
  });
}

function adapterName({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  return [vendor, architecture, device, description].filter((part) => part !== "").join(", ");
}
