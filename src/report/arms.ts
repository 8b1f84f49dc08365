import { printable, UsageError } from "../errors.js";
import { movesResults } from "../run/hashes.js";
import { compatible } from "../run/version-check.js";
import { NEARLY_ALL, type Run } from "./run.js";

/** Runs that differ in their seeds only, in one environment. */
export interface Arm {
  readonly env: string;
  /** The method, with the settings by which arms of one method differ; equal in every environment. */
  readonly label: string;
  /** Those that count: each seed once, all of one length. */
  readonly runs: readonly Run[];
  readonly leftOut: readonly LeftOut[];
  /** What all runs have in common, without what is no setting; null where none recorded any. */
  readonly settings: Readonly<Record<string, string>> | null;
  readonly notes: readonly string[];
}

export interface LeftOut {
  readonly run: Run;
  readonly why: string;
}

export interface GroupOptions {
  /**
   * An arm is what this matches in a run's name (its first group, where it has one), or what it returns for a run, whatever the
   * settings.
   */
  readonly group?: RegExp | ((run: Run) => string);
}

/** How an arm is told from others of its method: more settings are in the table of settings. */
const MAX_LABEL_SETTINGS = 3;
const MAX_LABEL_CHARACTERS = 120;
/** Of settings that tell arms apart equally well, this one does. */
const FIRST_SETTING = "learning_rate";
/** Environment, method and seed themselves, and what changes no result in other toolkits. */
const NON_SETTINGS =
  /^(seed|env|env_id|exp_name|run_name|cuda|track|torch_deterministic|wandb_.*|hf_.*|capture_video|save_model|upload_model)$/;

/**
 * Sorts runs into arms, by environment, then by label. Runs whose settings or incompatible versions of rl-adan or MuJoCo differ are
 * different arms; where no settings were recorded, the folders' names decide.
 *
 * Throws UsageError where a run's environment is unknown, or its name has no match of `group`.
 */
export function groupRuns(runs: readonly Run[], { group }: GroupOptions = {}): Arm[] {
  const labels = group === undefined ? labelsOf(runs) : labelsByName(runs, group);
  const members = groupBy(runs, (run) => JSON.stringify([envOf(run), labels.get(run)!]));
  return [...members]
    .map(([key, found]) => {
      const [env, label] = JSON.parse(key) as [string, string];
      return armOf(env, label, found);
    })
    .sort((a, b) => compare(a.env, b.env) || compare(a.label, b.label));
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function envOf(run: Run): string {
  if (run.env !== null) return run.env;
  throw new UsageError(
    "no-environment",
    `${run.path} does not say its environment, neither in its files nor by its folders' names; name it with --env (option env).`,
  );
}

function labelsByName(runs: readonly Run[], group: NonNullable<GroupOptions["group"]>): Map<Run, string> {
  if (typeof group === "function") return new Map(runs.map((run) => [run, group(run)]));
  return new Map(
    runs.map((run) => {
      const match = new RegExp(group.source, group.flags.replace(/[gy]/g, "")).exec(run.name);
      if (match !== null) return [run, (match[1] ?? match[0]) || "(empty)"];
      throw new UsageError(
        "group",
        `--group ${String(group)} matches nothing in the name of the run ${run.name}.`,
      );
    }),
  );
}

function labelsOf(runs: readonly Run[]): Map<Run, string> {
  const labels = new Map<Run, string>();
  for (const found of groupBy(runs, (run) => run.method).values()) {
    const identities = new Map(found.map((run) => [run, identityOf(run)]));
    const byEnv = [...groupBy(found, envOf).values()].map((of) => of.map((run) => identities.get(run)!));
    const keys = tellingKeys(byEnv);
    for (const run of found) labels.set(run, labelOf(run, identities.get(run)!, keys));
  }
  return labels;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

type Settings = Readonly<Record<string, string>>;

/** What makes two runs comparable: settings without the seed, and the versions that the numbers depend on. */
export function identityOf({ settings, versions }: Run): Settings {
  const entries = Object.entries(settings ?? {}).filter(
    ([key]) => movesResults(key) && !NON_SETTINGS.test(key),
  );
  const { rl_adan, mujoco } = versions;
  return {
    ...Object.fromEntries(entries),
    ...(rl_adan === undefined ? {} : { rl_adan: compatible(rl_adan) }),
    ...(mujoco === undefined ? {} : { mujoco }),
    ...(settings === null ? { settings: "not recorded" } : {}),
  };
}

/** Names that not all of them give the same value, in alphabetical order. */
export function differingKeys(all: readonly Settings[]): string[] {
  const keys = new Set(all.flatMap((settings) => Object.keys(settings)));
  return [...keys].filter((key) => all.some((of) => settingOf(of, key) !== settingOf(all[0]!, key))).sort();
}

/** A setting may be named as what every object inherits: constructor. */
export function settingOf(settings: Settings, name: string): string | undefined {
  return Object.hasOwn(settings, name) ? settings[name] : undefined;
}

/**
 * As few settings as tell all arms apart that share an environment: environments of a recipe may have settings of their own,
 * which are no difference between arms.
 */
function tellingKeys(byEnv: readonly (readonly Settings[])[]): string[] {
  const candidates = [...new Set(byEnv.flatMap(differingKeys))].sort(
    (a, b) => Number(b === FIRST_SETTING) - Number(a === FIRST_SETTING) || compare(a, b),
  );
  const countOf = (keys: readonly string[]) =>
    byEnv.reduce((sum, all) => {
      return (
        sum +
        new Set(all.map((settings) => JSON.stringify(keys.map((key) => settingOf(settings, key) ?? null))))
          .size
      );
    }, 0);
  const all = countOf(candidates);
  const chosen: string[] = [];
  while (countOf(chosen) < all) {
    const counts = candidates.map((key) => countOf([...chosen, key]));
    chosen.push(candidates[counts.indexOf(Math.max(...counts))]!);
  }
  return chosen;
}

function labelOf({ method }: Run, identity: Settings, keys: readonly string[]): string {
  const shown = keys
    .slice(0, MAX_LABEL_SETTINGS)
    .map((key) => `${key}=${settingOf(identity, key) ?? "none"}`);
  const rest = keys.slice(MAX_LABEL_SETTINGS).map((key) => [key, settingOf(identity, key) ?? null]);
  const label = [method, ...shown].join(" ");
  if (rest.length === 0 && label.length <= MAX_LABEL_CHARACTERS) return label;
  return `${label.slice(0, MAX_LABEL_CHARACTERS)} #${shortHash(JSON.stringify([label, rest]))}`;
}

/** FNV-1a, 32 bits: tells labels apart that are cut. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function armOf(env: string, label: string, found: readonly Run[]): Arm {
  const leftOut: LeftOut[] = [];
  const longest = found.reduce((most, run) => Math.max(most, run.lastStep), 0);
  const ofOneLength = found.filter((run) => {
    if (run.lastStep >= NEARLY_ALL * longest) return true;
    leftOut.push({ run, why: `it ends at step ${run.lastStep}, the longest at ${longest}` });
    return false;
  });
  const bySeed = new Map<number, Run>();
  const runs = ofOneLength.filter((run) => {
    const other = run.seed === null ? undefined : bySeed.get(run.seed);
    if (run.seed !== null) bySeed.set(run.seed, other ?? run);
    if (other !== undefined) leftOut.push({ run, why: `it repeats seed ${run.seed} of ${other.name}` });
    return other === undefined;
  });
  const recorded = runs.flatMap(({ settings }) => (settings === null ? [] : [settings]));
  const different = differingKeys(runs.map(identityOf));
  const common = Object.entries(recorded[0] ?? {}).filter(
    ([key, value]) =>
      !NON_SETTINGS.test(key) && recorded.every((settings) => settingOf(settings, key) === value),
  );
  return {
    env,
    label,
    runs,
    leftOut,
    settings: recorded.length === 0 ? null : Object.fromEntries(common),
    notes: different.length === 0 ? [] : [`its runs differ in ${different.map(printable).join(", ")}`],
  };
}
