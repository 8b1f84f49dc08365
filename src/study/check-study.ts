import { didYouMean, UsageError } from "../errors.js";
import { type Study, startOf } from "./study.js";

/** Throws UsageError where the parts of a study don't fit together. where: its file, or what else errors begin with. */
export function checkStudy({ arms, seeds, tuning, settings, envs }: Study, where: string): void {
  const names = arms.map(({ name }) => name);
  if (names.length < 2) throw new UsageError("study", `${where}: a study compares at least two arms.`);
  const all = [...settings, ...tuning.settings, ...arms.flatMap((arm) => arm.settings)];
  for (const { key, subject } of all) {
    if (key === "learning_rate")
      throw new UsageError("study", `${subject}: the study finds each arm's learning rate (tuning).`);
    if (key === "env")
      throw new UsageError("study", `${subject}: environments are listed under env of the study.`);
  }
  if (new Set(envs.map(({ text }) => text)).size < envs.length) {
    throw new UsageError("study", `${envs[0]!.subject} names an environment twice.`);
  }
  for (const [arm, other] of tuning.takenFrom) {
    refuseUnknown(arm, names, `${where}: take_from`);
    refuseUnknown(other, names, `${where}: take_from`);
    if (tuning.takenFrom.has(other)) {
      throw new UsageError("study", `${where}: take_from: ${other} has no search of its own.`);
    }
  }
  const starts = tuning.rates.map(startOf);
  const still = starts.findIndex((start) => start <= 0);
  if (still >= 0) {
    throw new UsageError(
      "study",
      `${tuning.rates[still]!.subject}: learning rates are told apart by where they start, and ${tuning.rates[still]!.text} starts at 0.`,
    );
  }
  if (starts.some((start, i) => i > 0 && start <= starts[i - 1]!)) {
    throw new UsageError(
      "study",
      `${tuning.rates[0]!.subject}: list the learning rates from the smallest to the largest.`,
    );
  }
  const both = seeds.find((a) => tuning.seeds.some((b) => a.first <= b.last && b.first <= a.last));
  if (both !== undefined) {
    throw new UsageError(
      "study",
      `${where}: the tuning seeds and those of the comparison share some of ${both.first}-${both.last}; ` +
        "a rate that was chosen on a seed looks better on it than it is.",
    );
  }
}

/** Throws UsageError where there is no arm of that name. */
export function refuseUnknown(name: string, names: readonly string[], where: string): void {
  if (names.includes(name)) return;
  throw new UsageError(
    "study",
    `${where} names the arm "${name}"; there are ${names.join(", ")}.${didYouMean(name, names)}`,
  );
}
