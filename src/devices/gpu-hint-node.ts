import { existsSync, readdirSync } from "node:fs";
import { AUTO_DEVICE } from "./names.js";

/** Where a GPU shows itself without a driver being asked: it takes microseconds and loads nothing. */
const GPU_FILES = [
  "/dev/nvidia0",
  "/dev/dxg",
  "C:\\Windows\\System32\\nvcuda.dll",
  "/System/Library/Frameworks/Metal.framework",
];
const RENDER_FOLDER = "/dev/dri";

/** What can be asked of the machine. */
export interface Machine {
  exists(path: string): boolean;
  /** The names in a folder. Throws without it, or without the right to read it. */
  list(folder: string): readonly string[];
}

const thisMachine: Machine = { exists: existsSync, list: (folder) => readdirSync(folder) };

/**
 * How to try the GPU of this machine, if there is one to be seen and the run is on another device; at most one sentence.
 *
 * device: "auto" when every device was to be measured, and no GPU could be.
 */
export function gpuHints(device: string, machine: Machine = thisMachine): string[] {
  if (device === "webgpu" || device === "cuda") return [];
  const gpu = GPU_FILES.find((path) => machine.exists(path)) ?? renderNode(machine);
  if (gpu === undefined) return [];
  const advice =
    device === AUTO_DEVICE
      ? "that could not be tried; rl-adan doctor tells what it needs"
      : "that this run does not use; --device auto measures whether it would be faster, rl-adan doctor tells what it needs";
  return [`there is a GPU (${gpu}) ${advice}`];
}

function renderNode(machine: Machine): string | undefined {
  try {
    const name = machine.list(RENDER_FOLDER).find((entry) => entry.startsWith("renderD"));
    return name === undefined ? undefined : `${RENDER_FOLDER}/${name}`;
  } catch {
    // As a rule there is no such folder. A hint is no reason to end a run.
    return undefined;
  }
}
