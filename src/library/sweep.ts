import { LocalEngine } from "../sweep/local-engine.js";
import { planSweep } from "../sweep/plan.js";
import { runSweep, type SweepOutcome, type SweepReporter } from "../sweep/run-sweep.js";
import { shareCores } from "../sweep/share-cores.js";
import { mappingOfObject, readSpec } from "../sweep/spec.js";
import { silentSweepReporter } from "../sweep/sweep-reporter.js";
import { stopOnInterrupt } from "./interrupt.js";

/** Values by the key of a configuration, or `algorithm`, `preset`, `config`, `model`; text is read as on the command line. */
type Settings = Readonly<Record<string, unknown>>;

/** What to train: each arm with every combination of the grid and every draw, with each seed. */
export interface SweepSettings {
  /** Of every run. */
  readonly settings?: Settings;
  /** Keys with the values that are combined: `{ env: ["HalfCheetah", "Hopper"] }`. */
  readonly grid?: Readonly<Record<string, readonly unknown[]>>;
  /** `count` combinations at random: `{ count: 8, learning_rate: { log_uniform: [1e-4, 1e-2] } }`; a `seed` of its own. */
  readonly draws?: { readonly count: number; readonly seed?: number } & Settings;
  /** Settings by the name of the arm; they win over the common ones. */
  readonly arms?: Readonly<Record<string, Settings>>;
  /** `"0-9"`, `[0, 1, 2]`; 1 unless given. */
  readonly seeds?: number | string | readonly (number | string)[];
}

export interface SweepOptions {
  /** Folder of the run directories; `runs` by default. */
  readonly runsRoot?: string;
  /** Runs at a time; as many as there are cores unless given. */
  readonly jobs?: number;
  /** Of each run; unless given, the cores are divided between the runs. */
  readonly threads?: number;
  /** Lets the sweep have more than 1,000 runs. */
  readonly allowManyRuns?: boolean;
  /** Aborted: every run saves a checkpoint. Without one an interrupt (SIGINT) does that. */
  readonly signal?: AbortSignal;
  /** Is told how the sweep goes; `createSweepReporter` makes that of the command line. */
  readonly reporter?: SweepReporter;
}

/**
 * Trains many agents, each in a process of its own, as `rl-adan sweep` does. A run's folder follows from its configuration, so
 * the same sweep again, or a longer one, trains only what is missing. Optimizers and environments that this program has
 * registered are unknown to those processes.
 *
 *     const { runs } = await sweep({ settings: { env: "HalfCheetah" }, grid: { optimizer: ["adan", "adam"] }, seeds: "0-9" });
 *
 * Rejects with UsageError for what doesn't fit, before the first run begins. A run that fails is told in the outcome.
 */
export async function sweep(what: SweepSettings, options: SweepOptions = {}): Promise<SweepOutcome> {
  const { runsRoot = "runs", allowManyRuns, reporter = silentSweepReporter } = options;
  const spec = readSpec(mappingOfObject(what, "sweep"), { file: undefined, allowEnvModule: false });
  const plan = await planSweep(spec, { runsRoot, allowManyRuns });
  const engine = new LocalEngine(shareCores(options, plan.runs.length));
  if (options.signal !== undefined) return runSweep(plan, engine, { reporter, signal: options.signal });
  const stop = new AbortController();
  const release = stopOnInterrupt(stop);
  try {
    return await runSweep(plan, engine, { reporter, signal: stop.signal });
  } finally {
    release();
  }
}
