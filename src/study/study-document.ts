import { log } from "../math/index.js";
import type { Block } from "../report/document.js";
import type { ReportFigure } from "../report/figures.js";
import type { Arm } from "../report/index.js";
import { numberText } from "../report/number-text.js";
import { PROTOCOLS } from "../report/scores.js";
import { ENOUGH_RUNS } from "../report/summary.js";
import { type Cost, mechanismFigures } from "./mechanisms.js";
import type { CheckOutcome } from "./run-study.js";
import { type Study, startOf } from "./study.js";
import type { StudyData } from "./study-data.js";
import type { Search } from "./tuning.js";
import type { Verdict } from "./verdicts.js";

/** What stands before the report in a study's page. arms: of all environments. */
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
    ...verdictBlocks(data.verdicts, Math.min(...arms.map(({ runs }) => runs.length))),
    ...tuningBlocks(study, searches),
    { kind: "heading", level: 2, text: "Mechanisms" },
    {
      kind: "paragraph",
      text: "What the optimizer does to the updates, and what it costs. Speeds are of the whole training, several runs side by side on one machine.",
    },
    costTable(data.costs),
    ...envs.map(
      (env, i): Block => ({
        kind: "figures",
        figures: mechanismFigures(
          arms.filter((arm) => arm.env === env),
          i,
        ),
      }),
    ),
    ...checkBlocks(data.checks),
  ];
}

/** runs: of the arm that has the fewest. */
function verdictBlocks(verdicts: readonly Verdict[], runs: number): Block[] {
  const groups = new Map<string, string[]>();
  for (const { env, protocol, text } of verdicts) {
    const key = `${env}, ${protocol}`;
    groups.set(key, [...(groups.get(key) ?? []), text]);
  }
  const differing = verdicts.filter(
    ({ difference }) => difference.verdict === "higher" || difference.verdict === "lower",
  );
  const expected = numberText(0.05 * verdicts.length);
  return [
    { kind: "heading", level: 2, text: "Verdict" },
    ...[...groups].flatMap(([title, items]): Block[] => [
      { kind: "heading", level: 3, text: title },
      { kind: "list", items },
    ]),
    {
      kind: "paragraph",
      text:
        `Differences of interquartile means over the test seeds, with 95 % bootstrap intervals. ${differing.length} of ${verdicts.length} ` +
        `comparisons show a difference; if no arms differed, about ${expected} would by chance. "No difference" means that none is shown, not that there is none.` +
        (runs < ENOUGH_RUNS
          ? ` With fewer than ${ENOUGH_RUNS} runs an arm the intervals are too narrow: take the verdicts as provisional.`
          : ""),
    },
  ];
}

function tuningBlocks({ tuning }: Study, searches: readonly Search[]): Block[] {
  const seeds = searches[0]?.trials[0]?.scores.length ?? 0;
  const edges = searches.filter(({ best, trials }) => best === 0 || best === trials.length - 1);
  const envs = [...new Set(searches.map(({ env }) => env))];
  return [
    { kind: "heading", level: 2, text: "Learning rates" },
    {
      kind: "paragraph",
      text:
        `Each arm was given the rate with the highest mean of final evaluations over ${seeds} tuning seeds, which are none of the test seeds; ` +
        "every arm tried the same rates. The chosen ones are marked with *.",
    },
    ...envs.map(
      (env): Block => ({
        kind: "table",
        head: [env, ...tuning.rates.map(({ text }) => text)],
        rows: searches
          .filter((search) => search.env === env)
          .map(({ arm, trials, best }) => [
            arm,
            ...trials.map(({ score }, i) =>
              score === null ? "failed" : `${numberText(score)}${i === best ? " *" : ""}`,
            ),
          ]),
      }),
    ),
    ...(edges.length === 0
      ? []
      : [
          {
            kind: "list",
            items: edges.map(
              ({ env, arm, best }) =>
                `${env}, ${arm}: the best rate is the ${best === 0 ? "smallest" : "largest"} that was tried; a better one may lie beyond.`,
            ),
          } as const,
        ]),
    ...([...tuning.takenFrom].length === 0
      ? []
      : [
          {
            kind: "list",
            items: [...tuning.takenFrom].map(([arm, other]) => `${arm}: the rate of ${other}.`),
          } as const,
        ]),
    {
      kind: "figures",
      figures: envs.map((env, i) =>
        sensitivityFigure(
          env,
          searches.filter((of) => of.env === env),
          i,
        ),
      ),
    },
  ];
}

/** How much the learning rate matters to each arm. */
function sensitivityFigure(env: string, searches: readonly Search[], index: number): ReportFigure {
  const lines = searches.map(({ arm, trials }) => {
    const kept = trials.filter(({ score }) => score !== null);
    return {
      label: arm,
      x: kept.map(({ rate }) => log(startOf(rate)) / log(10)),
      points: kept.map(({ score }) => ({ value: score!, interval: null })),
    };
  });
  return {
    name: `${index + 1}-learning-rates`,
    caption: `${env}: mean of the final evaluations of the tuning seeds, by the learning rate at the start.`,
    figure: {
      title: `${env}: learning rates`,
      xName: "log10 of the learning rate",
      yName: PROTOCOLS.evaluation.axis,
      isXFree: true,
      lines,
    },
  };
}

function costTable(costs: readonly Cost[]): Block {
  return {
    kind: "table",
    head: ["environment", "arm", "env steps per second", "of the first arm's"],
    rows: costs.map(({ env, arm, stepsPerSecond }) => {
      const first = costs.find((cost) => cost.env === env)!.stepsPerSecond;
      const share = stepsPerSecond === null || first === null ? null : stepsPerSecond / first;
      return [env, arm, numberText(stepsPerSecond), numberText(share)];
    }),
  };
}

function checkBlocks(checks: readonly CheckOutcome[]): Block[] {
  if (checks.length === 0) return [];
  return [
    { kind: "heading", level: 2, text: "Checks" },
    {
      kind: "list",
      items: checks.map(({ name, arms, isIdentical }) => {
        const [a, b] = arms;
        return `${name}: ${isIdentical ? "holds" : "DOES NOT HOLD"}; every number that ${a} and ${b} log is ${isIdentical ? "the same" : "not the same"}.`;
      }),
    },
  ];
}
