import { commandText } from "../shown-command.js";
import type { Estimate } from "../stats/index.js";
import { shortHash } from "./arms.js";
import type { ReportFigure } from "./figures.js";
import { numberText } from "./number-text.js";
import type { ArmSummary, EnvironmentSummary, Improvement, ReportData, ScoreSummary } from "./report-data.js";
import { type Protocol, protocols } from "./scores.js";

const MAX_SETTING_CHARACTERS = 100;

/** A part of a page. All text is plain: who writes Markdown or HTML escapes it. */
export type Block =
  | { readonly kind: "heading"; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "code"; readonly lines: readonly string[] }
  | {
      readonly kind: "table";
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  | { readonly kind: "figures"; readonly figures: readonly ReportFigure[] };

/** The page of a report. figures: of each environment. */
export function documentOf(
  data: ReportData,
  figures: readonly (readonly ReportFigure[])[],
  version: string,
): Block[] {
  const arms = new Set(data.environments.flatMap((of) => of.arms.map(({ label }) => label)));
  return [
    heading(1, `Report: ${data.environments.map(({ env }) => env).join(", ")}`),
    paragraph(
      `${counted(data.runs.length, "run")} of ${counted(arms.size, "arm")} in ${counted(data.environments.length, "environment")}, read and compared by rl-adan ${version}.`,
    ),
    {
      kind: "list",
      items: [
        "Training: the mean return of a run's last 100 training episodes (of all, where fewer ended).",
        "Evaluation: the mean return of a run's last evaluation, with mean actions. The two are different protocols: neither is compared with the other.",
        "IQM: the interquartile mean over runs, which leaves out the lowest and the highest quarter; its interval is a 95 % stratified bootstrap interval (Agarwal et al. 2021).",
        "Curves end where the shortest run of an arm does; bands are 95 % intervals, point by point. Minutes are of the machines that the runs were on.",
      ],
    },
    ...data.environments.flatMap((environment, i) => environmentBlocks(environment, figures[i]!)),
    ...acrossBlocks(data),
    ...runBlocks(data),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function heading(level: 1 | 2 | 3, text: string): Block {
  return { kind: "heading", level, text };
}

function paragraph(text: string): Block {
  return { kind: "paragraph", text };
}

function environmentBlocks(environment: EnvironmentSummary, figures: readonly ReportFigure[]): Block[] {
  const { env, arms, improvements, settings, notes } = environment;
  const commands = arms.filter(({ command }) => command !== null);
  return [
    heading(2, env),
    scoreTable(arms),
    ...(notes.length > 0 ? [{ kind: "list", items: notes } as const] : []),
    ...(figures.length > 0 ? [{ kind: "figures", figures } as const] : []),
    ...improvementBlocks(improvements),
    heading(3, "Maximum over the curve"),
    paragraph(
      "Each run's best moment, chosen afterwards from many noisy ones: an optimistic number, to be compared with other maxima only.",
    ),
    maximumTable(arms),
    heading(3, "Settings that differ"),
    settings.length === 0
      ? paragraph(arms.length === 1 ? "There is one arm only." : "None that were recorded.")
      : {
          kind: "table",
          head: ["setting", ...arms.map(({ label }) => label)],
          rows: settings.map(({ name, values }) => [name, ...values.map(settingCell)]),
        },
    ...(commands.length > 0
      ? [
          heading(3, "Commands"),
          paragraph(
            "Of the first run of each arm; unless the arms were chosen by the runs' names, the others differ in seed and folder.",
          ),
          {
            kind: "code",
            lines: commands.map(({ command }) => commandText("rl-adan", withoutPlace(command!))),
          } as const,
        ]
      : []),
  ];
}

/** To be run again, elsewhere: without what says where a run lies, and how it is told. */
function withoutPlace(command: readonly string[]): string[] {
  const places = ["--run-dir", "--runs-root", "--threads"];
  return command.filter(
    (word, i) => word !== "--json" && !places.includes(word) && !places.includes(command[i - 1] ?? ""),
  );
}

/** A model's text is no cell: two long values that differ are told apart by a short hash. */
function settingCell(value: string | undefined): string {
  if (value === undefined) return "–";
  if (value.length <= MAX_SETTING_CHARACTERS) return value;
  return `${value.slice(0, MAX_SETTING_CHARACTERS)}… (${value.length} characters, #${shortHash(value)})`;
}

function scoreTable(arms: readonly ArmSummary[]): Block {
  return {
    kind: "table",
    head: [
      "arm",
      "runs",
      "steps",
      "training IQM",
      "95 % interval",
      "mean",
      "evaluation IQM",
      "95 % interval",
      "mean",
      "minutes",
    ],
    rows: arms.map(({ label, runs, steps, scores, minutes }) => [
      label,
      String(runs),
      numberText(steps),
      ...protocols.flatMap((protocol) => scoreCells(scores[protocol], runs)),
      numberText(minutes),
    ]),
  };
}

function scoreCells(score: ScoreSummary | undefined, runs: number): string[] {
  if (score === undefined) return ["–", "–", "–"];
  const of = score.runs === runs ? "" : ` (${score.runs} of ${runs} runs)`;
  return [`${numberText(score.iqm.value)}${of}`, intervalText(score.iqm), numberText(score.mean)];
}

function intervalText({ interval }: Estimate): string {
  return interval === null ? "one run" : `${numberText(interval[0])} to ${numberText(interval[1])}`;
}

function maximumTable(arms: readonly ArmSummary[]): Block {
  return {
    kind: "table",
    head: [
      "arm",
      "maximum of training means: IQM",
      "95 % interval",
      "mean",
      "maximum of evaluations: IQM",
      "95 % interval",
      "mean",
    ],
    rows: arms.map(({ label, scores }) => [
      label,
      ...protocols.flatMap((protocol) => {
        const maximum = scores[protocol]?.maximum;
        if (maximum == null) return ["–", "–", "–"];
        return [numberText(maximum.iqm.value), intervalText(maximum.iqm), numberText(maximum.mean)];
      }),
    ]),
  };
}

function improvementBlocks(improvements: readonly Improvement[]): Block[] {
  if (improvements.length === 0) return [];
  const pairs = new Map<string, { x: string; y: string; of: Map<Protocol, Estimate> }>();
  for (const { protocol, x, y, probability } of improvements) {
    const key = JSON.stringify([x, y]);
    const pair = pairs.get(key) ?? { x, y, of: new Map() };
    pairs.set(key, pair);
    pair.of.set(protocol, probability);
  }
  return [
    heading(3, "Probability of improvement"),
    paragraph(
      "How likely a run of the first arm scores higher than one of the second. An interval that holds 0.5 shows no difference; one of fewer than ten runs is too narrow, and a single value where all pairs agree.",
    ),
    {
      kind: "table",
      head: ["first", "second", "training", "95 % interval", "evaluation", "95 % interval"],
      rows: [...pairs.values()].map(({ x, y, of }) => [
        x,
        y,
        ...protocols.flatMap((protocol) => {
          const estimate = of.get(protocol);
          return estimate === undefined
            ? ["–", "–"]
            : [shareText(estimate.value), shareIntervalText(estimate)];
        }),
      ]),
    },
  ];
}

function shareText(value: number): string {
  return value.toFixed(2);
}

function shareIntervalText({ interval }: Estimate): string {
  return interval === null ? "one run" : `${shareText(interval[0])} to ${shareText(interval[1])}`;
}

function acrossBlocks({ environments, improvements, notes }: ReportData): Block[] {
  if (environments.length < 2) return [];
  return [
    heading(2, "Over all environments"),
    ...improvementBlocks(improvements),
    ...(notes.length > 0 ? [{ kind: "list", items: notes } as const] : []),
  ];
}

function runBlocks({ runs }: ReportData): Block[] {
  const versions = new Map<string, number>();
  for (const run of runs) {
    const text = Object.entries(run.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ");
    versions.set(text, (versions.get(text) ?? 0) + 1);
  }
  const notes = runs.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}.`));
  return [
    heading(2, "Runs"),
    {
      kind: "table",
      head: ["run", "environment", "arm", "seed", "status", "steps", "training", "evaluation", "minutes"],
      rows: runs.map(({ name, env, arm, seed, status, steps, scores, minutes, leftOut }) => [
        name,
        env,
        arm,
        seed === null ? "–" : String(seed),
        leftOut === null ? status : `${status}, left out`,
        numberText(steps),
        ...protocols.map((protocol) => numberText(scores[protocol])),
        numberText(minutes),
      ]),
    },
    ...(notes.length > 0 ? [{ kind: "list", items: notes } as const] : []),
    heading(2, "Versions"),
    {
      kind: "list",
      items: [...versions].map(
        ([text, count]) => `${text || "not recorded"}: ${count} of ${runs.length} runs`,
      ),
    },
  ];
}
