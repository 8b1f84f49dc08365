import { createHash } from "node:crypto";

const HASH_DIGITS = 16;
/** Where, when and how loudly a run goes, not what it computes. */
const NOT_IDENTITY = new Set([
  "seed",
  "threads",
  "checkpoint_every",
  "keep_last",
  "keep_every",
  "eval_every",
  "eval_episodes",
  "eval_actions",
  "on_nan",
]);

type Config = Readonly<Record<string, unknown>>;

/** Names a configuration: equal for the seeds of one, different when anything that moves the results differs. */
export function groupHash(config: Config): string {
  return hash(Object.fromEntries(Object.entries(config).filter(([key]) => movesResults(key))));
}

/** Whether a key of the configuration, other than the seed, can change what a run computes. */
export function movesResults(key: string): boolean {
  return !NOT_IDENTITY.has(key);
}

/** Names a run: its configuration and seed. */
export function runHash(config: Config): string {
  return hash({ group: groupHash(config), seed: config["seed"] });
}

function hash(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, HASH_DIGITS);
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, node: unknown) =>
    typeof node === "object" && node !== null && !Array.isArray(node)
      ? Object.fromEntries(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)))
      : node,
  );
}
