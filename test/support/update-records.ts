import { fileURLToPath } from "node:url";

/** Whole PPO updates of an independent implementation; they are shipped, for `rl-adan doctor --check`. */
export const RECORDS_PATH = fileURLToPath(new URL("../../configs/verify/ppo-updates.json", import.meta.url));
