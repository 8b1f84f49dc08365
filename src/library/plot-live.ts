import { type PlotOptions, plotCurve, readRuns } from "../report/index.js";
import type { TrainOutcome } from "../training.js";
import type { RunningTraining } from "./running-training.js";

/** Between two figures: drawing one takes some tens of milliseconds of the training's time. */
const EVERY_MILLISECONDS = 2000;

/**
 * Trains to the end and shows the learning curve as it grows, every two seconds and at the end.
 *
 * show: takes an SVG document; in a tslab notebook `const figure = tslab.newDisplay()` and `(svg) => figure.svg(svg)`.
 * Nothing is shown before the first episode has ended, or when none does. Rejects as the training and `plotCurve` do.
 */
export async function plotLive(
  training: RunningTraining,
  show: (svg: string) => unknown,
  options: PlotOptions = {},
): Promise<TrainOutcome> {
  const draw = async (runDirectory: string) => show(await plotCurve(readRuns(runDirectory), options));
  let drawnAt = performance.now();
  let hasEpisodes = false;
  for await (const { runDirectory, returnMean } of training) {
    hasEpisodes ||= returnMean !== null;
    if (!hasEpisodes || performance.now() - drawnAt < EVERY_MILLISECONDS) continue;
    drawnAt = performance.now();
    await draw(runDirectory);
  }
  const outcome = await training;
  if (hasEpisodes) await draw(outcome.runDirectory);
  return outcome;
}
