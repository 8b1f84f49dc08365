// What looking for numbers that are not finite costs a training, in processor time:
//   node bench/sentinel.mjs [--env HalfCheetah] [--preset cleanrl] [--steps 40960]
// Trains in one thread, then times the looks alone as often as that training made them, on weights and observations of the
// same size. Speeds drift on a shared machine: the share is taken within a round, and the median of the rounds counts.
import { parseArgs } from "node:util";
import { networkShape } from "../dist/agents/ppo/policy-snapshot.js";
import { Sentinel } from "../dist/agents/ppo/sentinel.js";
import { Arena } from "../dist/src/kernels/arena.js";
import { loadKernels } from "../dist/src/kernels/load.js";
import { parameterLayout } from "../dist/src/policy/network.js";
import { startBarePpo } from "../dist/src/ppo-agent-node.js";
import { resolveTrainConfig } from "../dist/src/train-config.js";

const ROUNDS = 7;
const { values } = parseArgs({
  options: {
    env: { type: "string", default: "HalfCheetah" },
    preset: { type: "string" },
    steps: { type: "string", default: "40960" },
  },
});
const { env, preset } = values;
const { config } = resolveTrainConfig({ algorithm: "ppo", preset, flags: { env, threads: 1 } });
const shares = [];
for (let round = 0; round < ROUNDS; round++) {
  const { agent, spaces } = await startBarePpo(config, Number(values.steps));
  let [minibatches, steps] = [0, 0];
  const training = await userSeconds(async () => {
    for await (const { metrics, globalStep } of agent.iterations) {
      minibatches += metrics.minibatches;
      steps = globalStep;
    }
  });
  await agent.close();
  const looks = await looksOf(spaces, minibatches, steps);
  shares.push(looks / training);
  console.log(
    `${env}${preset === undefined ? "" : `, ${preset}`}: ${steps} steps and ${minibatches} minibatches in ${training.toFixed(2)} s, ` +
      `their looks ${(1000 * looks).toFixed(1)} ms: ${percent(looks / training)}`,
  );
}
console.log(`median ${percent(shares.sort((a, b) => a - b)[ROUNDS >> 1])}`);

/** User seconds of the looks at so many minibatches and env steps. */
async function looksOf(spaces, minibatches, steps) {
  const shape = networkShape(config, spaces);
  const { observationSize } = shape;
  const layout = parameterLayout(shape);
  const arena = Arena.create();
  const kernels = await loadKernels("simd", arena);
  const [parameters, gradients] = ["p", "g"].map((name) =>
    arena.allocate(name, "f32", layout.size).fill(0.1),
  );
  const sentinel = new Sentinel(kernels, layout, parameters, gradients);
  const metrics = { loss: 0.5, gradientNorm: 0.5 };
  const observation = new Float64Array(observationSize).fill(0.1);
  return userSeconds(async () => {
    for (let k = 0; k < minibatches; k++) {
      sentinel.checkGradient(metrics, {}, 0, 0);
      sentinel.checkParameters(metrics, {}, 0, 0);
    }
    // As EnvSlot and Actor look at observation, reward and log-prob.
    for (let step = 0; step < steps; step++) {
      let zero = 0;
      for (let j = 0; j < observationSize; j++) zero += 0 * observation[j];
      const [reward, logProb] = [observation[0], observation[1]];
      if (zero !== 0 || !Number.isFinite(reward) || !Number.isFinite(logProb)) throw new Error("not finite");
    }
  });
}

async function userSeconds(work) {
  const before = process.cpuUsage().user;
  await work();
  return (process.cpuUsage().user - before) / 1e6;
}

function percent(share) {
  return `${(100 * share).toFixed(2)} %`;
}
