import { RlAdanError, ShapeError } from "../errors.js";

/** One score of each run in each task, scores[run][task], in any unit; every run has every task. */
export type Scores = readonly ArrayLike<number>[];

/** Scores of each run in each task over training, curves[run][task][point]; all have the same points. */
export type Curves = readonly (readonly ArrayLike<number>[])[];

/**
 * The number of tasks.
 *
 * Throws ShapeError where there is no run or no task, or where runs have unequal numbers of tasks; RlAdanError where a
 * score is NaN or infinite. Runs, tasks and points are counted from 0 in what it says.
 */
export function checkScores(scores: Scores): number {
  const tasks = countTasks(scores);
  for (let run = 0; run < scores.length; run++) {
    const row = scores[run]!;
    for (let task = 0; task < tasks; task++) {
      if (!Number.isFinite(row[task])) throw notFinite(row[task], `run ${run}, task ${task}`);
    }
  }
  return tasks;
}

/** The number of tasks of both. */
export function checkSameTasks(x: Scores, y: Scores): number {
  const tasks = checkScores(x);
  const others = checkScores(y);
  if (tasks !== others) throw new ShapeError(`Both have the same tasks, got ${tasks} and ${others}.`);
  return tasks;
}

/** The number of points; throws as `checkScores`. */
export function checkCurves(curves: Curves): number {
  countTasks(curves);
  const points = curves[0]![0]!.length;
  if (points === 0) throw new ShapeError("A curve has at least one point, that of run 0, task 0 has none.");
  curves.forEach((tasks, run) => {
    tasks.forEach((curve, task) => {
      if (curve.length !== points) {
        throw new ShapeError(
          `All curves have the same points: run 0, task 0 has ${points}; run ${run}, task ${task} has ${curve.length}.`,
        );
      }
      for (let point = 0; point < points; point++) {
        if (!Number.isFinite(curve[point])) {
          throw notFinite(curve[point], `run ${run}, task ${task}, point ${point}`);
        }
      }
    });
  });
  return points;
}

function countTasks(runs: readonly ArrayLike<unknown>[]): number {
  if (runs.length === 0) throw new ShapeError("Scores have at least one run, got none.");
  const tasks = runs[0]!.length;
  if (tasks === 0) throw new ShapeError("Scores have at least one task, got none in run 0.");
  for (let run = 1; run < runs.length; run++) {
    if (runs[run]!.length !== tasks) {
      throw new ShapeError(
        `All runs have the same tasks: run 0 has ${tasks}, run ${run} has ${runs[run]!.length}.`,
      );
    }
  }
  return tasks;
}

function notFinite(score: number | undefined, place: string): RlAdanError {
  return new RlAdanError("score-not-finite", `Scores are finite numbers, got ${score} for ${place}.`);
}
