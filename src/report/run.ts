import type { Scalars } from "./scalar-log.js";

/** From this share of the steps on a run is as long as another, or has reached its end: iterations and last episodes differ by less. */
export const NEARLY_ALL = 0.98;

/** What the event files of one training run say, and what lies beside them. */
export interface Run {
  /** Its folder. */
  readonly path: string;
  /** The same from the folder that was named on; with that one, where several were named. */
  readonly name: string;
  /** With its version, as "HalfCheetah-v5"; null where neither files nor folders say it. */
  readonly env: string | null;
  /** Algorithm and optimizer, CleanRL's experiment, or the folder's name without its seed. */
  readonly method: string;
  /** null where it is not said; the number at the end of Stable-Baselines3's folders is none. */
  readonly seed: number | null;
  /** Every setting as text, null where none were recorded. */
  readonly settings: Readonly<Record<string, string>> | null;
  /** rl_adan, mujoco, node, platform, device; empty for runs of other toolkits. */
  readonly versions: Readonly<Record<string, string>>;
  /** The command line that began it, null where it was not recorded. */
  readonly argv: readonly string[] | null;
  /** unknown: nothing says how long it was to be. */
  readonly status: "finished" | "unfinished" | "unknown";
  /** The last env step that anything was logged at. */
  readonly lastStep: number;
  /** Minutes of logging, without the pauses between sessions. */
  readonly minutes: number;
  /** By tag, as "charts/episodic_return". */
  readonly scalars: ReadonlyMap<string, Scalars>;
  /** What a reader should know: a file that was cut off, a session missing. */
  readonly notes: readonly string[];
}
