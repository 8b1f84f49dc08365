import type { SweepRun } from "../sweep/plan.js";
import type { Setting } from "../sweep/setting.js";

/** A run of a study, and what it is for. */
export interface StudyRun {
  readonly run: SweepRun;
  readonly env: string;
  readonly arm: string;
}

export interface TuningRun extends StudyRun {
  readonly rate: Setting;
}
