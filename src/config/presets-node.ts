import { RlAdanError, UsageError } from "../errors.js";
import { readConfigFile } from "./config-file-node.js";
import type { ConfigLayer } from "./layer.js";
import { packagedConfig, packagedNames } from "./packaged-configs-node.js";
import { type YamlMapping, yamlLayer } from "./yaml-file.js";

/** A recipe that comes with the package: its keys, and what differs for some environments. */
export interface Preset {
  readonly name: string;
  readonly description: string;
  readonly config: ConfigLayer;
  /** By the environment's name without its version. */
  readonly environments: ReadonlyMap<string, ConfigLayer>;
  /** The recipe was only ever given per environment, so one that is not listed has none. */
  readonly onlyListedEnvironments: boolean;
}

/** The names that `--preset` accepts, in alphabetical order. */
export function presetNames(): string[] {
  return packagedNames("ppo");
}

/** Reads `configs/ppo/NAME.yaml`. Throws UsageError, with the nearest name, when there is none. */
export function loadPreset(name: string): Preset {
  const { path, shownAs } = packagedConfig("ppo", name, "preset");
  return readPreset(readConfigFile(path, shownAs), name);
}

/** The preset's data for one environment. Throws UsageError, listing those it has, when it refuses all others. */
export function presetLayer(preset: Preset, env: string): ConfigLayer {
  const { config, environments } = preset;
  const own = environments.get(env.replace(/-v\d+$/, ""));
  if (own === undefined && preset.onlyListedEnvironments) {
    const listed = [...environments.keys()].join(", ");
    throw new UsageError(
      "preset-environment",
      `The preset ${preset.name} has no settings for ${env}; it has them for ${listed}.`,
    );
  }
  return new Map([...config, ...(own ?? [])]);
}

function readPreset(file: YamlMapping, name: string): Preset {
  const values = new Map(file.entries.map((entry) => [entry.key, entry]));
  const config = values.get("config")?.mapping;
  if (config === undefined)
    throw new RlAdanError("preset", `${file.file}: the preset ${name} has no config.`);
  const environments = values.get("environments")?.mapping?.entries ?? [];
  return {
    name,
    description: String(values.get("description")?.value ?? ""),
    config: yamlLayer(config),
    environments: new Map(
      environments.map(({ key, mapping }) => [key, mapping === undefined ? new Map() : yamlLayer(mapping)]),
    ),
    onlyListedEnvironments: values.get("only_listed_environments")?.value === true,
  };
}
