// Time and GFLOP/s of the kernels on one thread, beside the rate of bare multiplications and additions in this engine:
//   node bench/kernels.mjs [--against CHECKOUT] [--only TEXT] [--ms 300]
// CHECKOUT is another built checkout of this project; both run in turns. Each figure is the least of many short runs, which
// is what the code costs when nobody else uses the core. Kernels get a block of 64 samples at a time: a larger minibatch
// costs a multiple of it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    against: { type: "string" },
    only: { type: "string", default: "" },
    ms: { type: "string", default: "300" },
  },
});
const BLOCK = 64;
const here = fileURLToPath(new URL("..", import.meta.url));
const checkouts = values.against === undefined ? [here] : [resolve(values.against), here];
const peak = await loadPeak();
const arms = [];
for (const checkout of checkouts) arms.push(await rows(checkout));

console.log(`${cpus()[0].model}, Node ${process.version}\n`);
console.log(`| | µs |${values.against === undefined ? "" : " before |"} GFLOP/s | of the peak |`);
console.log(`|---|---|${values.against === undefined ? "" : "---|"}---|---|`);
for (const [name, { flops }] of arms[0]) {
  if (!name.includes(values.only)) continue;
  const [top, ...times] = leastMilliseconds([peak.run, ...arms.map((arm) => arm.get(name).run)]);
  const time = times.at(-1);
  const before = values.against === undefined ? "" : ` ${(times[0] * 1e3).toFixed(1)} |`;
  const rate = flops / time / 1e6;
  const share = (100 * rate) / (peak.flops / top / 1e6);
  const speed = flops === 0 ? "" : rate.toFixed(1);
  console.log(
    `| ${name} | ${(time * 1e3).toFixed(1)} |${before} ${speed} | ${flops === 0 ? "" : `${share.toFixed(0)} %`} |`,
  );
}

/** What is measured of one checkout: name → run and its floating-point operations. */
async function rows(checkout) {
  const load = (path) => import(pathToFileURL(join(checkout, "dist", "src", path)).href);
  const { Arena } = await load("kernels/arena.js");
  const { loadKernels } = await load("kernels/load.js");
  const { WEIGHT_PANEL } = await load("kernels/kernels.js");
  const { Mlp } = await load("policy/mlp.js");
  const arena = Arena.create();
  const kernels = await loadKernels("simd", arena);
  let count = 0;
  const numbers = (length) => {
    const array = arena.allocate(`bench-${count++}`, "f32", length);
    for (let i = 0; i < length; i++) array[i] = Math.sin(i * 1.37) / 8;
    return array;
  };
  const table = new Map();

  for (const [inputs, outputs] of [
    [17, 64],
    [64, 64],
    [64, 6],
    [64, 1],
    [256, 256],
    [1024, 1024],
  ]) {
    const weight = numbers(inputs * outputs);
    const weightGradient = numbers(inputs * outputs);
    const [bias, biasGradient] = [numbers(outputs), numbers(outputs)];
    const [input, inputGradient] = [numbers(inputs * BLOCK), numbers(inputs * BLOCK)];
    const [output, outputGradient] = [numbers(outputs * BLOCK), numbers(outputs * BLOCK)];
    // A checkout from before the panels takes no scratch.
    const scratch = WEIGHT_PANEL === undefined ? [] : [numbers(WEIGHT_PANEL)];
    const add = (name, run) =>
      table.set(`${inputs} → ${outputs}: ${name}`, { run, flops: 2 * inputs * outputs * BLOCK });
    const shape = [inputs, outputs, BLOCK];
    add("forward", () => kernels.denseForward(weight, bias, input, output, ...shape));
    add("input gradient", () =>
      kernels.denseInputGradient(weight, outputGradient, inputGradient, ...scratch, ...shape),
    );
    add("weight gradient", () =>
      kernels.denseWeightGradient(outputGradient, input, weightGradient, biasGradient, ...shape),
    );
  }

  const [activations, gradients] = [numbers(64 * BLOCK), numbers(64 * BLOCK)];
  table.set("tanh of 4,096", { run: () => kernels.activate("tanh", activations, 4096), flops: 0 });
  table.set("tanh's gradient", {
    run: () => kernels.activationGradient("tanh", activations, gradients, 4096),
    flops: 0,
  });

  const size = 11_085;
  const slots = [
    numbers(size),
    numbers(size),
    numbers(size),
    numbers(size),
    numbers(size).fill(1),
    numbers(size),
  ];
  const [parameters, slotGradients, m, v, n, previous] = slots;
  const shared = { learningRate: 1e-9, eps: 1e-8, correction1: 1, correction2: 1, keep: 1 };
  // The gradient never changes here: with a β2 below 1 its differences would fade into denormal numbers, which are slow.
  const adan = { beta1: 0.98, beta2: 1, beta3: 0.99, correction3: 1, shrink: 1, isFirst: false };
  table.set("Adan step, 11,085 parameters", {
    run: () => kernels.adan(parameters, slotGradients, m, v, n, previous, { ...shared, ...adan }),
    flops: 0,
  });
  table.set("Adam step", {
    run: () =>
      kernels.adam(parameters, slotGradients, m, n, {
        ...shared,
        gradientWeight: 0,
        beta1: 0.9,
        beta2: 0.999,
      }),
    flops: 0,
  });

  const networks = [6, 1].map((outputs) => {
    const layout = [];
    let size = 0;
    for (const [from, to] of [
      [17, 64],
      [64, 64],
      [64, outputs],
    ]) {
      layout.push({ inputs: from, outputs: to, weight: size, bias: size + from * to });
      size += (from + 1) * to;
    }
    const network = new Mlp({
      kernels,
      allocate: (_name, length) => numbers(length),
      name: "network",
      layout,
      activation: "tanh",
      maxBatch: BLOCK,
      parameters: numbers(size),
      gradients: numbers(size),
    });
    // Products per sample: forward and weight gradient of every layer, input gradient of all but the first.
    const products = layout.reduce((sum, layer) => sum + 3 * layer.inputs * layer.outputs, -17 * 64);
    return { network, products };
  });
  table.set("minibatch of 64, actor and critic of HalfCheetah (64-64 tanh), forward and backward", {
    run: () => {
      for (const { network } of networks) network.forward(BLOCK);
      for (const { network } of networks) network.backward(BLOCK);
    },
    flops: 2 * BLOCK * networks.reduce((sum, { products }) => sum + products, 0),
  });
  return table;
}

/** The least time of each, all in turns. */
function leastMilliseconds(runs) {
  const repeats = runs.map((run) => {
    for (let i = 0; i < 40; i++) run();
    const start = performance.now();
    for (let i = 0; i < 5; i++) run();
    return Math.max(1, Math.round(1 / (performance.now() - start)));
  });
  const least = runs.map(() => Number.POSITIVE_INFINITY);
  const end = performance.now() + Number(values.ms) * runs.length;
  while (performance.now() < end) {
    runs.forEach((run, i) => {
      const start = performance.now();
      for (let k = 0; k < repeats[i]; k++) run();
      least[i] = Math.min(least[i], (performance.now() - start) / repeats[i]);
    });
  }
  return least;
}

async function loadPeak() {
  const folder = mkdtempSync(join(tmpdir(), "rl-adan-peak-"));
  const asc = createRequire(import.meta.url).resolve("assemblyscript/package.json");
  const wasm = join(folder, "peak.wasm");
  const flags = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--outFile", wasm];
  execFileSync(
    process.execPath,
    [join(asc, "..", "bin", "asc.js"), "bench/assembly/peak.ts", "--baseDir", ".", ...flags],
    {
      cwd: here,
    },
  );
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm));
  rmSync(folder, { recursive: true });
  const turns = 2000;
  const { FLOPS_PER_TURN, peak } = instance.exports;
  return { run: () => peak(turns, 0.999, 0.5), flops: turns * FLOPS_PER_TURN.value };
}
