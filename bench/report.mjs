// How long a report over 300 runs takes, and how much memory: 3 environments, 10 arms, 10 seeds, each run like one of a
// million steps (500 iterations of 22 tags, 1,000 episodes). Ten event files are made and copied.
//
//   npm run build && node bench/report.mjs
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { report, resolveTrainConfig } from "../dist/src/index.js";
import { EventFileWriter } from "../dist/src/logging/event-file.js";
import { createManifest, writeManifest } from "../dist/src/run/manifest.js";
import { runDirectory } from "../dist/src/run/run-directory.js";

const ENVS = ["HalfCheetah", "Hopper", "Walker2d"];
const LEARNING_RATES = ["1e-4", "2e-4", "3e-4", "5e-4", "1e-3"];
const OPTIMIZERS = ["adan", "adam"];
const SEEDS = 10;
const ITERATIONS = 500;
const STEPS = 2000;
const OTHER_TAGS = 18;

const [measured] = process.argv.slice(2);
if (measured === undefined) main();
else await measure(measured);

async function measure(folder) {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const { data, files } = await report({
    runs: join(folder, "runs"),
    output: join(folder, "report"),
    csv: true,
  });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${data.runs.length} runs, ${files.length} files: ${seconds.toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of CPU), ` +
      `${megabytes.toFixed(0)} MB at most`,
  );
}

function main() {
  const folder = mkdtempSync(join(tmpdir(), "rl-adan-bench-report-"));
  try {
    const logs = Array.from({ length: SEEDS }, (_, seed) => eventFile(join(folder, `log-${seed}`), seed));
    let bytes = 0;
    for (const env of ENVS) {
      for (const optimizer of OPTIMIZERS) {
        for (const learning_rate of LEARNING_RATES) {
          logs.forEach((log, seed) => {
            const flags = { env, optimizer, learning_rate, seed };
            writeRun(join(folder, "runs", `${env}-${optimizer}-${learning_rate}-${seed}`), log, flags);
            bytes += statSync(log).size;
          });
        }
      }
    }
    console.log(`${(bytes / 2 ** 20).toFixed(0)} MiB of event files`);
    spawnSync(process.execPath, [fileURLToPath(import.meta.url), folder], { stdio: "inherit" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes a run's log into a new folder; returns its path. */
function eventFile(folder, seed) {
  mkdirSync(folder);
  const writer = new EventFileWriter(folder);
  for (let iteration = 1; iteration <= ITERATIONS; iteration++) {
    const step = iteration * STEPS;
    for (let episode = 1; episode <= 2; episode++) {
      const at = step - STEPS + (episode * STEPS) / 2;
      writer.scalar(
        "charts/episodic_return",
        at,
        Math.sqrt(at) * (1 + 0.1 * Math.sin(seed + at)) + 10 * seed,
      );
      writer.scalar("charts/episodic_length", at, 1000);
    }
    for (let tag = 0; tag < OTHER_TAGS; tag++) writer.scalar(`losses/tag_${tag}`, step, Math.cos(step + tag));
    if (iteration % 50 === 0) writer.scalar("eval/mean_reward", step, Math.sqrt(step) * 1.1 + 10 * seed);
  }
  writer.close();
  return join(folder, readdirSync(folder)[0]);
}

function writeRun(path, log, flags) {
  mkdirSync(path, { recursive: true });
  const run = runDirectory(path);
  const { config } = resolveTrainConfig({ algorithm: "ppo", flags });
  copyFileSync(log, join(path, "events.out.tfevents.1764000000.host.1.0"));
  // JSON is YAML.
  writeFileSync(run.config, `${JSON.stringify(config, null, 2)}\n`);
  writeFileSync(run.result, "{}\n");
  const argv = ["train", "ppo", "--env", flags.env, "--seed", String(flags.seed)];
  writeManifest(run, createManifest({ config, env: config.env, device: "simd", mujoco: "3.14.0", argv }));
}
