// What two runs at a time gain over one after the other, one thread each:
//   node bench/sweep.mjs [--env HalfCheetah] [--steps 200k] [--rounds 3] [--jobs 2]
// Whole sweeps of as many seeds as jobs, start-up and evaluations included, in turns on one machine; read the ratio, which is
// taken within a round.
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sweep } from "../dist/src/index.js";
import { spread } from "./spread.mjs";

const { values } = parseArgs({
  options: {
    env: { type: "string", default: "HalfCheetah" },
    steps: { type: "string", default: "200k" },
    rounds: { type: "string", default: "3" },
    jobs: { type: "string", default: "2" },
  },
});
const jobs = Number(values.jobs);

const [alone, together, ratios] = [[], [], []];
for (let round = 0; round < Number(values.rounds); round++) {
  alone.push(await stepsPerSecond(1));
  together.push(await stepsPerSecond(jobs));
  ratios.push(together.at(-1) / alone.at(-1));
}
console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${values.env}\n`);
console.log(
  "| runs at a time, 1 thread each | steps/s of all together, median (least–most) | times one after the other |",
);
console.log("|---|---|---|");
console.log(`| 1 | ${spread(alone, 0)} | |`);
console.log(`| ${jobs} | ${spread(together, 0)} | ${spread(ratios, 2)} |`);

/** Of a whole sweep. */
async function stepsPerSecond(atATime) {
  const runsRoot = mkdtempSync(join(tmpdir(), "rl-adan-bench-"));
  try {
    const startedAt = performance.now();
    const { status, runs } = await sweep(
      { settings: { env: values.env, total_timesteps: values.steps }, seeds: `1-${jobs}` },
      { runsRoot, jobs: atATime, threads: 1 },
    );
    if (status !== "finished") throw new Error(`The sweep ended as ${status}.`);
    const steps = runs.reduce((sum, { result }) => sum + result.total_timesteps, 0);
    return (1000 * steps) / (performance.now() - startedAt);
  } finally {
    rmSync(runsRoot, { recursive: true });
  }
}
