import { anyState, readState } from "../../envs/api/saved-state.js";
import type { TypedArray } from "../../envs/api/state.js";
import { readConfigFile } from "../config/config-file-node.js";
import { promisesEqualBits } from "../devices/names.js";
import { describeDiskError } from "../disk-errors-node.js";
import { readLimitedFile } from "../limited-file-node.js";
import { MAX_METRICS_BYTES, parseRecord } from "../logging/metrics-file.js";
import { listCheckpoints, readCheckpoint } from "./checkpoint.js";
import { type Manifest, type Resumption, readManifest } from "./manifest.js";
import { openRunDirectory, type RunDirectory } from "./run-directory.js";
import { checkJsonDepth, splitStateTree } from "./state-tree.js";

/** One thing that two runs say differently; undefined where one doesn't say it. */
export interface Difference {
  readonly name: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** Where two runs part. */
export interface RunDifferences {
  /** Keys of the configuration. */
  readonly settings: readonly Difference[];
  /** Of the manifest: what the bits could depend on. */
  readonly versions: readonly Difference[];
  /** Devices, of any part of the two, that promise no equal bits. */
  readonly unequalDevices: readonly string[];
  /** The first line of the metrics that differs; null when one is the other, or its beginning. */
  readonly metrics: { readonly step: number; readonly values: readonly Difference[] } | null;
  /** Lines of metrics that are equal, and how many each has. */
  readonly metricsLines: { readonly equal: number; readonly a: number; readonly b: number };
  /** The first checkpoint that both have and that differs; null without one. */
  readonly state: { readonly step: number; readonly parts: readonly StateDifference[] } | null;
  /** Steps of the checkpoints that both have. */
  readonly commonCheckpoints: readonly number[];
}

/** A tensor of the state, or all that is no tensor (name "state.json"). */
export interface StateDifference {
  readonly name: string;
  /** How many of its numbers differ, and how many there are; null for what is no tensor or has another length. */
  readonly count: number | null;
  readonly length: number | null;
  readonly largest: number | null;
}

/** Whether logged numbers of this name depend on the clock. */
export function isClockTag(name: string): boolean {
  return /^(charts\/SPS|time\/)/.test(name);
}

const VERSIONS: readonly (keyof Manifest)[] = ["rl_adan", "node", "platform", "mujoco", "device", "adapter"];

/**
 * Compares two run directories: settings, versions, metrics line by line without what the clock says, and the checkpoints
 * that both have. Throws a sentence when one is no run or is damaged.
 */
export function diffRuns(pathA: string, pathB: string): RunDifferences {
  const [a, b] = [openRunDirectory(pathA), openRunDirectory(pathB)];
  const versions = [versionsOf(a), versionsOf(b)] as const;
  const devices = new Set([...devicesOf(a), ...devicesOf(b)]);
  const metrics = firstDifferentLine(metricsOf(a), metricsOf(b));
  const steps = new Set(listCheckpoints(b.path));
  const common = listCheckpoints(a.path).filter((step) => steps.has(step));
  return {
    settings: differences(configOf(a), configOf(b)),
    versions: differences(...versions),
    unequalDevices: [...devices].filter((device) => !promisesEqualBits(device)),
    ...metrics,
    state: firstDifferentState(a, b, common),
    commonCheckpoints: common,
  };
}

/** Whether there was something to compare, and all of it is equal. */
export function areIdentical(found: RunDifferences): boolean {
  const { metricsLines: lines } = found;
  if (lines.a === 0 && found.commonCheckpoints.length === 0) return false;
  return found.metrics === null && found.state === null && lines.a === lines.b;
}

type Values = Readonly<Record<string, unknown>>;

function configOf(run: RunDirectory): Values {
  return Object.fromEntries(readConfigFile(run.config).entries.map(({ key, value }) => [key, value]));
}

function versionsOf(run: RunDirectory): Values {
  const manifest = readManifest(run);
  return Object.fromEntries(VERSIONS.map((key) => [key, manifest[key]]));
}

/** Those that any part of it was computed on. */
function devicesOf(run: RunDirectory): string[] {
  const { device, resumed } = readManifest(run);
  const before = resumed.map((entry) => (entry as Partial<Resumption> | null)?.device_before);
  return [device, ...before.filter((name) => typeof name === "string")];
}

function metricsOf(run: RunDirectory): Values[] {
  const bytes = describeDiskError(run.metrics, () => readLimitedFile(run.metrics, MAX_METRICS_BYTES));
  // What follows the last line break is a line that is being written, or that a kill cut off.
  return bytes
    .toString("utf8")
    .split("\n")
    .slice(0, -1)
    .map((line, i) => {
      const record = parseRecord(line, `${run.metrics}:${i + 1}`);
      checkJsonDepth(record);
      return Object.fromEntries(Object.entries(record).filter(([key]) => !isClockTag(key)));
    });
}

function differences(a: Values, b: Values): Difference[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]))
    .map((name) => ({ name, a: a[name], b: b[name] }));
}

function firstDifferentLine(
  a: readonly Values[],
  b: readonly Values[],
): Pick<RunDifferences, "metrics" | "metricsLines"> {
  const both = Math.min(a.length, b.length);
  let equal = 0;
  let values: Difference[] = [];
  while (equal < both) {
    values = differences(a[equal]!, b[equal]!);
    if (values.length > 0) break;
    equal += 1;
  }
  const step = Number(a[equal]?.["step"]);
  return {
    metrics: equal === both ? null : { step, values },
    metricsLines: { equal, a: a.length, b: b.length },
  };
}

function firstDifferentState(
  a: RunDirectory,
  b: RunDirectory,
  steps: readonly number[],
): RunDifferences["state"] {
  for (const step of steps) {
    const parts = differentParts(a, b, step);
    if (parts.length > 0) return { step, parts };
  }
  return null;
}

function differentParts(a: RunDirectory, b: RunDirectory, step: number): StateDifference[] {
  const [left, right] = [a, b].map((run) => splitStateTree(agentOf(run, step)));
  const names = [...new Set([...left!.tensors.keys(), ...right!.tensors.keys()])];
  const tensors = names.flatMap((name) => {
    const difference = tensorDifference(name, left!.tensors.get(name), right!.tensors.get(name));
    return difference === undefined ? [] : [difference];
  });
  const isJsonEqual = JSON.stringify(left!.json) === JSON.stringify(right!.json);
  const rest: StateDifference = { name: "state.json", count: null, length: null, largest: null };
  return isJsonEqual ? tensors : [...tensors, rest];
}

/** The agent's part: the rest is where the logs stood, which depends on how often the run was evaluated. */
function agentOf(run: RunDirectory, step: number) {
  return readState("the training", readCheckpoint(run.path, step).tree, { agent: anyState }).agent;
}

function tensorDifference(
  name: string,
  a: TypedArray | undefined,
  b: TypedArray | undefined,
): StateDifference | undefined {
  if (a === undefined || b === undefined || a.length !== b.length) {
    return { name, count: null, length: null, largest: null };
  }
  let count = 0;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i])) continue;
    count += 1;
    largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  }
  return count === 0 ? undefined : { name, count, length: a.length, largest };
}
