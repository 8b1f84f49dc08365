import type { ReportData } from "../report/index.js";
import type { CheckOutcome } from "./check-outcome.js";
import type { Cost } from "./mechanisms.js";
import type { FailedRun } from "./run-study.js";
import type { Verdict } from "./verdicts.js";

/** Everything that a study's page shows, as data. */
export interface StudyData {
  readonly verdicts: readonly Verdict[];
  readonly searches: readonly SearchSummary[];
  readonly checks: readonly CheckOutcome[];
  /** That should have been compared; the verdicts leave them out. */
  readonly failed: readonly FailedRun[];
  /** As a study's file has it, with what flags changed. */
  readonly plan: Readonly<Record<string, unknown>>;
  readonly costs: readonly Cost[];
  readonly report: ReportData;
}

export interface SearchSummary {
  readonly env: string;
  readonly arm: string;
  readonly chosen: string;
  readonly trials: readonly {
    readonly learningRate: string;
    readonly score: number | null;
    readonly scores: readonly (number | null)[];
  }[];
}
