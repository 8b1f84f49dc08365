import { arch, platform } from "node:os";
import { promisesEqualBits } from "../devices/names.js";
import { describeDiskError } from "../disk-errors-node.js";
import { RlAdanError } from "../errors.js";
import { readLimitedFile } from "../limited-file-node.js";
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
  /** Whether the same seed gives the same bits on this device everywhere; absent in manifests of before. */
  readonly equal_bits?: boolean;
  /** What the GPU called itself; null without one. */
  readonly adapter?: string | null;
  readonly group_hash: string;
  readonly run_hash: string;
  readonly argv: readonly string[];
  readonly started_at: string;
  /** Each time that the run was taken up again; a longer budget changes its hashes. */
  readonly resumed: readonly Resumption[];
}

/** The entries that are text. */
const TEXTS = ["rl_adan", "node", "platform", "mujoco", "env", "device", "group_hash", "run_hash"] as const;
const VERSION = /^\d[\w.+-]{0,99}$/;
/** Thousands of resumptions. */
const MAX_MANIFEST_BYTES = 4 << 20;

export interface Resumption {
  readonly from_step: number;
  /** That the part before was computed on. */
  readonly device_before: string;
  readonly argv: readonly string[];
  readonly started_at: string;
  readonly rl_adan: string;
  readonly node: string;
}

/** What bits may depend on besides a configuration. mujoco: version of the physics engine. */
export function versions(mujoco: string): Pick<Manifest, "rl_adan" | "node" | "platform" | "mujoco"> {
  return {
    rl_adan: packageVersion(),
    node: process.version,
    platform: `${platform()}-${arch()}`,
    mujoco,
  };
}

export function createManifest(options: {
  readonly config: Readonly<Record<string, unknown>>;
  readonly env: string;
  readonly device: string;
  readonly adapter: string | null;
  readonly mujoco: string;
  readonly argv: readonly string[];
}): Manifest {
  const { config, env, device, adapter, mujoco, argv } = options;
  return {
    ...versions(mujoco),
    env,
    device,
    equal_bits: promisesEqualBits(device),
    adapter,
    group_hash: groupHash(config),
    run_hash: runHash(config),
    argv,
    started_at: new Date().toISOString(),
    resumed: [],
  };
}

/** The manifest of a run that goes on, on the same device or another. */
export function addResumption(
  manifest: Manifest,
  how: {
    readonly argv: readonly string[];
    readonly fromStep: number;
    readonly config: Readonly<Record<string, unknown>>;
    readonly device: string;
    readonly adapter: string | null;
  },
): Manifest {
  const { device, adapter } = how;
  const hadEqualBits = manifest.equal_bits ?? promisesEqualBits(manifest.device);
  const resumption: Resumption = {
    from_step: how.fromStep,
    device_before: manifest.device,
    argv: how.argv,
    started_at: new Date().toISOString(),
    rl_adan: packageVersion(),
    node: process.version,
  };
  return {
    ...manifest,
    device,
    // What an earlier part of the run was computed on is in its weights for good.
    equal_bits: hadEqualBits && promisesEqualBits(device),
    adapter,
    group_hash: groupHash(how.config),
    run_hash: runHash(how.config),
    resumed: [...manifest.resumed, resumption],
  };
}

export function writeManifest(run: RunDirectory, manifest: Manifest): void {
  writeFileAtomic(run.manifest, `${JSON.stringify(manifest, null, 2)}\n`);
}

export function readManifest(run: RunDirectory): Manifest {
  const bytes = describeDiskError(run.manifest, () => readLimitedFile(run.manifest, MAX_MANIFEST_BYTES));
  let manifest: unknown;
  try {
    manifest = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new RlAdanError("manifest", `${run.manifest} is not JSON: ${(error as Error).message}`);
  }
  if (isManifest(manifest)) return manifest;
  throw new RlAdanError(
    "manifest",
    `${run.manifest} is not the manifest of a run: an entry is missing, or holds something else.`,
  );
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== "object" || value === null) return false;
  const entries = value as Readonly<Record<string, unknown>>;
  // Versions are shown, one of them in a command to type.
  return (
    TEXTS.every((key) => typeof entries[key] === "string") &&
    (["rl_adan", "mujoco"] as const).every((key) => VERSION.test(entries[key] as string)) &&
    ["argv", "resumed"].every((key) => Array.isArray(entries[key]))
  );
}
