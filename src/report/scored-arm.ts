import { type Estimate, interquartileMean, mean, stratifiedBootstrap } from "../stats/index.js";
import type { Arm } from "./arms.js";
import { type CurveAxis, curveOver } from "./curves.js";
import type { ArmCurve, ArmSummary, RunSummary, ScoreSummary } from "./report-data.js";
import type { Run } from "./run.js";
import { type Protocol, type ProtocolScore, protocols, scoreOf } from "./scores.js";

/** An arm with its runs' scores. */
export class ScoredArm {
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
    mean: mean(scores),
  };
}
