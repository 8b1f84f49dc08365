export { type Arm, type GroupOptions, groupRuns } from "./arms.js";
export type { CurveAxis } from "./curves.js";
export { type PlotOptions, plotCurve } from "./plot-curve.js";
export { type ReadRunsOptions, readRuns } from "./read-runs.js";
export { type Report, type ReportOptions, report } from "./report.js";
export type { ReportData } from "./report-data.js";
export type { Run } from "./run.js";
export type { Scalars } from "./scalar-log.js";
export { ScoredArm } from "./scored-arm.js";
