// What an iteration of each learner costs, by minibatch and width, on made-up data of HalfCheetah's size:
//   node bench/learners.mjs [--devices simd,wasm,webgpu,cuda] [--minibatches 64,1024,8192,32768] [--hidden 64,256,1024]
//     [--rows 32768] [--most 64] [--rounds 3] [--threads 2] [--python PYTHON [--torch-device cuda]]
// An iteration is one epoch over --rows transitions, with Adam, the rollout's way to the device and the weights' way back. At most
// --most minibatches of it are run; where that is not all the time is scaled up, and marked with a tilde. With an interpreter that
// has PyTorch (bench/peers/README.md) its learner stands beside ours, eager and compiled.
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createCriticThread } from "../dist/agents/ppo/critic-thread-node.js";
import { kernelLearner } from "../dist/agents/ppo/kernel-learner.js";
import { Arena } from "../dist/src/kernels/arena.js";
import { loadKernels } from "../dist/src/kernels/load.js";
import { parameterLayout } from "../dist/src/policy/network.js";
import { NormalStream, permutation, streamKey } from "../dist/src/random/index.js";
import { createRolloutBuffer } from "../dist/src/rollout/rollout-buffer.js";
import { median } from "./spread.mjs";

const { values } = parseArgs({
  options: {
    devices: { type: "string", default: "simd,wasm,webgpu,cuda" },
    minibatches: { type: "string", default: "64,1024,8192,32768" },
    hidden: { type: "string", default: "64,256,1024" },
    rows: { type: "string", default: "32768" },
    most: { type: "string", default: "64" },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    python: { type: "string" },
    "torch-device": { type: "string", default: "cpu" },
  },
});
const numbers = (list) => list.split(",").map(Number);
const [ROWS, MOST, ROUNDS] = [Number(values.rows), Number(values.most), Number(values.rounds)];
const cells = numbers(values.hidden).flatMap((width) =>
  numbers(values.minibatches).map((minibatch) => ({ width, minibatch: Math.min(minibatch, ROWS) })),
);

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}; ${ROWS} transitions, one epoch\n`,
);
const columns = [];
for (const name of values.devices.split(",")) columns.push(await ourColumn(name));
if (values.python !== undefined) {
  columns.push(torchColumn(`torch ${values["torch-device"]}, eager`, []));
  columns.push(torchColumn(`torch ${values["torch-device"]}, compiled`, ["--compile"]));
}
console.log(`\n| ms per iteration | ${columns.map(({ title }) => title).join(" | ")} |`);
console.log(`|---|${columns.map(() => "---|").join("")}`);
for (const [k, { width, minibatch }] of cells.entries()) {
  const row = columns.map(({ milliseconds }) => milliseconds[k]);
  console.log(`| ${width}-${width}, minibatch ${minibatch} | ${row.join(" | ")} |`);
}

/** A device that is not here says why, and has dashes; so has a cell that it fails at, and those after it when it is lost. */
async function ourColumn(name) {
  const { title, createLearner, close } = await open(name).catch((error) => {
    console.log(`${name}: ${error.message}`);
    return { title: name, close() {} };
  });
  const milliseconds = [];
  for (const cell of cells) {
    const measured = createLearner === undefined ? Promise.resolve("–") : measure(createLearner, cell);
    milliseconds.push(
      await measured.catch((error) => {
        console.log(`${name}, ${cell.width}-${cell.width}, minibatch ${cell.minibatch}: ${error.message}`);
        return "–";
      }),
    );
  }
  close();
  return { title, milliseconds };
}

async function open(name) {
  if (name === "simd") {
    const twoThreads = Number(values.threads) > 1;
    const createLearner = kernelLearner({
      device: name,
      createCriticThread: twoThreads ? createCriticThread : undefined,
    });
    return { title: twoThreads ? "simd, 2 threads" : name, createLearner, close() {} };
  }
  const { openDevice } = await import("../dist/src/devices/open-node.js");
  const { deviceLearner } = await import("../dist/src/device-learner.js");
  const device = await openDevice(name);
  console.log(`${name}: ${device.adapter ?? "the CPU"}`);
  return { title: name, createLearner: deviceLearner(device), close: () => device.close() };
}

async function measure(createLearner, { width, minibatch }) {
  const rows = Math.min(ROWS, MOST * minibatch);
  const run = await prepare(createLearner, width, minibatch, rows);
  try {
    await run.update(0);
    const times = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const startedAt = performance.now();
      await run.update(round);
      times.push(performance.now() - startedAt);
    }
    return shown((median(times) * ROWS) / rows, rows < ROWS);
  } finally {
    await run.learner.close();
  }
}

async function prepare(createLearner, width, minibatch, rows) {
  const shape = { observationSize: 17, actionSize: 6, hiddenSizes: [width, width], activation: "tanh" };
  const layout = parameterLayout(shape);
  const arena = Arena.create();
  const kernels = await loadKernels("simd", arena);
  const parameters = arena.allocate("parameters", "f32", layout.size);
  const buffer = createRolloutBuffer(arena, { steps: rows, envs: 1, ...shape });
  fill(parameters, 0.5 / Math.sqrt(width));
  for (const name of ["observations", "lastObservations", "actions"]) fill(buffer[name], 1);
  buffer.logProbs.fill(-8.5);
  const scaledRewards = new Float64Array(rows).fill(1);
  const config = {
    ...{ gamma: 0.99, gae_lambda: 0.95, bootstrap_truncated: false, value_target_scaling: "none" },
    ...{ value_clip_range: 0.2, value_coefficient: 0.5, max_grad_norm: 0.5, normalize_advantages: true },
    ...{ recompute_advantages: false, epochs: 1, minibatch_size: minibatch, last_minibatch: "keep" },
    ...{ kl_stop: null, target_kl: null, optimizer: "adam", optimizer_options: {} },
  };
  const learner = await createLearner({ kernels, arena, shape, layout, parameters, buffer, config });
  const key = streamKey(1, "shuffle");
  const update = (iteration) =>
    learner.update(
      { ...buffer, scaledRewards },
      {
        ...{ iteration, learningRate: 3e-4, clipCoefficient: 0.2, entropyCoefficient: 0 },
        shuffle: (epoch, out) => permutation(key, iteration, epoch, out),
      },
    );
  return { learner, update };
}

function fill(array, deviation) {
  const numbers = new Float64Array(array.length);
  new NormalStream(streamKey(1, "bench")).fill(0, numbers);
  array.set(numbers.map((value) => value * deviation));
}

function torchColumn(title, flags) {
  const script = fileURLToPath(new URL("peers/torch_learner.py", import.meta.url));
  const milliseconds = cells.map(({ width, minibatch }) => {
    const size = ["--hidden", width, "--minibatch", minibatch, "--threads", values.threads];
    const args = [script, ...size, "--device", values["torch-device"], "--seconds", ROUNDS, ...flags];
    const { stdout, stderr } = spawnSync(values.python, args.map(String), { encoding: "utf8" });
    const speed = /_per_second ([\d.]+)/.exec(stdout)?.[1];
    if (speed === undefined) throw new Error(`${values.python} ${args.join(" ")}: ${stderr}`);
    // Its whole epochs are timed, of at least 2,048 transitions.
    return shown((1000 * ROWS) / minibatch / Number(speed), ROWS > Math.max(2048, minibatch));
  });
  return { title, milliseconds };
}

function shown(milliseconds, isScaled) {
  return `${isScaled ? "~" : ""}${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)}`;
}
