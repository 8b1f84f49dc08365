import { existsSync, readdirSync } from "node:fs";

/** Where a GPU shows itself without a driver being asked: it takes microseconds and loads nothing. */
const NVIDIA_FILES = ["/dev/nvidia0", "/dev/dxg", "C:\\Windows\\System32\\nvcuda.dll"];
const RENDER_FOLDER = "/dev/dri";

/** What can be asked of the machine. */
export interface Machine {
  exists(path: string): boolean;
  list(folder: string): readonly string[];
}

const thisMachine: Machine = {
  exists: existsSync,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
};

/** How to try the GPU of this machine, if there is one to be seen and the device is another; at most one sentence. */
export function gpuHints(device: string, machine: Machine = thisMachine): string[] {
  if (device === "webgpu" || device === "cuda") return [];
  const gpu = NVIDIA_FILES.find((path) => machine.exists(path)) ?? renderNode(machine);
  if (gpu === undefined) return [];
  return [
    `there is a GPU (${gpu}) that this run does not use; --device auto measures whether it would be faster, rl-adan doctor tells what it needs`,
  ];
}

function renderNode(machine: Machine): string | undefined {
  const name = machine.list(RENDER_FOLDER).find((entry) => entry.startsWith("renderD"));
  return name === undefined ? undefined : `${RENDER_FOLDER}/${name}`;
}
