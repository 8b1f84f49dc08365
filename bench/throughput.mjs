// Env steps per second of whole trainings with CleanRL's recipe, in turns on this machine:
//   node bench/throughput.mjs [--python PYTHON] [--env HalfCheetah] [--steps 20480] [--rounds 3]
// PYTHON is an interpreter with torch, gymnasium[mujoco] and mujoco (see bench/peers/cleanrl_recipe.py). Without it only our
// devices are compared. Speeds drift on a shared machine: read the ratios.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    python: { type: "string" },
    env: { type: "string", default: "HalfCheetah" },
    steps: { type: "string", default: "20480" },
    rounds: { type: "string", default: "3" },
  },
});
const main = fileURLToPath(new URL("../dist/src/cli/main.js", import.meta.url));
const peer = fileURLToPath(new URL("peers/cleanrl_recipe.py", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rl-adan-throughput-"));

const arms = {
  ...(values.python === undefined
    ? {}
    : {
        "CleanRL's recipe, PyTorch": () => {
          const { stdout } = run(values.python, [
            peer,
            `${values.env}-v5`,
            "--total-timesteps",
            values.steps,
          ]);
          return Number(/steps_per_second (\d+)/.exec(stdout)[1]);
        },
      }),
  "rl-adan, simd, 1 env": (round) => ours(round, "simd", ["--preset", "cleanrl"]),
  "rl-adan, scalar, 1 env": (round) => ours(round, "scalar", ["--preset", "cleanrl"]),
  "rl-adan, simd, 8 envs on 2 threads": (round) =>
    ours(round, "simd-8", ["--preset", "cleanrl", "--num-envs", "8", "--threads", "2"]),
};

const speeds = new Map(Object.keys(arms).map((name) => [name, []]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, measure] of Object.entries(arms)) speeds.get(name).push(measure(round));
}
rmSync(folder, { recursive: true });

console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${values.steps} steps of ${values.env}\n`,
);
console.log("| | steps/s, median (least–most) | times the first |");
console.log("|---|---|---|");
const first = [...speeds.values()][0];
for (const [name, list] of speeds) {
  const ratios = list.map((speed, i) => speed / first[i]);
  console.log(
    `| ${name} | ${Math.round(median(list))} (${Math.round(Math.min(...list))}–${Math.round(Math.max(...list))}) | ${median(ratios).toFixed(2)} |`,
  );
}

function ours(round, name, flags) {
  const path = join(folder, `${name}-${round}`);
  const device = name.startsWith("scalar") ? "scalar" : "simd";
  const common = [
    "train",
    "ppo",
    "--env",
    values.env,
    "--total-timesteps",
    values.steps,
    "--run-dir",
    path,
    "--quiet",
  ];
  run(process.execPath, [
    main,
    ...common,
    "--device",
    device,
    "--eval-episodes",
    "1",
    "--threads",
    "1",
    ...flags,
  ]);
  return JSON.parse(readFileSync(join(path, "result.json"), "utf8")).steps_per_second;
}

function run(command, args) {
  const result = spawnSync(command, args, { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${result.stderr}`);
  return result;
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
