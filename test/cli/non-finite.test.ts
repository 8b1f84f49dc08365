import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { streamSeed64 } from "../../src/random/index.js";
import { readEvents } from "../support/event-reader.js";
import { main, rlAdanIn } from "../support/rl-adan.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();

const rlAdan = (...argv: string[]) => rlAdanIn(folder, argv);

function trainState(run: string, step: number): Buffer {
  const name = `step-${String(step).padStart(9, "0")}`;
  return readFileSync(join(folder, run, "checkpoints", name, "train-state.safetensors"));
}

/** Every file of a run with its bytes. */
function contents(run: string): string[] {
  return readdirSync(join(folder, run), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => `${path} ${readFileSync(path, "base64")}`);
}

/**
 * A walk on a line, ten steps an episode. The environment that is first reset with `bad` gives `observation` and `reward`
 * at step 200 of its life.
 */
function walk(name: string, spoil: { observation?: string; reward?: string }): string {
  return `
const box = (low, high) => ({ kind: "box", dtype: "float32", shape: [1], low: [low], high: [high], seed() {}, sample: () => Float32Array.of(0), contains: () => true });
export class ${name} {
  observationSpace = box(-20, 20);
  actionSpace = box(-1, 1);
  x = 0;
  steps = 0;
  isBad = false;
  reset({ seed } = {}) {
    if (seed !== undefined) this.isBad = seed === ${streamSeed64(1, "env-2")}n;
    this.x = 0;
    return { observation: Float32Array.of(0), info: {} };
  }
  step(action) {
    this.x += action[0];
    this.steps += 1;
    const isSpoiled = this.isBad && this.steps === 200;
    const observation = Float32Array.of(isSpoiled ? ${spoil.observation ?? "this.x"} : this.x);
    const reward = isSpoiled ? ${spoil.reward ?? "0"} : action[0];
    return { observation, reward, terminated: false, truncated: this.steps % 10 === 0, info: {} };
  }
  close() {}
  state() { return { x: this.x, steps: this.steps, isBad: this.isBad }; }
  restore(state) { Object.assign(this, state); }
}
`;
}

/** Four environments, 64 steps each a rollout: step 200 of one is in the fourth iteration. */
const WALK = [
  ...["--num-envs", "4", "--set", "num_steps=64", "--set", "hidden_sizes=[8]", "--set", "epochs=1"],
  ...["--learning-rate", "1e-3", "--total-timesteps", "1024", "--checkpoint-every", "256"],
  ...["--eval-episodes", "1", "--quiet"],
];
const trainWalk = (env: string, run: string, ...more: string[]) =>
  rlAdan("train", "ppo", "--env", env, ...WALK, "--run-dir", run, ...more);

const KINDS = [
  {
    name: "Reward",
    sentence: "Iteration 4: environment 2 gave a reward of NaN at its step 200, step 10 of its episode.",
  },
  {
    name: "Observation",
    sentence:
      "Iteration 4: environment 2 gave an observation with Infinity at index 0 at its step 200, step 10 of its episode.",
  },
];

beforeAll(() => {
  writeFileSync(join(folder, "reward.mjs"), walk("Reward", { reward: "Number.NaN" }));
  writeFileSync(
    join(folder, "observation.mjs"),
    walk("Observation", { observation: "Number.POSITIVE_INFINITY" }),
  );
  writeFileSync(join(folder, "mended.mjs"), walk("Reward", {}));
  writeFileSync(join(folder, "other.mjs"), walk("Reward", { reward: "Number.NEGATIVE_INFINITY" }));
  expect(trainWalk("./mended.mjs:Reward", "undisturbed")).toEqual({ status: 0, stdout: "", stderr: "" });
});

describe("an environment that gives what is no finite number", () => {
  for (const { name, sentence } of KINDS) {
    const env = `./${name.toLowerCase()}.mjs:${name}`;
    it.each([1, 2])(`stops the run there, with its last checkpoint whole: ${name}, threads %d`, (threads) => {
      const run = `${name}-${threads}`;
      const { status, stderr } = trainWalk(env, run, "--threads", String(threads));
      expect(status).toBe(1);
      expect(stderr).toBe(
        `error: ${sentence} The checkpoint of step 768 is from before. ` +
          `See it again: rl-adan replay ${run}/failures/iteration-000004\n`,
      );
      expect(Buffer.compare(trainState(run, 768), trainState("undisturbed", 768))).toBe(0);

      const before = contents(run);
      const replayed = rlAdan("replay", `${run}/failures/iteration-000004`, "--env", env);
      expect(replayed).toMatchObject({ status: 0, stderr: "" });
      expect(replayed.stdout).toContain("from the checkpoint of step 768\n");
      expect(replayed.stdout.trimEnd().split("\n").at(-1)).toBe(`reproduced: ${sentence}`);
      expect(contents(run)).toEqual(before);
    });
  }

  it("is not seen again where it was mended, nor where it gives something else", () => {
    const replay = (env: string) => rlAdan("replay", "Reward-1/failures/iteration-000004", "--env", env);
    const last = (stdout: string) => stdout.trimEnd().split("\n").at(-1);
    const mended = replay("./mended.mjs:Reward");
    expect(mended.status).toBe(1);
    expect(last(mended.stdout)).toBe("not reproduced: the iteration ended without it");
    const other = replay("./other.mjs:Reward");
    expect(other.status).toBe(1);
    expect(last(other.stdout)).toBe(
      "not reproduced: something else came. " +
        "Iteration 4: environment 2 gave a reward of -Infinity at its step 200, step 10 of its episode.",
    );
  });

  it("is never imported because a dump names it", () => {
    expect(rlAdan("replay", "Reward-1/failures/iteration-000004", "--json")).toEqual({
      status: 2,
      stdout: "",
      stderr:
        "error: The run is of Reward, which is not built in; name its module again: --env ./file.js:Reward.\n",
    });
  });

  it("ends rollbacks that do not help", () => {
    const { status, stderr } = trainWalk("./reward.mjs:Reward", "hopeless", "--on-nan", "rollback");
    expect(status).toBe(1);
    expect(stderr).toBe(
      `error: ${KINDS[0]!.sentence} 5 rollbacks to step 768, at last with 0.03125 times the learning rate, ` +
        "have not got past such numbers. To go on from an earlier checkpoint, write its name into hopeless/latest and resume. " +
        "See it again: rl-adan replay hopeless/failures/iteration-000004-rollback-5\n",
    );
    expect(readdirSync(join(folder, "hopeless", "failures"))).toHaveLength(6);
    expect(Buffer.compare(trainState("hopeless", 768), trainState("undisturbed", 768))).toBe(0);
  });
});

/**
 * Good to step 1024, then `rate`: of 800 and 400 an update soon overflows, of 200 none does. From step 2560 on nothing is
 * learned any more: time for kills.
 */
const steep = (rate: number, run: string) => [
  ...["train", "ppo", "--env", "Pendulum", "--optimizer", "adam", "--num-envs", "4", "--set", "num_steps=64"],
  ...[
    "--set",
    "hidden_sizes=[8]",
    "--set",
    "epochs=2",
    "--set",
    "value_target_scaling=none",
    "--total-timesteps",
    "7680",
    "--eval-episodes",
    "1",
  ],
  ...[
    "--checkpoint-every",
    "512",
    "--learning-rate",
    `"step >= 2560 ? 0 : step >= 1024 ? ${rate} : 1e-3"`,
    "--run-dir",
    run,
  ],
];

interface JsonEvent {
  readonly event: string;
  readonly step?: number;
  readonly failure?: string;
  readonly toStep?: number;
  readonly learningRateFactor?: number;
}

const eventsIn = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as JsonEvent);

/** Starts a program and kills it at the first event that `isTime` takes for the moment. */
async function killAt(
  argv: readonly string[],
  isTime: (events: readonly JsonEvent[]) => boolean,
): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [main, ...argv, "--json"], { cwd: folder });
  let text = "";
  for await (const chunk of child.stdout!) {
    text += String(chunk);
    const lines = text.split("\n").slice(0, -1).join("\n");
    if (lines !== "" && isTime(eventsIn(lines))) child.kill("SIGKILL");
  }
  const [code] =
    child.exitCode === null && child.signalCode === null ? await once(child, "exit") : [child.exitCode];
  expect(code).toBeNull();
}

describe("a learning rate at which the update overflows", () => {
  it("stops the run before the step, and the dump reproduces it", () => {
    const { status, stdout, stderr } = rlAdan(...steep(400, "steep"), "--json");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: Iteration \d, epoch \d, minibatch \d: the (loss|gradient) .* at learning rate 400\. The checkpoint of step 1024 is from before\./,
    );
    // The one after the last that ended; an iteration has 256 steps.
    const iteration = 1 + eventsIn(stdout).at(-1)!.step! / 256;
    const replayed = rlAdan("replay", `steep/failures/iteration-00000${iteration}`, "--json");
    expect(replayed).toMatchObject({ status: 0, stderr: "" });
    const { isReproduced, recorded, found } = JSON.parse(replayed.stdout) as {
      isReproduced: boolean;
      recorded: { failure: { iteration: number; tensors: { name: string; size: number }[] } };
      found: unknown;
    };
    expect(isReproduced).toBe(true);
    expect(found).toEqual(recorded.failure);
    expect(recorded.failure.iteration).toBe(iteration);
    // Three observations, eight hidden units, one action; log-std between the two networks.
    expect(recorded.failure.tensors.map(({ name, size }) => `${name} ${size}`)).toEqual([
      ...["actor.0.weight 24", "actor.0.bias 8", "actor.1.weight 8", "actor.1.bias 1", "log_std 1"],
      ...["critic.0.weight 24", "critic.0.bias 8", "critic.1.weight 8", "critic.1.bias 1"],
    ]);
  });

  it("is halved by rollbacks until it works: the run ends as one of that rate", () => {
    // 800 · ½ · ½ is 200 exactly.
    const rolled = rlAdan(...steep(800, "rolled"), "--on-nan", "rollback", "--json");
    expect(rolled).toMatchObject({ status: 0, stderr: "" });
    const rollbacks = eventsIn(rolled.stdout).filter(({ event }) => event === "rollback");
    expect(rollbacks).toMatchObject([
      { toStep: 1024, learningRateFactor: 0.5 },
      { toStep: 1024, learningRateFactor: 0.25 },
    ]);
    expect(rlAdan(...steep(200, "tame"), "--quiet").status).toBe(0);
    expect(Buffer.compare(trainState("rolled", 7680), trainState("tame", 7680))).toBe(0);
    expect(withoutSpeed("rolled")).toEqual(withoutSpeed("tame"));
    expect(JSON.parse(readFileSync(join(folder, "rolled", "result.json"), "utf8"))).toMatchObject({
      learning_rate_factor: 0.25,
    });
    // The event files say it too, and take back what came after the checkpoint.
    const events = readdirSync(join(folder, "rolled"))
      .filter((name) => name.includes("tfevents"))
      .sort()
      .map((name) => readEvents(join(folder, "rolled", name)));
    expect(events).toHaveLength(3);
    for (const part of events.slice(1)) {
      expect(part.find(({ session_log }) => session_log !== undefined)?.step).toBe(1024);
      expect(part.flatMap(({ summary }) => summary?.value ?? []).map(({ tag }) => tag)).toContain("rollback");
    }
    // Each of the dumps is of its own learning rate.
    for (const dump of readdirSync(join(folder, "rolled", "failures"))) {
      expect(rlAdan("replay", `rolled/failures/${dump}`).stdout).toContain("\nreproduced: Iteration ");
    }
  });

  it.each([
    { title: "before the next checkpoint", after: 1 },
    { title: "after it", after: 3 },
  ])("ends the same when the run is killed after the rollbacks and resumed: $title", async ({ after }) => {
    const run = `killed-${after}`;
    await killAt([...steep(800, run), "--on-nan", "rollback"], (events) => {
      const last = events.findLastIndex(({ event }) => event === "rollback");
      return events.filter(({ event }) => event === "rollback").length === 2 && events.length - last > after;
    });
    expect(existsSync(join(folder, run, "result.json"))).toBe(false);
    expect(rlAdan("train", "--resume", run, "--quiet")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(Buffer.compare(trainState(run, 7680), trainState("tame", 7680))).toBe(0);
    expect(withoutSpeed(run)).toEqual(withoutSpeed("tame"));
  });

  it("is rolled back too when a run that stopped is resumed with --on-nan rollback", () => {
    const { status } = rlAdan("train", "--resume", "steep", "--on-nan", "rollback", "--quiet");
    expect(status).toBe(0);
    expect(Buffer.compare(trainState("steep", 7680), trainState("tame", 7680))).toBe(0);
  });
});

function withoutSpeed(run: string): string[] {
  return readFileSync(join(folder, run, "metrics.jsonl"), "utf8")
    .replace(/"charts\/SPS": *\d+,/g, "")
    .split("\n");
}
