// Steps of our environment alone, with actions drawn beforehand: what physics would permit if nothing else took time.
//   node bench/physics.mjs HalfCheetah --total-timesteps 20480 --num-envs 8 --threads 2
// Every thread steps its own share of the envs in turn. Actions are Gaussian of deviation 1, clipped, as an untrained
// policy's. The env's own part of the step is some 5 % of it (bench/envs.mjs). Loading the engine and the first 500 steps
// of each thread, in which code is compiled, are not counted.

import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Box, make } from "../dist/envs/index.js";

const WARM_UP_STEPS = 500;

if (isMainThread) await measure();
else await serve(workerData);

async function measure() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "total-timesteps": { type: "string", default: "20480" },
      "num-envs": { type: "string", default: "1" },
      threads: { type: "string", default: "1" },
    },
  });
  const [steps, envs, threads] = [values["total-timesteps"], values["num-envs"], values.threads].map(Number);
  const workers = Array.from({ length: threads }, (_, k) => {
    const count = Math.floor(((k + 1) * envs) / threads) - Math.floor((k * envs) / threads);
    return new Worker(new URL(import.meta.url), {
      workerData: { id: positionals[0], seed: k, count, rounds: Math.floor(steps / envs) },
    });
  });
  await Promise.all(workers.map(nextMessage)); // warm
  const start = performance.now();
  for (const worker of workers) worker.postMessage("go");
  await Promise.all(workers.map(nextMessage));
  const seconds = (performance.now() - start) / 1000;
  console.log(`steps_per_second ${Math.round((Math.floor(steps / envs) * envs) / seconds)}`);
  await Promise.all(workers.map((worker) => worker.terminate()));
}

function nextMessage(worker) {
  return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
}

async function serve({ id, seed, count, rounds }) {
  const envs = await Promise.all(Array.from({ length: count }, () => make(id)));
  const actions = drawnActions(envs[0].actionSpace, seed);
  const walk = (steps) => {
    for (let i = 0; i < steps; i++) {
      for (const env of envs) {
        const { terminated, truncated } = env.step(actions[i % actions.length]);
        if (terminated || truncated) env.reset();
      }
    }
  };
  envs.forEach((env, i) => {
    env.reset({ seed: 1000 * seed + i });
  });
  walk(Math.ceil(WARM_UP_STEPS / count));
  parentPort.postMessage("warm");
  await new Promise((resolve) => parentPort.once("message", resolve));
  walk(rounds);
  parentPort.postMessage("done");
}

function drawnActions({ shape, low, high, dtype }, seed) {
  const normal = new Box(-Infinity, Infinity, shape, dtype);
  normal.seed(seed);
  return Array.from({ length: 1000 }, () =>
    normal.sample().map((value, i) => Math.min(Math.max(value, low[i]), high[i])),
  );
}
