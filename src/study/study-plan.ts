import { UsageError } from "../errors.js";
import { MAX_RUNS, type PlanOptions, planSweep, type SweepPlan, type SweepRun } from "../sweep/plan.js";
import type { SeedRange } from "../sweep/seeds.js";
import type { Setting } from "../sweep/setting.js";
import type { Arm } from "../sweep/spec.js";
import { countRuns, firstTuningSeed, type Study } from "./study.js";
import type { StudyRun, TuningRun } from "./study-run.js";
import type { TunedRates } from "./tuning.js";

/** Runs whose results choose the learning rates, of all arms that have a search of their own. Throws as `planSweep`. */
export async function planTuning(study: Study, options: PlanOptions): Promise<TuningRun[]> {
  const { tuning, envs, arms } = study;
  const searched = arms.filter(({ name }) => !tuning.takenFrom.has(name));
  const cells = envs.flatMap((env) =>
    searched.flatMap((arm) =>
      tuning.rates.map((rate) => ({
        env: env.text,
        arm: arm.name,
        rate,
        settings: [env, ...arm.settings, rate],
      })),
    ),
  );
  const label = (cell: (typeof cells)[number]) => `tuning: ${cell.arm} ${cell.env} ${cell.rate.text}`;
  return plan(study, cells, label, tuning.settings, tuning.seeds, options);
}

/** The runs that are compared; arms that come to the same configuration share theirs. Throws as `planSweep`. */
export async function planTest(
  study: Study,
  rates: Pick<TunedRates, "of">,
  options: PlanOptions,
): Promise<StudyRun[]> {
  const { tuning, envs, arms, seeds } = study;
  const cells = envs.flatMap((env) =>
    arms.map((arm) => {
      const rate = rates.of(env.text, tuning.takenFrom.get(arm.name) ?? arm.name);
      return { env: env.text, arm: arm.name, settings: [env, ...arm.settings, rate] };
    }),
  );
  return plan(study, cells, (cell) => `${cell.arm} ${cell.env}`, [], seeds, { ...options, allowTwins: true });
}

/** Of each check its two runs. Throws as `planSweep`. */
export async function planChecks(study: Study, options: PlanOptions): Promise<StudyRun[]> {
  const seed = firstTuningSeed(study);
  const [env] = study.envs;
  const runs: StudyRun[] = [];
  for (const { arms } of study.checks) {
    const cells = arms.map((arm) => ({ env: env!.text, arm: arm.name, settings: [env!, ...arm.settings] }));
    const seeds = [{ first: seed, last: seed }];
    runs.push(...(await plan(study, cells, (cell) => `check: ${cell.arm}`, [], seeds, options)));
  }
  return runs;
}

/** Throws UsageError where the study has more runs than one should begin without meaning it. */
export function checkSize(study: Study, areManyAllowed: boolean): void {
  const { tuning, test, checks } = countRuns(study);
  const count = tuning + test + checks;
  if (count <= MAX_RUNS || areManyAllowed) return;
  throw new UsageError(
    "sweep-size",
    `The study has ${count} runs (${tuning} of them to tune); beyond ${MAX_RUNS} it needs --yes.`,
  );
}

/** Each folder once: a check may be a run that tunes, too. */
export function sweepPlanOf(runs: readonly StudyRun[]): SweepPlan {
  return { runs: [...new Map(runs.map(({ run }) => [run.directory.path, run])).values()] };
}

interface Cell {
  readonly env: string;
  readonly arm: string;
  readonly settings: readonly Setting[];
}

/** Seed by seed, each cell an arm of a sweep. */
async function plan<C extends Cell>(
  study: Study,
  cells: readonly C[],
  labelOf: (cell: C) => string,
  settings: readonly Setting[],
  seeds: readonly SeedRange[],
  options: PlanOptions,
): Promise<(C & { run: SweepRun })[]> {
  const isReplaced = ({ key }: Setting) => settings.some((setting) => setting.key === key);
  const common = [...study.settings.filter((setting) => !isReplaced(setting)), ...settings];
  const arms: Arm[] = cells.map((cell) => ({ name: labelOf(cell), settings: cell.settings }));
  // How many there may be was checked of the whole study.
  const { runs } = await planSweep(
    { settings: common, axes: [], draws: undefined, arms, seeds },
    { ...options, allowManyRuns: true },
  );
  return runs.map((run, i) => ({ ...cells[i % cells.length]!, run }));
}
