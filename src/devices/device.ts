import type * as tfjs from "@tensorflow/tfjs";
import type { TfjsDeviceName } from "./names.js";

export type TensorFlowNamespace = typeof tfjs;

export interface DeviceLimits {
  /** Of the largest tensor. */
  readonly tensorBytes?: number;
  /** Of all tensors together. */
  readonly totalBytes?: number;
}

/** A device of TensorFlow.js that is open: its back end is the current one of `tf`. */
export interface TfjsDevice {
  readonly name: TfjsDeviceName;
  readonly tf: TensorFlowNamespace;
  /** What the GPU calls itself; null when the device is the CPU. */
  readonly adapter: string | null;
  /** Whether that GPU is a program on the CPU, as llvmpipe and SwiftShader are. */
  readonly isSoftwareGpu: boolean;
  /** What it has room for, where that is known; in bytes. */
  readonly limits: DeviceLimits;
  /** Resolves with the reason when the device fails for good by itself. */
  readonly lost: Promise<string>;
  /** Whoever has tensors on it disposes of them first. */
  close(): void;
}

/** Never: what the CPU does when asked whether it is lost. */
export const NEVER_LOST: Promise<string> = new Promise(() => {});
