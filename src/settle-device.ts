import { RUN_DEFAULTS } from "./config/run-config.js";
import { gpuHints } from "./devices/gpu-hint-node.js";
import { AUTO_DEVICE } from "./devices/names.js";
import type { EnvModule } from "./env-modules-node.js";
import { envSource } from "./env-source.js";
import type { TrainConfig } from "./train-config.js";

/** A run's configuration names the device that "auto" came to. */
export interface SettledDevice {
  readonly config: TrainConfig;
  /** Why this one. */
  readonly deviceReason: string;
  /** What there is to say of it, one sentence each. */
  readonly hints: readonly string[];
}

/** The configuration with a device that is there: "auto" is measured. Throws as opening the devices does. */
export async function settleDevice(
  config: TrainConfig,
  envModule: EnvModule | undefined,
): Promise<SettledDevice> {
  if (config.algorithm !== "ppo") {
    const device = config.device === AUTO_DEVICE ? RUN_DEFAULTS.device : config.device;
    return { config: { ...config, device }, deviceReason: reasonFor(device), hints: [] };
  }
  if (config.device !== AUTO_DEVICE) {
    return { config, deviceReason: reasonFor(config.device), hints: gpuHints(config.device) };
  }
  const { chooseDevice } = await import("./choose-device.js");
  const { device, note, isGpuMeasured } = await chooseDevice(config, envSource(config, envModule));
  const hints = isGpuMeasured ? [] : gpuHints(AUTO_DEVICE);
  return { config: { ...config, device }, deviceReason: "the fastest", hints: [note, ...hints] };
}

function reasonFor(device: string): string {
  return device === RUN_DEFAULTS.device ? "the default" : "asked for";
}
