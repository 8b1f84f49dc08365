import { csvFiles } from "../report/csv.js";
import { documentOf } from "../report/document.js";
import { figuresOf } from "../report/figures.js";
import { type Arm, groupRuns, type Run, readRuns } from "../report/index.js";
import { SCORE_TAGS } from "../report/scores.js";
import { summarize } from "../report/summary.js";
import { type PageOptions, writePage } from "../report/write-page.js";
import { packageVersion } from "../run/package-version.js";
import { costsOf, MECHANISM_TAGS } from "./mechanisms.js";
import type { StudyResult } from "./run-study.js";
import type { Study } from "./study.js";
import type { SearchSummary, StudyData } from "./study-data.js";
import { studyBlocks } from "./study-document.js";
import { planOf } from "./study-plan-text.js";
import type { Search } from "./tuning.js";
import { verdictsOf } from "./verdicts.js";

/**
 * Writes the page of a study that was carried out: verdicts, the search of learning rates, mechanisms, checks, then the report
 * over the runs that are compared. Throws as `writePage` and `readRuns`.
 */
export async function writeStudy(
  study: Study,
  result: StudyResult,
  options: PageOptions & { readonly csv?: boolean },
): Promise<{ data: StudyData; files: string[] }> {
  const arms = armsOf(study, result);
  const [reference, ...others] = [...new Set(study.comparisons.map(([, y]) => y))];
  const isThere = others.length === 0 && arms.some(({ label }) => label === reference);
  const report = summarize(arms, isThere ? { reference: reference! } : {});
  const data: StudyData = {
    verdicts: verdictsOf(study, arms),
    searches: result.rates.searches.map(summaryOf),
    checks: result.checks,
    failed: result.failed,
    plan: planOf(study),
    costs: costsOf(arms),
    report,
  };
  const page = documentOf(report, report.environments.map(figuresOf), packageVersion());
  const blocks = [...studyBlocks(study, data, result.rates.searches, arms), ...page];
  return { data, files: await writePage(blocks, options.csv ? csvFiles(report) : new Map(), options) };
}

/** The runs by the study's own names and in its order; a run that two arms share counts in both. */
function armsOf(study: Study, { runs }: StudyResult): Arm[] {
  const envs = [...new Set(runs.map(({ run }) => run.config.env))];
  const place = ({ env, label }: Arm) =>
    envs.indexOf(env) * study.arms.length + study.arms.findIndex(({ name }) => name === label);
  const found = new Map<Run, string>();
  for (const { run, arm } of runs) {
    const [read] = readRuns(run.directory.path, { tags: [...SCORE_TAGS, ...MECHANISM_TAGS] });
    found.set(read!, arm);
  }
  const arms = groupRuns([...found.keys()], { group: (run) => found.get(run)! });
  return arms.sort((a, b) => place(a) - place(b));
}

function summaryOf({ envId, arm, trials, best }: Search): SearchSummary {
  return {
    env: envId,
    arm,
    chosen: trials[best]!.rate.text,
    trials: trials.map(({ rate, score, scores }) => ({ learningRate: rate.text, score, scores })),
  };
}
