import { RlAdanError } from "../errors.js";
import { openCpu } from "./cpu.js";
import { openCuda } from "./cuda-node.js";
import type { TfjsDevice } from "./device.js";
import type { TfjsDeviceName } from "./names.js";
import { openWasm } from "./wasm.js";
import { openWebgpuNode } from "./webgpu-node.js";

const OPENERS: Readonly<Record<TfjsDeviceName, () => Promise<TfjsDevice>>> = {
  webgpu: openWebgpuNode,
  cuda: () => openCuda(),
  wasm: openWasm,
  cpu: openCpu,
};

let openName: TfjsDeviceName | undefined;

/**
 * Opens a device of TensorFlow.js under Node; its packages are loaded now. One is open at a time: TensorFlow.js has one current
 * back end in a process.
 *
 * Throws DeviceAbsentError when it is not to be had.
 */
export async function openDevice(name: TfjsDeviceName): Promise<TfjsDevice> {
  if (openName !== undefined) {
    throw new RlAdanError(
      "device-open",
      `Device ${openName} is open in this process; close it before opening ${name}, or use a process for each.`,
    );
  }
  openName = name;
  try {
    const device = await OPENERS[name]();
    let isOpen = true;
    return {
      ...device,
      close() {
        if (!isOpen) return;
        isOpen = false;
        openName = undefined;
        device.close();
      },
    };
  } catch (error) {
    openName = undefined;
    throw error;
  }
}
