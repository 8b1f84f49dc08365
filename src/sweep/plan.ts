import { join } from "node:path";
import { commandLineLayer } from "../config/command-line.js";
import type { ConfigLayer } from "../config/layer.js";
import { AUTO_DEVICE } from "../devices/names.js";
import { envModuleAsked } from "../env-module-choice-node.js";
import { didYouMean, RlAdanError, UsageError } from "../errors.js";
import { runHash } from "../run/hashes.js";
import { type RunDirectory, runDirectory, runFolderName } from "../run/run-directory.js";
import { runNameOf } from "../train.js";
import { resolveTrainConfig, type TrainConfig } from "../train-config.js";
import { drawSettings } from "./draws.js";
import { countSeeds, listSeeds } from "./seeds.js";
import { COMMAND_KEYS, type Setting } from "./setting.js";
import type { SweepSpec } from "./spec.js";

/** More runs are asked for by hand: a grid grows faster than one thinks. */
export const MAX_RUNS = 1000;
/** More than a folder, and a plan in memory, should hold. */
const MOST_RUNS = 100_000;

const ALGORITHMS: readonly TrainConfig["algorithm"][] = ["ppo", "random"];
/** Keys whose own flags make a command easier to read than --set. */
const FLAG_KEYS: readonly string[] = ["env", "optimizer", "total_timesteps"];

/** Keys whose values say by themselves what they are of. */
const PLAIN_KEYS: readonly string[] = ["algorithm", "env", "optimizer", "preset"];

/** One training of a sweep: the unit of work. */
export interface SweepRun {
  /** Of the arm; null when the sweep has none. */
  readonly arm: string | null;
  /** What sets the run apart from the others of its seed. */
  readonly label: string;
  /** The keys that vary besides the arm and the seed, as text. */
  readonly varied: Readonly<Record<string, string>>;
  /** As it will be trained with. */
  readonly config: TrainConfig;
  readonly seed: number;
  readonly runHash: string;
  /** Named by the run hash. */
  readonly directory: RunDirectory;
  /** What `rl-adan` is told to begin the run, `--run-dir` included. */
  readonly argv: readonly string[];
  /** What it is told to go on with it. */
  readonly resumeArgv: readonly string[];
}

export interface SweepPlan {
  readonly runs: readonly SweepRun[];
}

export interface PlanOptions {
  /** Folder of the run directories. */
  readonly runsRoot: string;
  /** More than MAX_RUNS are wanted. */
  readonly allowManyRuns?: boolean | undefined;
  /** Arms may be the same runs, which then lie in the same folder. */
  readonly allowTwins?: boolean | undefined;
  /** Whether a config file's env may be a module. */
  readonly allowEnvModule?: boolean | undefined;
}

/**
 * Every run of a sweep, seed by seed, so that all arms have equally many at any time. Each configuration is resolved as
 * `rl-adan train` will.
 *
 * Throws UsageError, naming the arm, for a configuration that does not fit; for two arms that are the same; for no run, or too
 * many.
 */
export async function planSweep(spec: SweepSpec, options: PlanOptions): Promise<SweepPlan> {
  checkCount(spec, options.allowManyRuns === true);
  const seeds = listSeeds(spec.seeds);
  const resolved: Resolved[] = [];
  for (const configuration of configurationsOf(spec)) {
    resolved.push(await resolve(configuration, seeds[0]!, options));
  }
  if (options.allowTwins !== true) refuseTwins(resolved);
  return { runs: seeds.flatMap((seed) => resolved.map((each) => runOf(each, seed, options.runsRoot))) };
}

interface Configuration {
  readonly arm: string | null;
  readonly label: string;
  readonly varied: Readonly<Record<string, string>>;
  readonly settings: readonly Setting[];
}

interface Resolved extends Configuration {
  readonly config: TrainConfig;
  /** What `rl-adan` is told, but for the seed and the folder. */
  readonly argv: readonly string[];
  /** The user's module, to be named anew when the run goes on. */
  readonly moduleArgv: readonly string[];
}

function checkCount({ arms, axes, draws, seeds }: SweepSpec, areManyAllowed: boolean): void {
  const factors: (readonly [count: number, of: string])[] = [
    [Math.max(1, arms.length), "arms"],
    ...axes.map(({ key, values }) => [values.length, `of ${key}`] as const),
    [draws?.count ?? 1, "draws"],
    [countSeeds(seeds), "seeds"],
  ];
  const count = factors.reduce((product, [factor]) => product * factor, 1);
  const product = factors.filter(([factor]) => factor > 1).map((factor) => factor.join(" "));
  const counted = `The sweep has ${count} runs (${product.join(" × ")})`;
  if (count > MOST_RUNS) throw new UsageError("sweep-size", `${counted}; at most ${MOST_RUNS} are possible.`);
  if (count > MAX_RUNS && !areManyAllowed) {
    throw new UsageError("sweep-size", `${counted}; beyond ${MAX_RUNS} it needs --yes.`);
  }
}

function configurationsOf(spec: SweepSpec): Configuration[] {
  const arms = spec.arms.length === 0 ? [{ name: null, settings: [] }] : spec.arms;
  const combinations = spec.axes.reduce<readonly Setting[][]>(
    (shorter, { values }) => shorter.flatMap((head) => values.map((value) => [...head, value])),
    [[]],
  );
  const { draws } = spec;
  const drawn =
    draws === undefined
      ? [[]]
      : withoutRepeats(Array.from({ length: draws.count }, (_, i) => drawSettings(draws, i)));
  const varying = new Set(spec.axes.filter(({ values }) => values.length > 1).map(({ key }) => key));
  return arms.flatMap((arm) =>
    combinations.flatMap((combination) =>
      drawn.map((draw) => {
        const varied = [...combination.filter(({ key }) => varying.has(key)), ...draw];
        const own = [...arm.settings, ...combination, ...draw];
        const common = spec.settings.filter(({ key }) => !own.some((setting) => setting.key === key));
        return {
          arm: arm.name,
          label: [...(arm.name === null ? [] : [arm.name]), ...varied.map(labelOf)].join(" "),
          varied: Object.fromEntries(varied.map(({ key, text }) => [key, text])),
          settings: [...common, ...own],
        };
      }),
    ),
  );
}

/** Of few choices the same combination is drawn more than once. */
function withoutRepeats(draws: readonly Setting[][]): readonly Setting[][] {
  const textsOf = (draw: readonly Setting[]) => JSON.stringify(draw.map(({ text }) => text));
  return [...new Map(draws.map((draw) => [textsOf(draw), draw])).values()];
}

async function resolve(configuration: Configuration, seed: number, options: PlanOptions): Promise<Resolved> {
  const { settings, label } = configuration;
  const allowEnvModule = options.allowEnvModule === true;
  const told = (key: (typeof COMMAND_KEYS)[number]) => settings.findLast((each) => each.key === key)?.text;
  const ofConfig = settings.filter(({ key }) => !COMMAND_KEYS.some((known) => known === key));
  try {
    const algorithm = algorithmOf(told("algorithm") ?? "ppo");
    const [preset, file, model] = [told("preset"), told("config"), told("model")];
    const env = ofConfig.findLast(({ key }) => key === "env")?.text;
    const envModule = await envModuleAsked(env, file, allowEnvModule);
    const { config } = resolveTrainConfig({
      algorithm,
      preset,
      file,
      model,
      layer: layerOf([...ofConfig, { key: "seed", text: String(seed), subject: "the seed" }]),
      ...(envModule === undefined ? {} : { resolveEnvId: () => envModule.id }),
    });
    if (config.device === AUTO_DEVICE) {
      throw new UsageError(
        "sweep-device",
        `A sweep finds its runs again by their configuration, and device ${AUTO_DEVICE} may become another one in each; name a device: ` +
          "rl-adan doctor lists them.",
      );
    }
    const flags = { preset, config: file, model };
    return {
      ...configuration,
      label: label === "" ? config.env : label,
      config,
      argv: [
        ...["train", algorithm],
        ...Object.entries(flags).flatMap(([flag, text]) => (text === undefined ? [] : [`--${flag}`, text])),
        ...(allowEnvModule && envModule !== undefined && env === undefined ? ["--allow-env-module"] : []),
        ...ofConfig.flatMap(flagOf),
      ],
      moduleArgv:
        envModule === undefined ? [] : ["--env", env ?? `${envModule.moduleUrl}:${envModule.exportName}`],
    };
  } catch (cause) {
    if (!(cause instanceof RlAdanError)) throw cause;
    const arm = label === "" ? "" : `Arm ${label}: `;
    throw new UsageError(cause.code, `${arm}${cause.message}`, { cause });
  }
}

function algorithmOf(name: string): TrainConfig["algorithm"] {
  const algorithm = ALGORITHMS.find((known) => known === name);
  if (algorithm !== undefined) return algorithm;
  throw new UsageError(
    "algorithm",
    `A sweep trains ${ALGORITHMS.join(" or ")}; got "${name}".${didYouMean(name, ALGORITHMS)}`,
  );
}

/** The settings as `train` reads them from its command line, each under its own place. */
function layerOf(settings: readonly Setting[]): ConfigLayer {
  const layer = commandLineLayer(settings.map(assignment), {});
  return new Map(
    [...layer].map(([key, entry]) => {
      const setting = settings.find((each) => each.key === key || each.key.startsWith(`${key}.`))!;
      return [key, { ...entry, subject: setting.subject }];
    }),
  );
}

function refuseTwins(resolved: readonly Resolved[]): void {
  const labels = new Map<string, string>();
  for (const { config, label } of resolved) {
    const hash = runHash(config);
    const other = labels.get(hash);
    if (other !== undefined) {
      throw new UsageError(
        "sweep-twins",
        other === label
          ? `The arm ${label} is there twice.`
          : `The arms ${other} and ${label} are the same runs: nothing that moves a result differs between them.`,
      );
    }
    labels.set(hash, label);
  }
}

function runOf(resolved: Resolved, seed: number, runsRoot: string): SweepRun {
  const { arm, label, varied, argv, moduleArgv } = resolved;
  const config = { ...resolved.config, seed };
  const hash = runHash(config);
  const directory = runDirectory(join(runsRoot, runFolderName(runNameOf(config), hash)));
  return {
    arm,
    label,
    varied,
    config,
    seed,
    runHash: hash,
    directory,
    argv: [...argv, "--seed", String(seed), "--run-dir", directory.path],
    resumeArgv: ["train", "--resume", directory.path, ...moduleArgv],
  };
}

function flagOf({ key, text }: Setting): string[] {
  return FLAG_KEYS.includes(key) ? [`--${key.replaceAll("_", "-")}`, text] : ["--set", `${key}=${text}`];
}

function labelOf(setting: Setting): string {
  return PLAIN_KEYS.includes(setting.key) ? setting.text : assignment(setting);
}

function assignment({ key, text }: Setting): string {
  return `${key}=${text}`;
}
