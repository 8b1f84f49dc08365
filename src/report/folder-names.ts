import { sep } from "node:path";

/** What the folders of a run say by their names. */
export interface FolderNames {
  readonly env: string | null;
  readonly method: string;
  readonly seed: number | null;
}

/** Ours and CleanRL's: environment, method, seed, then the time or a hash. */
const FOUR_PARTS = /^(.+?)__(.+)__(\d+)__[0-9a-f]+$/;
/** RL Zoo counts: HalfCheetah-v4_1. */
const ENV_ID = /^([A-Za-z]\w*?-v\d+)(?:_\d+)?$/;
const SEED = /^(?:(.*?)[-_. ])?(?:seed|s)[-_.=]?(\d{1,15})$/i;
const ONLY_DIGITS = /^\d{1,15}$/;
/** Stable-Baselines3 counts the runs of a name: PPO_1, PPO_2. */
const COUNTED = /^(.+)_\d+$/;
/** runs/HalfCheetah-v4/adan/seed-1 has all that is looked for. */
const LEVELS = 3;

/**
 * Environment, method and seed from a run's absolute path: `{env}__{method}__{seed}__{time}`, or folders like
 * `HalfCheetah-v4/PPO_1`, `adan/seed-3`, `adan/HalfCheetah-v4/3`.
 */
export function readFolderNames(path: string): FolderNames {
  const names = path.split(sep).filter((name) => name !== "");
  const parts = FOUR_PARTS.exec(names.at(-1) ?? "");
  if (parts !== null) return { env: parts[1]!, method: parts[2]!, seed: Number(parts[3]) };
  let env: string | null = null;
  let method: string | undefined;
  let seed: number | null = null;
  for (const name of names.slice(-LEVELS).reverse()) {
    const id = ENV_ID.exec(name)?.[1];
    if (id !== undefined) env ??= id;
    else if (method === undefined) {
      const found = SEED.exec(name);
      if (found !== null) seed ??= Number(found[2]);
      else if (ONLY_DIGITS.test(name)) seed ??= Number(name);
      method =
        found !== null ? found[1] : ONLY_DIGITS.test(name) ? undefined : (COUNTED.exec(name)?.[1] ?? name);
    }
  }
  return { env, method: method ?? "runs", seed };
}
