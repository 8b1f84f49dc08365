// Tables of finished runs: `node bench/returns-table.mjs FOLDER`, where FOLDER holds run directories (or their
// result.json files alone) named GROUP-SEED. For a group "cleanrl" it adds the 95 % bootstrap interval of the difference
// to CleanRL's recipe in PyTorch (bench/data/cleanrl-halfcheetah-returns.json). Deterministic.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as stats from "../dist/src/stats/index.js";
import { median } from "./spread.mjs";

const folder = process.argv[2] ?? "runs/published/halfcheetah-1m";
const reference = JSON.parse(
  readFileSync(new URL("data/cleanrl-halfcheetah-returns.json", import.meta.url), "utf8"),
);

const groups = new Map();
for (const name of readdirSync(folder).sort()) {
  const path = statSync(join(folder, name)).isDirectory()
    ? join(folder, name, "result.json")
    : join(folder, name);
  if (!existsSync(path) || !path.endsWith(".json")) continue;
  const result = JSON.parse(readFileSync(path, "utf8"));
  const group = name.replace(/\.json$/, "").replace(/-\d+$/, "");
  groups.set(group, [...(groups.get(group) ?? []), result]);
}

console.log("| arm | seed | last 100 training episodes | final evaluation | maximum over evaluations |");
console.log("|---|---|---|---|---|");
for (const [group, results] of groups) {
  for (const result of results) {
    const { seed, train_return_last_100: train, eval_mean_return: final, eval_max_mean_return: max } = result;
    console.log(`| ${group} | ${seed} | ${[train, final, max].map(whole).join(" | ")} |`);
  }
}
console.log(
  "\n| arm | seeds | last 100, mean ± std | median | final evaluation, mean | maximum over evaluations, mean |",
);
console.log("|---|---|---|---|---|");
for (const [group, results] of groups) {
  const of = (key) => results.map((result) => result[key]);
  const train = of("train_return_last_100");
  console.log(
    `| ${group} | ${results.length} | ${whole(mean(train))} ± ${whole(deviation(train))} | ${whole(median(train))} | ` +
      `${whole(mean(of("eval_mean_return")))} | ${whole(mean(of("eval_max_mean_return")))} |`,
  );
}
const theirs = reference.runs.map((run) => run.train_return_last_100);
console.log(
  `| CleanRL's recipe, PyTorch | ${theirs.length} | ${whole(mean(theirs))} ± ${whole(deviation(theirs))} | ${whole(median(theirs))} | - | - |`,
);
const ours = groups.get("cleanrl")?.map((result) => result.train_return_last_100);
if (ours !== undefined) {
  const scores = (returns) => returns.map((value) => [value]);
  const { value, interval } = stats.differenceTest(scores(ours), scores(theirs), { statistic: stats.mean });
  const [low, high] = interval;
  console.log(
    `\ncleanrl - PyTorch: difference of means ${whole(value)}, 95 % interval [${whole(low)}, ${whole(high)}]`,
  );
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values) {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

function whole(value) {
  return value === null ? "-" : Math.round(value).toLocaleString("en");
}
