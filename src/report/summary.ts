import { didYouMean, UsageError } from "../errors.js";
import { performanceProfile } from "../stats/index.js";
import { type Arm, differingKeys, identityOf, settingOf } from "./arms.js";
import { improvements } from "./improvements.js";
import type { EnvironmentSummary, Improvement, Profile, ReportData } from "./report-data.js";
import { NEARLY_ALL } from "./run.js";
import { ScoredArm } from "./scored-arm.js";
import { type Protocol, protocols } from "./scores.js";

export interface SummaryOptions {
  /** The arm that others are compared with; where there are more than six arms and none is named, the first one. */
  readonly reference?: string;
}

const PROFILE_POINTS = 60;
/** Fewer runs have intervals that are too narrow: docs/statistics.md. */
export const ENOUGH_RUNS = 10;

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
    settings: differingKeys(recorded).map((name) => ({
      name,
      values: recorded.map((of) => settingOf(of, name)),
    })),
    profiles: Object.fromEntries(
      protocols.flatMap((protocol) => {
        const found = profiles(protocol, arms);
        return found.length === 0 ? [] : [[protocol, found]];
      }),
    ),
    notes: [
      ...(Math.min(...lengths) < NEARLY_ALL * Math.max(...lengths)
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
  const mixed = labels.flatMap((label) => {
    const settings = byEnv.flatMap((arms) =>
      arms.flatMap(({ arm }) => (arm.label === label ? [identityOf(arm.runs[0]!)] : [])),
    );
    const different = differingKeys(settings);
    return different.length === 0
      ? []
      : [`${label} differs between the environments in ${different.join(", ")}.`];
  });
  return { improvements: found, notes: [...(found.length === 0 ? [why] : []), ...mixed] };
}
