// How often a 95 % interval of the interquartile mean holds the truth, and how often the difference test finds a
// difference between arms that are the same: 2,000 sets of normal scores each, 1,000 draws (docs/statistics.md).
//   node bench/intervals.mjs
import { NormalStream } from "../dist/src/random/index.js";
import * as stats from "../dist/src/stats/index.js";

const EXPERIMENTS = 2000;
const REPETITIONS = 1000;

const TASKS = [1, 2, 6];
const columns = (what) => TASKS.map((tasks) => `${what}: ${tasks} ${tasks === 1 ? "task" : "tasks"}`);
console.log(
  `| runs per arm | ${[...columns("holds the truth"), ...columns("false differences")].join(" | ")} |`,
);
console.log(`|---|${"---|".repeat(2 * TASKS.length)}`);
for (const runs of [2, 3, 5, 10, 20]) {
  const shares = { held: [], found: [] };
  for (const tasks of TASKS) {
    const stream = new NormalStream([tasks, runs]);
    const normals = new Float64Array(2 * runs * tasks);
    const row = (run) => normals.subarray(run * tasks, (run + 1) * tasks);
    let held = 0;
    let found = 0;
    for (let seed = 0; seed < EXPERIMENTS; seed++) {
      stream.fill(seed, normals);
      const x = Array.from({ length: runs }, (_, run) => row(run));
      const y = Array.from({ length: runs }, (_, run) => row(runs + run));
      const options = { repetitions: REPETITIONS, seed };
      const [low, high] = stats.stratifiedBootstrap(x, stats.interquartileMean, options).interval;
      if (low <= 0 && high >= 0) held += 1;
      if (stats.differenceTest(x, y, options).verdict !== "no difference") found += 1;
    }
    shares.held.push(percent(held));
    shares.found.push(percent(found));
  }
  console.log(`| ${runs} | ${[...shares.held, ...shares.found].join(" | ")} |`);
}

function percent(count) {
  return `${((100 * count) / EXPERIMENTS).toFixed(1)} %`;
}
