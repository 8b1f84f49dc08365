import { didYouMean, UsageError } from "../errors.js";
import {
  type Estimate,
  interquartileMean,
  performanceProfile,
  probabilityOfImprovement,
  stratifiedBootstrap,
  stratifiedBootstrapPair,
} from "../stats/index.js";
import { type Arm, differingKeys, SAME_LENGTH } from "./arms.js";
import { type Curve, type CurveAxis, curveOver } from "./curves.js";
import type { Run } from "./run.js";
import { type Protocol, type ProtocolScore, protocols, scoreOf } from "./scores.js";

/** Everything that a report shows, as data; what has no value is null or left out. */
export interface ReportData {
  readonly environments: readonly EnvironmentSummary[];
  /** Over all environments, each with the same weight; empty unless all arms have equally many runs in all of them. */
  readonly improvements: readonly Improvement[];
  readonly runs: readonly RunSummary[];
  readonly notes: readonly string[];
}

export interface EnvironmentSummary {
  readonly env: string;
  readonly arms: readonly ArmSummary[];
  readonly improvements: readonly Improvement[];
  /** Settings that are not the same in all arms, by arm; undefined where an arm has none of that name. */
  readonly settings: readonly {
    readonly name: string;
    readonly values: readonly (string | undefined)[];
  }[];
  readonly profiles: Readonly<Partial<Record<Protocol, readonly Profile[]>>>;
  readonly notes: readonly string[];
}

export interface ArmSummary {
  readonly label: string;
  readonly seeds: readonly (number | null)[];
  readonly runs: number;
  /** Of the longest run. */
  readonly steps: number;
  readonly scores: Readonly<Partial<Record<Protocol, ScoreSummary>>>;
  readonly curves: readonly ArmCurve[];
  /** The interquartile mean over runs. */
  readonly minutes: number;
  /** As it began its first run, null where that was not recorded. */
  readonly command: readonly string[] | null;
}

export interface ScoreSummary {
  /** How many runs have this score: those of the arm, or fewer (a note says why). */
  readonly runs: number;
  /** The interquartile mean over runs. */
  readonly iqm: Estimate;
  readonly mean: number;
  /** Of each run's highest point; null where a run has none. Optimistic. */
  readonly maximum: { readonly iqm: Estimate; readonly mean: number } | null;
}

export interface ArmCurve extends Curve {
  readonly protocol: Protocol;
  readonly axis: CurveAxis;
}

/** Shares of runs that score more than each threshold. */
export interface Profile {
  readonly label: string;
  readonly thresholds: readonly number[];
  readonly shares: readonly Estimate[];
}

/** The probability that a run of x scores higher than one of y. */
export interface Improvement {
  readonly protocol: Protocol;
  readonly x: string;
  readonly y: string;
  readonly probability: Estimate;
}

export interface RunSummary {
  readonly name: string;
  readonly env: string;
  readonly arm: string;
  readonly seed: number | null;
  readonly status: Run["status"];
  readonly steps: number;
  readonly minutes: number;
  readonly scores: Readonly<Record<Protocol, number | null>>;
  readonly maxima: Readonly<Record<Protocol, number | null>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly argv: readonly string[] | null;
  /** Why it does not count, null where it does. */
  readonly leftOut: string | null;
  readonly notes: readonly string[];
}

export interface SummaryOptions {
  /** The arm that others are compared with; where there are more than six arms and none is named, the first one. */
  readonly reference?: string;
}

const MAX_ARMS_IN_PAIRS = 6;
/** Enough for the two digits that are shown. */
const PAIR_REPETITIONS = 10_000;
const PROFILE_POINTS = 60;
/** Fewer runs have intervals that are too narrow: docs/statistics.md. */
const ENOUGH_RUNS = 10;

/** Throws UsageError where `reference` is no arm. */
export function summarize(arms: readonly Arm[], { reference }: SummaryOptions = {}): ReportData {
  const labels = [...new Set(arms.map(({ label }) => label))].sort();
  if (reference !== undefined && !labels.includes(reference)) {
    throw new UsageError(
      "reference",
      `There is no arm "${reference}"; there are ${labels.join(", ")}.${didYouMean(reference, labels)}`,
    );
  }
  const scored = arms.map((arm) => new ScoredArm(arm));
  const envs = [...new Set(arms.map(({ env }) => env))];
  const byEnv = envs.map((env) => scored.filter(({ arm }) => arm.env === env));
  const across = acrossEnvironments(byEnv, labels, reference);
  return {
    environments: byEnv.map((of, i) => environmentSummary(envs[i]!, of, reference)),
    improvements: across.improvements,
    runs: scored.flatMap((arm) => arm.runSummaries()),
    notes: across.notes,
  };
}

/** An arm with its runs' scores. */
class ScoredArm {
  readonly #scores: ReadonlyMap<Run, Readonly<Record<Protocol, ProtocolScore | undefined>>>;

  constructor(readonly arm: Arm) {
    const all = [...arm.runs, ...arm.leftOut.map(({ run }) => run)];
    this.#scores = new Map(
      all.map((run) => [run, { training: scoreOf(run, "training"), evaluation: scoreOf(run, "evaluation") }]),
    );
  }

  /** Of the runs that count and have one. */
  values(protocol: Protocol): number[] {
    return this.#all(protocol).flatMap((score) => (score?.value == null ? [] : [score.value]));
  }

  summary(): ArmSummary {
    const { arm } = this;
    const minutes = arm.runs.map((run) => [run.minutes]);
    return {
      label: arm.label,
      seeds: arm.runs.map(({ seed }) => seed),
      runs: arm.runs.length,
      steps: Math.max(...arm.runs.map(({ lastStep }) => lastStep)),
      scores: Object.fromEntries(
        protocols.flatMap((protocol) => {
          const summary = this.#scoreSummary(protocol);
          return summary === undefined ? [] : [[protocol, summary]];
        }),
      ),
      curves: [
        ...this.#curve("training", "steps"),
        ...this.#curve("training", "minutes"),
        ...this.#curve("evaluation", "steps"),
      ],
      minutes: interquartileMean(minutes),
      command: arm.runs[0]!.argv,
    };
  }

  notes(): string[] {
    const { label, runs, leftOut, notes } = this.arm;
    const about = (what: string) => `${label}: ${what}.`;
    const missing = protocols.flatMap((protocol) => {
      const without = runs.filter((run) => this.#scores.get(run)![protocol]?.value == null);
      if (without.length === 0) return [];
      if (without.length === runs.length) {
        const why = this.#all(protocol).flatMap((score) => score?.notes[0] ?? [])[0];
        return why === undefined ? [] : [`no run has a score of ${protocol}: ${why}`];
      }
      const names = without.map(({ name }) => name).join(", ");
      return [
        `${without.length} of ${runs.length} runs have no ${protocol} score and are left out of it: ${names}`,
      ];
    });
    const unfinished = runs.filter(({ status }) => status === "unfinished").map(({ name }) => name);
    return [
      ...notes,
      ...(runs.length === 1 ? ["one run only, so there is no interval"] : []),
      ...(unfinished.length > 0 ? [`not finished, but as long as the others: ${unfinished.join(", ")}`] : []),
      ...leftOut.map(({ run, why }) => `${run.name} is left out: ${why}`),
      ...missing,
      ...(runs.some(({ settings }) => settings === null)
        ? ["settings were not recorded: its runs are those whose folders are named alike"]
        : []),
    ].map(about);
  }

  runSummaries(): RunSummary[] {
    const whyOf = new Map(this.arm.leftOut.map(({ run, why }) => [run, why]));
    return [...this.#scores].map(([run, scores]) => ({
      name: run.name,
      env: this.arm.env,
      arm: this.arm.label,
      seed: run.seed,
      status: run.status,
      steps: run.lastStep,
      minutes: run.minutes,
      scores: { training: scores.training?.value ?? null, evaluation: scores.evaluation?.value ?? null },
      maxima: { training: scores.training?.maximum ?? null, evaluation: scores.evaluation?.maximum ?? null },
      versions: run.versions,
      argv: run.argv,
      leftOut: whyOf.get(run) ?? null,
      notes: [
        ...run.notes,
        ...protocols.flatMap((protocol) => scores[protocol]?.notes ?? []),
        ...(scores.training === undefined && scores.evaluation === undefined ? ["it has no returns"] : []),
      ],
    }));
  }

  #all(protocol: Protocol): (ProtocolScore | undefined)[] {
    return this.arm.runs.map((run) => this.#scores.get(run)![protocol]);
  }

  #scoreSummary(protocol: Protocol): ScoreSummary | undefined {
    const values = this.values(protocol);
    if (values.length === 0) return undefined;
    const maxima = this.#all(protocol).map((score) => score?.maximum ?? null);
    const whole = maxima.every((value) => value !== null);
    return { runs: values.length, ...estimates(values), maximum: whole ? estimates(maxima) : null };
  }

  #curve(protocol: Protocol, axis: CurveAxis): ArmCurve[] {
    const series = this.#all(protocol).flatMap((score) => (score === undefined ? [] : [score.curve]));
    const curve = curveOver(
      series.filter(({ values }) => values.length > 0),
      axis,
    );
    return curve === undefined ? [] : [{ protocol, axis, ...curve }];
  }
}

function estimates(values: readonly number[]): { iqm: Estimate; mean: number } {
  const scores = values.map((value) => [value]);
  return {
    iqm: stratifiedBootstrap(scores, interquartileMean),
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
  };
}

function environmentSummary(
  env: string,
  arms: readonly ScoredArm[],
  reference: string | undefined,
): EnvironmentSummary {
  const recorded = arms.map(({ arm }) => arm.settings ?? {});
  const summaries = arms.map((arm) => arm.summary());
  const lengths = summaries.map(({ steps }) => steps);
  const few = summaries.filter(({ runs }) => runs > 1 && runs < ENOUGH_RUNS);
  const counts = new Set(summaries.map(({ runs }) => runs));
  return {
    env,
    arms: summaries,
    improvements: protocols.flatMap((protocol) => {
      const scores = arms.map((arm) => ({
        label: arm.arm.label,
        scores: arm.values(protocol).map((value) => [value]),
      }));
      return improvements(protocol, scores, reference);
    }),
    settings: differingKeys(recorded).map((name) => ({ name, values: recorded.map((of) => of[name]) })),
    profiles: Object.fromEntries(
      protocols.flatMap((protocol) => {
        const found = profiles(protocol, arms);
        return found.length === 0 ? [] : [[protocol, found]];
      }),
    ),
    notes: [
      ...(Math.min(...lengths) < SAME_LENGTH * Math.max(...lengths)
        ? [
            `The arms are of unequal lengths (${lengths.join(", ")} steps): their scores are of unequal training.`,
          ]
        : []),
      ...(counts.size > 1 ? [`The arms have unequal numbers of runs (${[...counts].join(", ")}).`] : []),
      ...(few.length > 0
        ? [
            `Intervals of fewer than ${ENOUGH_RUNS} runs are too narrow: ${few.map(({ label, runs }) => `${label} has ${runs}`).join(", ")}.`,
          ]
        : []),
      ...arms.flatMap((arm) => arm.notes()),
    ],
  };
}

interface LabelledScores {
  readonly label: string;
  /** [runs, environments] */
  readonly scores: readonly (readonly number[])[];
}

/** Of all pairs; of many arms, of each with the reference. */
function improvements(
  protocol: Protocol,
  arms: readonly LabelledScores[],
  reference: string | undefined,
): Improvement[] {
  const scored = arms.filter(({ scores }) => scores.length > 0);
  const isAllPairs = reference === undefined && scored.length <= MAX_ARMS_IN_PAIRS;
  const first = scored.find(({ label }) => label === reference) ?? scored[0];
  const pairs = isAllPairs
    ? scored.flatMap((x, i) => scored.slice(i + 1).map((y) => [x, y] as const))
    : scored.filter((x) => x !== first).map((x) => [x, first!] as const);
  return pairs.map(([x, y]) => ({
    protocol,
    x: x.label,
    y: y.label,
    probability: stratifiedBootstrapPair(x.scores, y.scores, probabilityOfImprovement, {
      repetitions: PAIR_REPETITIONS,
    }),
  }));
}

function profiles(protocol: Protocol, arms: readonly ScoredArm[]): Profile[] {
  const all = arms.flatMap((arm) => arm.values(protocol));
  if (all.length === 0) return [];
  const low = all.reduce((a, b) => Math.min(a, b));
  const high = all.reduce((a, b) => Math.max(a, b));
  // A little beyond both ends, where all and none of the runs score more.
  const margin = (high - low || Math.abs(high) || 1) / (PROFILE_POINTS - 2);
  const thresholds = Array.from({ length: PROFILE_POINTS }, (_, i) => {
    return low - margin + ((high - low + 2 * margin) * i) / (PROFILE_POINTS - 1);
  });
  return arms.flatMap((arm) => {
    const scores = arm.values(protocol).map((value) => [value]);
    if (scores.length === 0) return [];
    return [{ label: arm.arm.label, thresholds, shares: performanceProfile(scores, thresholds) }];
  });
}

function acrossEnvironments(
  byEnv: readonly (readonly ScoredArm[])[],
  labels: readonly string[],
  reference: string | undefined,
): { improvements: Improvement[]; notes: string[] } {
  if (byEnv.length < 2 || labels.length < 2) return { improvements: [], notes: [] };
  const found = protocols.flatMap((protocol) => {
    const arms = labels.map((label) => {
      const columns = byEnv.map(
        (arms) => arms.find(({ arm }) => arm.label === label)?.values(protocol) ?? [],
      );
      const runs = columns[0]!.length;
      const isEven = columns.every((column) => column.length === runs);
      const scores = isEven
        ? Array.from({ length: runs }, (_, run) => columns.map((column) => column[run]!))
        : [];
      return { label, scores };
    });
    return arms.every(({ scores }) => scores.length > 0) ? improvements(protocol, arms, reference) : [];
  });
  const why = "Arms are compared over all environments only where each has equally many runs in all of them.";
  return { improvements: found, notes: found.length === 0 ? [why] : [] };
}
