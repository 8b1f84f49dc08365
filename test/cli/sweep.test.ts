import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Lease } from "../../src/run/lease.js";
import { RunningSweep, resultsOf } from "../support/killed-sweep.js";
import { LINE_MODULE } from "../support/line-env.js";
import { rlAdanIn } from "../support/rl-adan.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();

/** Runs of four iterations. */
const SMALL = [
  "--set",
  "num_envs=2",
  "--set",
  "num_steps=64",
  "--set",
  "hidden_sizes=[8]",
  "--set",
  "epochs=1",
];
const SHORT = [...SMALL, "--total-timesteps", "512", "--set", "eval_episodes=1"];
/** Long enough to be stopped in the midst, with no checkpoint of its own accord before the end. */
const LONG = [...SMALL, "--total-timesteps", "30k", "--set", "eval_episodes=1"];

const rlAdan = (...argv: string[]) => rlAdanIn(folder, argv);

const eventsOf = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Waits until so many runs of the folder have their first iterations behind them. */
async function trains(root: string, runs: number): Promise<void> {
  const begun = () =>
    readdirSync(root).filter((name) => {
      const metrics = join(root, name, "metrics.jsonl");
      return existsSync(metrics) && readFileSync(metrics).length > 0;
    });
  while (!existsSync(root) || begun().length < runs) await sleep(10);
}

describe("a sweep", () => {
  const sweep = ["sweep", "ppo", "--env", "Pendulum", "--optimizer", "adan,adam", ...SHORT];

  it("trains what its commands say, and again only what is missing", () => {
    const dry = rlAdan(...sweep, "--seeds", "0-1", "--dry-run", "--threads", "1");
    expect(dry).toMatchObject({ status: 0, stderr: "" });
    const commands = dry.stdout.trim().split("\n");
    expect(commands).toHaveLength(4);
    expect(commands[0]).toMatch(
      /^rl-adan train ppo --env Pendulum --optimizer adan --total-timesteps 512 --set num_envs=2 .* --seed 0 --run-dir runs.Pendulum-v1__ppo-adan__0__[0-9a-f]{16} --threads 1$/,
    );
    expect(existsSync(join(folder, "runs"))).toBe(false);

    // The first run by hand, the rest by the sweep.
    const [, ...argv] = commands[0]!.replaceAll("'", "").split(" ");
    expect(rlAdan(...argv, "--quiet")).toEqual({ status: 0, stdout: "", stderr: "" });
    const first = eventsOf(rlAdan(...sweep, "--seeds", "0-1", "--json").stdout);
    expect(first[0]).toEqual({ event: "started", runs: 4, finished: 1 });
    const finished = first.filter(({ state }) => state === "finished");
    expect(finished.map(({ label, seed }) => `${label} ${seed}`).sort()).toEqual([
      "adam 0",
      "adam 1",
      "adan 1",
    ]);
    expect(finished[0]!["result"]).toMatchObject({ total_timesteps: 512, env: "Pendulum-v1" });
    expect(first.at(-1)).toEqual({ event: "finished", runs: 4, finished: 4 });

    // Extended: two more runs; the others are left as they are.
    const names = readdirSync(join(folder, "runs"));
    expect(names).toHaveLength(4);
    for (const name of names) {
      const text = readFileSync(join(folder, "runs", name, "manifest.json"), "utf8");
      const { run_hash: hash } = JSON.parse(text) as { run_hash: string };
      expect(name.endsWith(`__${hash}`)).toBe(true);
    }
    const before = resultsOf(join(folder, "runs"));
    const longer = rlAdan(...sweep, "--seeds", "0-2");
    expect(longer).toMatchObject({ status: 0, stderr: "" });
    expect(longer.stdout).toMatch(/^6 runs, 4 of them finished before\n/);
    expect(longer.stdout.match(/: training in /g)).toHaveLength(2);
    expect(longer.stdout).toMatch(/\nfinished: 6 of 6 runs finished\n$/);
    expect(resultsOf(join(folder, "runs"))).toMatchObject(before);
    const nothing = rlAdan(...sweep, "--seeds", "0-2", "--dry-run");
    expect(nothing.stdout.match(/^# finished: runs.Pendulum/gm)).toHaveLength(6);
  });

  it("with the random baseline goes on with a run that was cut off", () => {
    const argv = ["sweep", "random", "--env", "Pendulum", "--total-timesteps", "2k", "--runs-root", "random"];
    expect(rlAdan(...argv, "--quiet")).toEqual({ status: 0, stdout: "", stderr: "" });
    const before = resultsMetrics("random");
    const [name] = readdirSync(join(folder, "random"));
    rmSync(join(folder, "random", name!, "result.json"));
    expect(rlAdan(...argv, "--quiet")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(resultsMetrics("random")).toEqual(before);
  });

  it("trains an environment of the user's own, and names it anew to go on", () => {
    writeFileSync(join(folder, "line.mjs"), LINE_MODULE);
    const argv = ["sweep", "ppo", "--env", "./line.mjs:Line", ...SHORT, "--runs-root", "own"];
    expect(rlAdan(...argv, "--quiet")).toEqual({ status: 0, stdout: "", stderr: "" });
    const before = resultsOf(join(folder, "own"));
    const [name] = readdirSync(join(folder, "own"));
    rmSync(join(folder, "own", name!, "result.json"));
    expect(rlAdan(...argv, "--dry-run").stdout).toMatch(
      / train --resume own.Line\S+ --env \.\/line\.mjs:Line /,
    );
    expect(rlAdan(...argv, "--quiet")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(resultsOf(join(folder, "own"))).toEqual(before);
  });

  const resultsMetrics = (root: string) =>
    readdirSync(join(folder, root)).map((name) =>
      readFileSync(join(folder, root, name, "metrics.jsonl"), "utf8").replace(/"charts\/SPS": *\d+,/g, ""),
    );
});

describe("Ctrl-C", () => {
  const argv = ["sweep", "ppo", "--env", "Pendulum", "--seeds", "0-2", "--jobs", "2", ...LONG];

  it("once lets every run save, and the same command goes on to the same bytes", async () => {
    const root = join(folder, "interrupted");
    const stopped = new RunningSweep([...argv, "--runs-root", root]);
    await stopped.has(() => stopped.pids.length === 2);
    await trains(root, 2);
    const pids = stopped.pids;
    stopped.child.kill("SIGINT");
    expect(await stopped.exit).toBe(130);
    expect(pids.map(isRunning)).toEqual([false, false]);
    expect(stopped.events.at(-1)).toMatchObject({ event: "interrupted", runs: 3 });
    expect(stopped.events.some(({ state }) => state === "interrupted")).toBe(true);
    expect((stopped.events.at(-1) as unknown as { goOnWith: string }).goOnWith).toContain(
      "sweep ppo --env Pendulum",
    );
    const checkpoints = readdirSync(root).map((name) => existsSync(join(root, name, "latest")));
    expect(checkpoints.filter((isSaved) => isSaved).length).toBeGreaterThanOrEqual(2);
    expect(rlAdan(...argv, "--runs-root", root, "--quiet")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(rlAdan(...argv, "--runs-root", "straight", "--quiet").status).toBe(0);
    expect(resultsOf(root)).toEqual(resultsOf(join(folder, "straight")));
  });

  it("twice ends all of it at once", async () => {
    const sweep = new RunningSweep([...argv, "--runs-root", join(folder, "twice"), "--set", "gamma=0.9"]);
    await sweep.has(() => sweep.pids.length === 2);
    const pids = sweep.pids;
    sweep.child.kill("SIGINT");
    sweep.child.kill("SIGTERM");
    expect(await sweep.exit).toBe(130);
    expect(pids.map(isRunning)).toEqual([false, false]);
  });
});

describe("a run of a sweep", () => {
  const argv = ["sweep", "ppo", "--env", "Pendulum", "--seeds", "0-1", "--jobs", "1", ...LONG];

  it("that crashes goes on from its checkpoint once, then is told while the others finish", async () => {
    const root = join(folder, "crashed");
    const sweep = new RunningSweep([...argv, "--set", "checkpoint_every=1024", "--runs-root", root]);
    const crashesOf = (seed: number) =>
      sweep.events.filter((event) => (event as unknown as { seed: number }).seed === seed).at(-1);
    await sweep.has(({ state }) => state === "running");
    await trains(root, 1);
    process.kill(sweep.pids[0]!, "SIGKILL");
    await sweep.has((event) => event.state === "running" && event.crashes === 1);
    process.kill(sweep.pids[0]!, "SIGKILL");
    expect(await sweep.exit).toBe(1);
    expect(crashesOf(0)).toMatchObject({ state: "failed", crashes: 2, message: "It was ended by SIGKILL." });
    expect(crashesOf(1)).toMatchObject({ state: "finished", crashes: 0 });
    expect(sweep.events.at(-1)).toMatchObject({ event: "failed", finished: 1, failed: 1 });
  });

  it("that another process writes is waited for, and is no crash", async () => {
    const root = join(folder, "in-use");
    const [name] = rlAdan(...argv, "--runs-root", "in-use", "--dry-run", "--json")
      .stdout.trim()
      .split("\n");
    const { runDirectory } = JSON.parse(name!) as { runDirectory: string };
    const first = new RunningSweep([...argv, "--runs-root", root]);
    await first.has(({ state }) => state === "running");
    while (Lease.holder(join(folder, runDirectory)) === undefined) await sleep(20);
    // On an idle machine it would be finished before the second sweep looks.
    process.kill(first.pids[0]!, "SIGSTOP");
    const second = new RunningSweep([...argv, "--runs-root", root]);
    await second.has(({ state }) => state === "in-use");
    process.kill(first.pids[0]!, "SIGCONT");
    expect([await first.exit, await second.exit]).toEqual([0, 0]);
    const refused = second.events.filter(({ state }) => state === "in-use");
    expect(refused[0]).toMatchObject({ crashes: 0 });
    expect((refused[0] as unknown as { message: string }).message).toMatch(
      / is being written by process \d+ on /,
    );
    const ended = [...first.events, ...second.events].filter(({ state }) => state === "finished");
    expect(ended.every(({ crashes }) => crashes === 0)).toBe(true);
  });

  it("that was trained after its configuration was changed, or by another version, is no result of the sweep", async () => {
    const [base, root] = [join(folder, "base.yaml"), join(folder, "changing")];
    writeFileSync(base, "gamma: 0.9\n");
    const sweep = new RunningSweep([...argv, "--config", base, "--runs-root", root]);
    await trains(root, 1);
    writeFileSync(base, "gamma: 0.8\n");
    expect(await sweep.exit).toBe(1);
    const last = sweep.events.filter((event) => event.event === "run").at(-1);
    expect(last).toMatchObject({ state: "failed" });
    expect((last as unknown as { message: string }).message).toContain("holds another run by now");

    const old = ["sweep", "ppo", "--env", "Pendulum", "--seeds", "0-1", "--runs-root", "old", ...SHORT];
    expect(rlAdan(...old, "--quiet").status).toBe(0);
    const [name, other] = readdirSync(join(folder, "old"));
    const manifest = join(folder, "old", name!, "manifest.json");
    writeFileSync(
      manifest,
      readFileSync(manifest, "utf8").replace(/"rl_adan": "[^"]*"/, '"rl_adan": "9.0.0"'),
    );
    // A lease that can't be read is that run's affair alone.
    rmSync(join(folder, "old", other!, "result.json"));
    rmSync(join(folder, "old", other!, "lease.json"), { force: true });
    mkdirSync(join(folder, "old", other!, "lease.json"));
    const { status, stdout, stderr } = rlAdan(...old, "--seeds", "0-2", "--quiet");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    const lines = stderr.trim().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^error: Pendulum-v1 seed 0 .* was trained with rl-adan 9\.0\.0, this is /);
    expect(lines[1]).toMatch(/^error: Pendulum-v1 seed 1 .*lease\.json/);
  });

  it("on a device that is absent fails at once, with its own sentence", () => {
    const absent = ["--set", "device=cuda", "--runs-root", "absent", "--seeds", "0"];
    const { status, stdout } = rlAdan("sweep", "ppo", "--env", "Pendulum", ...SHORT, ...absent);
    expect(status).toBe(1);
    expect(stdout).not.toContain("ended too early");
    expect(stdout).toMatch(/seed 0: failed: Device cuda is not to be had: the package /);
  });

  it("whose folder was changed or can't go on fails with a sentence, the others finish", () => {
    const small = ["sweep", "ppo", "--env", "Pendulum", "--seeds", "0-3", "--runs-root", "changed", ...SHORT];
    expect(rlAdan(...small, "--quiet").status).toBe(0);
    const [longer, older, whole, damaged] = readdirSync(join(folder, "changed")).map((name) =>
      join("changed", name),
    );
    expect(rlAdan("train", "--resume", longer!, "--total-timesteps", "1024", "--quiet").status).toBe(0);
    const manifest = join(folder, older!, "manifest.json");
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace(/"mujoco": "[^"]*"/, '"mujoco": "2.0.0"'));
    rmSync(join(folder, older!, "result.json"));
    rmSync(join(folder, whole!, "result.json"));
    writeFileSync(join(folder, damaged!, "result.json"), "");
    const dry = rlAdan(...small, "--dry-run")
      .stdout.trim()
      .split("\n");
    expect(dry.map((line) => line.replace(/^(# \S+|\S+ train --resume).*/, "$1"))).toEqual([
      `# ${longer}`,
      `# ${older}`,
      "rl-adan train --resume",
      `# ${join(damaged!, "result.json")}`,
    ]);
    const { status, stdout, stderr } = rlAdan(...small);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toContain("failed: 1 of 4 runs finished, 3 failed");
    expect(stdout).toMatch(
      /seed 0: failed: changed.\S+ holds another run by now \(hash [0-9a-f]{16}\); move it away\./,
    );
    expect(stdout).toMatch(/seed 1: failed: .*MuJoCo 2\.0\.0/);
    expect(stdout).toMatch(/seed 3: failed: changed.\S+result\.json is not the result of a run; remove it/);
    expect(existsSync(join(folder, whole!, "result.json"))).toBe(true);
  });
});

describe("usage errors of sweep: exit code 2, one sentence, nothing written", () => {
  it.each([
    [["sweep"], "error: sweep needs an algorithm, ppo or random, or the YAML file of a sweep.\n"],
    [
      ["sweep", "nowhere.yaml"],
      "error: The config file nowhere.yaml cannot be read: there is no such file.\n",
    ],
    [
      ["sweep", "ppo", "--env", "Pendulum", "--seeds", "0-1000"],
      "error: The sweep has 1001 runs (1001 seeds); beyond 1000 it needs --yes.\n",
    ],
    [
      ["sweep", "ppo", "--env", "Pendulum", "--optimizer", "adan,adm"],
      'error: Arm adm: --optimizer must be one of "adan", "adan-restart", "adan-forget", "adam", "adamw", "adam-rel", "adam-matched", "nadam", got "adm". Did you mean "adam"?\n',
    ],
    [
      ["sweep", "ppo", "--env", "Pendulum", "--jobs", "0"],
      "error: option '--jobs <n>' argument '0' is invalid. It must be a whole number of at least 1.\n",
    ],
  ])("%j", (argv, stderr) => {
    const before = readdirSync(folder);
    expect(rlAdan(...argv)).toEqual({ status: 2, stdout: "", stderr });
    expect(readdirSync(folder)).toEqual(before);
  });
});
