import { readAssignment } from "../config/command-line.js";
import { readConfigFile } from "../config/config-file-node.js";
import { UsageError } from "../errors.js";
import { readSeeds } from "./seeds.js";
import { splitValues } from "./setting.js";
import { type Axis, axisOfFlag, PLAIN_SPEC, readSpec, type SweepSpec, withOverrides } from "./spec.js";

/** What the command line says of a sweep; several values are separated by commas. */
export interface SpecFlags {
  readonly env?: string;
  readonly optimizer?: string;
  readonly preset?: string;
  readonly totalTimesteps?: string;
  /** One file each. */
  readonly config?: string;
  readonly model?: string;
  /** Other keys of a configuration that have a flag of their own, each with its values: `3e-4,1e-3`. */
  readonly keys?: readonly (readonly [key: string, text: string])[];
  /** `key=value,value` each. */
  readonly set?: readonly string[];
  readonly seeds?: string;
  readonly allowEnvModule?: boolean;
}

/**
 * The sweep that a command line means: what the flags say, over the file if one is named.
 *
 * what: the path of a YAML file, or algorithms. Throws UsageError, naming flag or line.
 */
export function specOfFlags(what: string | undefined, flags: SpecFlags): SweepSpec {
  if (what === undefined) {
    throw new UsageError("sweep", "sweep needs an algorithm, ppo or random, or the YAML file of a sweep.");
  }
  const isFile = /[./\\]/.test(what);
  const spec = isFile
    ? readSpec(readConfigFile(what), { file: what, allowEnvModule: flags.allowEnvModule === true })
    : PLAIN_SPEC;
  const algorithms = isFile ? [] : [axis("algorithm", what, "the algorithm")];
  const seeds = flags.seeds === undefined ? undefined : readSeeds(flags.seeds, "--seeds");
  return withOverrides(spec, { axes: [...algorithms, ...axesOf(flags)], seeds });
}

function axesOf(flags: SpecFlags): Axis[] {
  const { env, optimizer, preset, totalTimesteps, keys = [], config, model, set = [] } = flags;
  const lists = { env, optimizer, preset, total_timesteps: totalTimesteps };
  return [
    ...[...given(lists), ...keys].map(([key, text]) => axis(key, text, `--${key.replaceAll("_", "-")}`)),
    ...given({ config, model }).map(([key, path]) => axisOfFlag(key, [path], `--${key}`)),
    ...set.map((assignment) => {
      const example = "key=value,value, for instance --set learning_rate=3e-4,1e-3";
      return axis(...readAssignment(assignment, example), `--set ${assignment}`);
    }),
  ];
}

function given(texts: Readonly<Record<string, string | undefined>>): [key: string, text: string][] {
  return Object.entries(texts).flatMap(([key, text]) => (text === undefined ? [] : [[key, text]]));
}

function axis(key: string, text: string, subject: string): Axis {
  return axisOfFlag(key, splitValues(text), subject);
}
