import { stringify } from "yaml";
import { log } from "../math/index.js";
import type { Block } from "../report/document.js";
import { type ReportFigure, splitFigure } from "../report/figures.js";
import type { Arm } from "../report/index.js";
import { numberText } from "../report/number-text.js";
import { PROTOCOLS } from "../report/scores.js";
import { ENOUGH_RUNS } from "../report/summary.js";
import type { CheckOutcome } from "./check-outcome.js";
import { type Cost, mechanismFigures } from "./mechanisms.js";
import type { FailedRun } from "./run-study.js";
import { type Study, startOf } from "./study.js";
import type { StudyData } from "./study-data.js";
import type { Search, Trial } from "./tuning.js";
import { expectedFalseDifferences, textsByPlace } from "./verdicts.js";

/** What stands before the report in a study's page. arms: of all environments, in the study's order. */
export function studyBlocks(
  study: Study,
  data: StudyData,
  searches: readonly Search[],
  arms: readonly Arm[],
): Block[] {
  const envs = [...new Set(arms.map(({ env }) => env))];
  return [
    { kind: "heading", level: 1, text: `Study: ${study.name}` },
    ...(study.description === "" ? [] : [{ kind: "paragraph", text: study.description } as const]),
    ...verdictBlocks(data),
    ...tuningBlocks(study, searches),
    { kind: "heading", level: 2, text: "Mechanisms" },
    {
      kind: "paragraph",
      text: "What the optimizer does to the updates, and what it costs. Speeds and costs are of whole trainings, environments and evaluations included, several runs side by side on one machine.",
    },
    costTable(data.costs),
    ...envs.map((env, i): Block => {
      return {
        kind: "figures",
        figures: mechanismFigures(
          arms.filter((arm) => arm.env === env),
          i,
        ),
      };
    }),
    ...checkBlocks(data.checks),
    { kind: "heading", level: 2, text: "Plan" },
    { kind: "code", lines: stringify(data.plan, { lineWidth: 0 }).trimEnd().split("\n") },
  ];
}

function verdictBlocks({ verdicts, failed }: StudyData): Block[] {
  const tests = verdicts.filter(({ difference }) => difference.verdict !== null);
  const found = tests.filter(({ difference }) => difference.verdict !== "no difference");
  const expected = numberText(expectedFalseDifferences(tests));
  const few = verdicts.some(({ runs }) => runs < ENOUGH_RUNS)
    ? ` With fewer than ${ENOUGH_RUNS} runs an arm intervals are too narrow: take these verdicts as provisional.`
    : "";
  return [
    { kind: "heading", level: 2, text: "Verdict" },
    ...[...textsByPlace(verdicts)].flatMap(([title, items]): Block[] => [
      { kind: "heading", level: 3, text: title },
      { kind: "list", items },
    ]),
    {
      kind: "paragraph",
      text:
        "Differences of interquartile means over the test seeds, with 95 % bootstrap intervals. " +
        `${found.length} of ${tests.length} comparisons show a difference; if no arms differed, about ${expected} would, by chance. ` +
        `"No difference" means that none is shown, not that there is none.${few}`,
    },
    ...failureBlocks(failed),
  ];
}

/** What is compared are the others: an arm whose bad runs fail looks better than it is. */
function failureBlocks(failed: readonly FailedRun[]): Block[] {
  if (failed.length === 0) return [];
  return [
    {
      kind: "paragraph",
      text: "These runs did not finish, and are in no score: an arm that fails where it would do badly looks better than it is.",
    },
    {
      kind: "list",
      items: failed.map(({ env, arm, seed, message }) => `${env}, ${arm}, seed ${seed}: ${message}`),
    },
  ];
}

function tuningBlocks({ arms, tuning }: Study, searches: readonly Search[]): Block[] {
  const envs = [...new Set(searches.map(({ envId }) => envId))];
  const edges = searches.filter(({ best, trials }) => best === 0 || best === trials.length - 1);
  const notes = [
    ...edges.map(
      ({ envId, arm, best }) =>
        `${envId}, ${arm}: the best rate is the ${best === 0 ? "smallest" : "largest"} that was tried; a better one may lie beyond.`,
    ),
    ...[...tuning.takenFrom].map(([arm, other]) => `${arm}: the rate of ${other}.`),
  ];
  return [
    { kind: "heading", level: 2, text: "Learning rates" },
    {
      kind: "paragraph",
      text:
        "Each arm was given the rate with the highest mean of final evaluations over the tuning seeds, which are none of the test seeds; " +
        "every arm tried the same rates. In brackets the lowest and the highest of the seeds; the chosen rates are marked with *.",
    },
    ...envs.map((env): Block => {
      const rows = searches
        .filter(({ envId }) => envId === env)
        .map(({ arm, trials, best }) => [arm, ...trials.map((trial, i) => trialCell(trial, i === best))]);
      return { kind: "table", head: [env, ...tuning.rates.map(({ text }) => text)], rows };
    }),
    ...(notes.length === 0 ? [] : [{ kind: "list", items: notes } as const]),
    {
      kind: "figures",
      figures: envs.flatMap((env, i) => {
        const styles = new Map(arms.map(({ name }, style) => [name, style]));
        return sensitivityFigures(
          env,
          searches.filter(({ envId }) => envId === env),
          styles,
          i,
        );
      }),
    },
  ];
}

function trialCell({ score, scores }: Trial, isBest: boolean): string {
  const finite = scores.flatMap((value) => (value === null ? [] : [value]));
  if (score === null) return `failed (${scores.length - finite.length} of ${scores.length} runs)`;
  const [low, high] = [Math.min(...finite), Math.max(...finite)].map(numberText);
  return `${numberText(score)}${isBest ? " *" : ""} (${low} to ${high})`;
}

/** How much the learning rate matters to each arm. styles: by arm, so that it looks alike in every figure. */
function sensitivityFigures(
  env: string,
  searches: readonly Search[],
  styles: ReadonlyMap<string, number>,
  index: number,
): ReportFigure[] {
  const placeOf = ({ rate }: Trial) => log(startOf(rate));
  const lines = searches.map(({ arm, trials }) => {
    const kept = trials.filter(({ score }) => score !== null);
    return {
      label: arm,
      style: styles.get(arm)!,
      x: kept.map(placeOf),
      points: kept.map(({ score }) => ({ value: score!, interval: null })),
    };
  });
  const ticks = searches[0]?.trials.map((trial) => {
    return { value: placeOf(trial), text: startOf(trial.rate).toExponential().replace("+", "") };
  });
  return splitFigure(`${index + 1}-learning-rates`, lines, {
    caption: `${env}: mean of the final evaluations of the tuning seeds, by the learning rate at the start.`,
    title: `${env}: learning rates`,
    xName: "learning rate at the start",
    yName: PROTOCOLS.evaluation.axis,
    isXFree: true,
    xTicks: ticks ?? [],
  });
}

function costTable(costs: readonly Cost[]): Block {
  return {
    kind: "table",
    head: ["environment", "arm", "env steps per second", "of the first arm's", "ms per update"],
    rows: costs.map(({ env, arm, stepsPerSecond, millisecondsPerUpdate }) => {
      const first = costs.find((cost) => cost.env === env)!.stepsPerSecond;
      const share = numberText(stepsPerSecond / first);
      return [env, arm, numberText(stepsPerSecond), share, numberText(millisecondsPerUpdate)];
    }),
  };
}

function checkBlocks(checks: readonly CheckOutcome[]): Block[] {
  if (checks.length === 0) return [];
  return [
    { kind: "heading", level: 2, text: "Checks" },
    {
      kind: "list",
      items: checks.map(({ name, arms, isIdentical, difference }) => {
        const [a, b] = arms;
        if (isIdentical === null) return `${name}: NOT CHECKED; a run of ${a} or ${b} did not finish.`;
        if (isIdentical) return `${name}: holds; every number that both ${a} and ${b} log is the same.`;
        return `${name}: DOES NOT HOLD; ${a} and ${b} differ, in ${difference} among others.`;
      }),
    },
  ];
}
