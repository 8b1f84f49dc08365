import { readFileSync } from "node:fs";
import { arch, platform } from "node:os";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";
import { writeFileAtomic } from "./atomic-file.js";
import { groupHash, runHash } from "./hashes.js";
import { packageVersion } from "./package-version.js";
import type { RunDirectory } from "./run-directory.js";

/** What a run's results depend on besides its configuration, and how it was started. */
export interface Manifest {
  readonly rl_adan: string;
  readonly node: string;
  readonly platform: string;
  /** Version of the physics engine that this package is pinned to. */
  readonly mujoco: string;
  readonly env: string;
  readonly device: string;
  readonly group_hash: string;
  readonly run_hash: string;
  readonly argv: readonly string[];
  readonly started_at: string;
}

export function createManifest(options: {
  readonly config: Readonly<Record<string, unknown>>;
  readonly env: string;
  readonly device: string;
  readonly mujoco: string;
  readonly argv: readonly string[];
}): Manifest {
  const { config, env, device, mujoco, argv } = options;
  return {
    rl_adan: packageVersion(),
    node: process.version,
    platform: `${platform()}-${arch()}`,
    mujoco,
    env,
    device,
    group_hash: groupHash(config),
    run_hash: runHash(config),
    argv,
    started_at: new Date().toISOString(),
  };
}

export function writeManifest(run: RunDirectory, manifest: Manifest): void {
  writeFileAtomic(run.manifest, `${JSON.stringify(manifest, null, 2)}\n`);
}

export function readManifest(run: RunDirectory): Manifest {
  const text = describeDiskError(run.manifest, () => readFileSync(run.manifest, "utf8"));
  try {
    return JSON.parse(text) as Manifest;
  } catch (error) {
    throw new RlAdanError("manifest", `${run.manifest} is not JSON: ${(error as Error).message}`);
  }
}
