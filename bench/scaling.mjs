// What a second thread gains, what a rollout costs beside the bare environments, what many environments cost; all in turns:
//   node bench/scaling.mjs [--rounds 5] [--seconds 2] [--python PYTHON]
// CleanRL's recipe otherwise, HalfCheetah. Read the ratios, which are taken within a round. With an interpreter that has
// PyTorch (bench/peers/README.md) its learner stands beside ours.
import { parseArgs } from "node:util";
import { runBenchCase } from "../dist/src/bench.js";
import { beside, told } from "./arms.mjs";
import { spread } from "./spread.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    python: { type: "string" },
  },
});
const env = "HalfCheetah";
const STEPS = 16_384;

const physics = (envs, threads) => () => {
  const size = ["--total-timesteps", STEPS, "--num-envs", envs, "--threads", threads];
  return told(process.execPath, [beside("physics.mjs"), env, ...size]);
};
const run = (flags) => runBenchCase({ name: "scaling", flags: { env, ...flags } }, Number(values.seconds));
const rollout = (envs, threads) => async () => {
  const sizes = { num_envs: envs, num_steps: 4096 / envs, minibatch_size: 4096, epochs: 1 };
  return (await run({ ...sizes, threads })).rollout;
};
/** Minibatches a second, their steps included. */
const learner = (hidden, minibatch, threads) => async () => {
  const sizes = { num_envs: 1, num_steps: 2048, minibatch_size: minibatch, hidden_sizes: hidden };
  return 1000 / (await run({ ...sizes, threads })).millisecondsPerMinibatch;
};
const torch = (hidden, minibatch, threads) => () => {
  const size = ["--hidden", hidden[0], "--minibatch", minibatch, "--threads", threads];
  return told(values.python, [beside("peers/torch_learner.py"), ...size, "--seconds", values.seconds]);
};

await inTurns("steps/s", [
  ["environments alone, 8, 1 thread", physics(8, 1)],
  ["rollout, 8 envs, 1 thread", rollout(8, 1)],
  ["environments alone, 8, 2 threads", physics(8, 2)],
  ["rollout, 8 envs, 2 threads", rollout(8, 2)],
  ["rollout, 64 envs, 2 threads", rollout(64, 2)],
]);
for (const [hidden, minibatch] of [
  [[64, 64], 64],
  [[64, 64], 1024],
  [[256, 256], 1024],
]) {
  const name = `${hidden.join("-")}, minibatch ${minibatch}`;
  await inTurns("minibatches/s", [
    [`${name}, 1 thread`, learner(hidden, minibatch, 1)],
    [`${name}, 2 threads`, learner(hidden, minibatch, 2)],
    ...(values.python === undefined
      ? []
      : [1, 2].map((threads) => [`torch, ${threads}`, torch(hidden, minibatch, threads)])),
  ]);
}

/** Every arm once a round; each beside every one before it. */
async function inTurns(unit, arms) {
  const speeds = arms.map(() => []);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [k, [, measure]] of arms.entries()) speeds[k].push(await measure());
  }
  console.log(
    `| ${unit}, median (least–most) | | ${arms
      .slice(0, -1)
      .map(([name]) => `times "${name}"`)
      .join(" | ")} |`,
  );
  console.log(
    `|---|---|${arms
      .slice(1)
      .map(() => "---|")
      .join("")}`,
  );
  for (const [k, [name]] of arms.entries()) {
    const times = arms.slice(0, -1).map((_, other) =>
      other < k
        ? spread(
            speeds[k].map((speed, round) => speed / speeds[other][round]),
            2,
          )
        : "",
    );
    console.log(`| ${name} | ${spread(speeds[k], 0)} | ${times.join(" | ")} |`);
  }
  console.log();
}
