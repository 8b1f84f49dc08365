/** A value of one config key, and how an error names where it came from: `run.yaml:3: key "epochs"`, `--epochs`. */
export interface ConfigEntry {
  readonly value: unknown;
  /** The value is a mapping that is laid over the one below, key by key, instead of taking its place. */
  readonly isPart?: boolean;
  readonly subject: string;
}

/** What one source (a preset, a file, the command line) says, by key. Later layers win key by key. */
export type ConfigLayer = ReadonlyMap<string, ConfigEntry>;
