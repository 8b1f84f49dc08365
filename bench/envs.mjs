// Env steps per second of every environment, alone, on one thread with random actions:
//   node bench/envs.mjs [--python PYTHON] [--steps 10000] [--rounds 3]
// beside native Gymnasium where PYTHON has gymnasium[mujoco] (bench/peers/gymnasium_steps.py), in turns, and the share of
// our step that is the physics itself (time inside the engine's calls). With --memory N each environment then takes N steps
// in a process of its own, which tells its resident memory after the first tenth and at the end.
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { make, registeredIds } from "../dist/envs/index.js";
import { loadEngine } from "../dist/envs/mujoco/engine.js";
import { median } from "./spread.mjs";

const { values } = parseArgs({
  options: {
    python: { type: "string" },
    env: { type: "string", multiple: true },
    steps: { type: "string", default: "10000" },
    rounds: { type: "string", default: "3" },
    memory: { type: "string" },
    only: { type: "string" },
  },
});
const peer = fileURLToPath(new URL("peers/gymnasium_steps.py", import.meta.url));
const ids = values.env ?? registeredIds().filter((id) => !id.endsWith("-v4"));

if (values.only !== undefined) await tellMemory(values.only, Number(values.memory));
else await table();

async function table() {
  const steps = Number(values.steps);
  console.log(
    `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${steps} steps, medians of ${values.rounds}\n`,
  );
  console.log(
    "| environment | steps/s | Gymnasium, native | ratio | physics, share of the step | memory, MiB: first tenth → end |",
  );
  console.log("|---|---|---|---|---|---|");
  for (const id of ids) {
    const [ours, theirs, shares] = [[], [], []];
    for (let round = 0; round < Number(values.rounds); round++) {
      ours.push(steps / (await secondsFor(id, steps)));
      if (values.python !== undefined) theirs.push(gymnasium(id, steps));
      shares.push(await physicsShare(id, steps));
    }
    const native = theirs.length === 0 ? undefined : median(theirs);
    const ratio = native === undefined ? "" : median(ours.map((speed, i) => speed / theirs[i])).toFixed(2);
    const share = Number.isNaN(shares[0]) ? "" : `${Math.round(100 * median(shares))} %`;
    const memory = values.memory === undefined ? "" : memoryOf(id);
    console.log(
      `| ${id} | ${Math.round(median(ours))} | ${native === undefined ? "" : Math.round(native)} | ${ratio} | ${share} | ${memory} |`,
    );
  }
}

/** Seconds of the steps alone, resets included; actions are drawn before. onStart is called when the clock starts. */
async function secondsFor(id, steps, onStart = () => {}) {
  const env = await make(id);
  env.actionSpace.seed(1);
  const actions = Array.from({ length: 1000 }, () => env.actionSpace.sample());
  env.reset({ seed: 1 });
  const walk = (count) => {
    for (let i = 0; i < count; i++) {
      const { terminated, truncated } = env.step(actions[i % actions.length]);
      if (terminated || truncated) env.reset();
    }
  };
  walk(Math.min(2000, steps)); // the compiler's part
  onStart();
  const start = performance.now();
  walk(steps);
  const seconds = (performance.now() - start) / 1000;
  env.close();
  return seconds;
}

/** NaN for an environment without the engine. The clock's own time is counted with the bridge, against us. */
async function physicsShare(id, steps) {
  const { module } = await loadEngine();
  const calls = ["mj_step", "mj_rnePostConstraint", "mj_forward", "mj_resetData"];
  const originals = calls.map((name) => module[name]);
  let inside = 0;
  calls.forEach((name, i) => {
    module[name] = (model, data) => {
      const start = performance.now();
      originals[i](model, data);
      inside += performance.now() - start;
    };
  });
  try {
    const seconds = await secondsFor(id, steps, () => {
      inside = 0;
    });
    return inside === 0 ? Number.NaN : inside / 1000 / seconds;
  } finally {
    calls.forEach((name, i) => {
      module[name] = originals[i];
    });
  }
}

function gymnasium(id, steps) {
  const { stdout, stderr, status } = spawnSync(values.python, [peer, id, String(steps)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

function memoryOf(id) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), "--only", id, "--memory", values.memory],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

async function tellMemory(id, steps) {
  const env = await make(id);
  env.actionSpace.seed(1);
  env.reset({ seed: 1 });
  const resident = [];
  for (let i = 1; i <= steps; i++) {
    const { terminated, truncated } = env.step(env.actionSpace.sample());
    if (terminated || truncated) env.reset();
    if (i === Math.round(steps / 10) || i === steps) resident.push(process.memoryUsage.rss() / 2 ** 20);
  }
  env.close();
  console.log(resident.map((size) => size.toFixed(0)).join(" → "));
}
