// Tables of finished runs: `node bench/returns-table.mjs FOLDER`, where FOLDER holds run directories (or their
// result.json files alone) named GROUP-SEED. For a group "cleanrl" it adds the 95 % bootstrap interval of the difference
// to CleanRL's recipe in PyTorch (bench/data/cleanrl-halfcheetah-returns.json). Deterministic.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UniformStream } from "../dist/src/random/index.js";

const RESAMPLES = 20_000;
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
  const [low, high] = differenceInterval(ours, theirs);
  console.log(
    `\ncleanrl - PyTorch: difference of means ${whole(mean(ours) - mean(theirs))}, 95 % interval [${whole(low)}, ${whole(high)}]`,
  );
}

/** Percentile bootstrap of mean(a) - mean(b), both resampled. */
function differenceInterval(a, b) {
  const stream = new UniformStream([1, 2]);
  const draws = new Float64Array(a.length + b.length);
  const differences = Array.from({ length: RESAMPLES }, (_, k) => {
    stream.fill(k, draws);
    const pick = (values, from) => values.map((_, i) => values[Math.floor(draws[from + i] * values.length)]);
    return mean(pick(a, 0)) - mean(pick(b, a.length));
  }).sort((x, y) => x - y);
  return [differences[Math.floor(RESAMPLES * 0.025)], differences[Math.floor(RESAMPLES * 0.975)]];
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values) {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function whole(value) {
  return value === null ? "-" : Math.round(value).toLocaleString("en");
}
