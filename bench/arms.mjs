// What bench/throughput.mjs runs in turns: our devices, the peers' programs, and the environment alone. An arm has a name,
// and a function that measures once and gives env steps per second.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** CleanRL's 2,048 steps an iteration. threads: that the environment alone is stepped on. */
export const RECIPES = {
  "1x2048": { envs: 1, steps: 2048, threads: 1 },
  "8x256": { envs: 8, steps: 256, threads: 2 },
};

/** recipes: those it is run with. modules: what its interpreter must have. */
export const PEERS = [
  {
    id: "cleanrl",
    name: "CleanRL's recipe, PyTorch",
    script: "cleanrl_recipe.py",
    modules: ["torch", "gymnasium", "mujoco"],
    recipes: ["1x2048"],
  },
  {
    id: "sb3",
    name: "Stable-Baselines3",
    script: "sb3.py",
    modules: ["stable_baselines3", "mujoco"],
    recipes: ["1x2048", "8x256"],
  },
  {
    id: "sb3",
    name: "Stable-Baselines3, a process per env",
    script: "sb3.py",
    flags: ["--subprocesses"],
    modules: ["stable_baselines3", "mujoco"],
    recipes: ["8x256"],
  },
  {
    id: "sbx",
    name: "SBX",
    script: "sbx_ppo.py",
    modules: ["sbx", "mujoco"],
    recipes: ["1x2048", "8x256"],
  },
  {
    id: "sbx",
    name: "SBX, a process per env",
    script: "sbx_ppo.py",
    flags: ["--subprocesses"],
    modules: ["sbx", "mujoco"],
    recipes: ["8x256"],
  },
  {
    id: "envpool",
    name: "EnvPool, CleanRL's learner",
    script: "envpool_cleanrl.py",
    modules: ["envpool", "torch", "gymnasium"],
    recipes: ["8x256"],
  },
];

/** times: of the peers' steps, so that every arm runs for about as long and compilers weigh alike. */
const OURS = [
  {
    name: "rl-adan, simd, 2 threads",
    flags: ["--device", "simd", "--threads", "2"],
    times: 5,
    recipes: ["1x2048", "8x256"],
  },
  {
    name: "rl-adan, simd, 1 thread",
    flags: ["--device", "simd", "--threads", "1"],
    times: 5,
    recipes: ["1x2048", "8x256"],
  },
  { name: "rl-adan, scalar, 1 thread", flags: ["--device", "scalar", "--threads", "1"], recipes: ["1x2048"] },
];

export const beside = (path) => fileURLToPath(new URL(path, import.meta.url));

export function oursOf(recipe, env, total) {
  const { envs, steps } = RECIPES[recipe];
  return OURS.filter(({ recipes }) => recipes.includes(recipe)).map(({ name, flags, times = 1 }) => ({
    name,
    measure() {
      const folder = mkdtempSync(join(tmpdir(), "rl-adan-throughput-"));
      try {
        run(process.execPath, [
          ...[beside("../dist/src/cli/main.js"), "train", "ppo", "--preset", "cleanrl", ...flags],
          ...["--env", env, "--total-timesteps", times * total, "--num-envs", envs, "--num-steps", steps],
          ...["--eval-episodes", 1, "--run-dir", join(folder, "run"), "--quiet"],
        ]);
        return JSON.parse(readFileSync(join(folder, "run/result.json"), "utf8")).steps_per_second;
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  }));
}

export function physicsOf(recipe, env, total) {
  const { envs, threads } = RECIPES[recipe];
  const args = [
    beside("physics.mjs"),
    env,
    "--total-timesteps",
    total,
    "--num-envs",
    envs,
    "--threads",
    threads,
  ];
  return {
    name: `physics alone, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    measure: () => told(process.execPath, args),
  };
}

/** The arm of a peer; its environments are Gymnasium's v5. */
export function peerOf({ name, script, flags = [] }, python, recipe, env, total) {
  const { envs, steps } = RECIPES[recipe];
  const size = ["--total-timesteps", total, "--num-envs", envs, "--num-steps", steps];
  const args = [beside(`peers/${script}`), `${env}-v5`, ...size, ...flags];
  return { name, measure: () => told(python, args) };
}

/** Why the peer can't be run, or undefined. */
export function whyNot({ id, modules }, python) {
  if (python === undefined) return `no --python and no --python ${id}=…`;
  const find =
    "import importlib.util as u, sys; print(*(m for m in sys.argv[1:] if u.find_spec(m) is None), sep=', ')";
  const missing = run(python, ["-c", find, ...modules]).stdout.trim();
  return missing === "" ? undefined : `${python} has no ${missing}`;
}

/** The speed that a program prints. Throws what it says when it fails. */
export function told(command, args) {
  const { stdout, stderr } = run(command, args);
  const speed = /_per_second ([\d.]+)/.exec(stdout)?.[1];
  if (speed === undefined) throw new Error(`${command} ${args.join(" ")} says no speed: ${stdout}${stderr}`);
  return Number(speed);
}

function run(command, args) {
  const result = spawnSync(command, args.map(String), { encoding: "utf8" });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${result.stderr}`);
  return result;
}
