// How the cost grows with environments, minibatch and width, CleanRL's recipe otherwise, in short trainings:
//   node bench/growth.mjs [--seconds 2]
// A figure is one training: of a rollout's steps, of what a sample costs the learner, of its products where width changes. Nothing
// should grow faster than its arithmetic. At last trainings with Adan beside Adam's, in turns.
import { parseArgs } from "node:util";
import { runBenchCase } from "../dist/src/bench.js";
import { spread } from "./spread.mjs";

const PAIRS = 5;

const { values } = parseArgs({ options: { seconds: { type: "string", default: "2" } } });
const one = { env: "HalfCheetah", num_envs: 1, num_steps: 2048, minibatch_size: 64, threads: 1 };

await table("envs, 2 threads", [1, 2, 4, 8, 16, 32, 64], "rollout steps/s", (envs) => ({
  flags: { ...one, num_envs: envs, num_steps: 4096 / envs, threads: 2 },
  figure: ({ rollout }) => rollout.toFixed(0),
}));
await table("minibatch, 64-64", [64, 256, 1024, 8192, 32768], "µs a sample", (minibatch) => ({
  flags: { ...one, num_steps: Math.max(2048, minibatch), minibatch_size: minibatch },
  figure: ({ millisecondsPerMinibatch }) => ((1000 * millisecondsPerMinibatch) / minibatch).toFixed(2),
}));
await table("width, minibatch 1,024", [64, 128, 256, 512, 1024], "GFLOP/s", (width) => ({
  flags: { ...one, hidden_sizes: [width, width], minibatch_size: 1024, epochs: width > 256 ? 1 : 10 },
  figure: ({ gflops }) => gflops.toFixed(1),
}));
const speeds = { adam: [], adan: [] };
for (let pair = 0; pair < PAIRS; pair++) {
  for (const optimizer of pair % 2 === 0 ? ["adam", "adan"] : ["adan", "adam"]) {
    speeds[optimizer].push((await train({ ...one, optimizer })).training);
  }
}
const ratios = speeds.adam.map((adam, pair) => adam / speeds.adan[pair]);
console.log(`a training with Adan takes ${spread(ratios, 2)} of one with Adam`);

function train(flags) {
  return runBenchCase({ name: "growth", flags }, Number(values.seconds));
}

async function table(name, points, unit, caseOf) {
  const figures = [];
  for (const point of points) {
    const { flags, figure } = caseOf(point);
    figures.push(figure(await train(flags)));
  }
  console.log(`| ${name} | ${points.join(" | ")} |`);
  console.log(`|---|${points.map(() => "---|").join("")}`);
  console.log(`| ${unit} | ${figures.join(" | ")} |\n`);
}
