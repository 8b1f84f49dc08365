import { createHash } from "node:crypto";
import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { make } from "../../envs/index.js";
import { readConfigFile } from "../../src/config/config-file-node.js";
import { checkSchedule, compileSchedule } from "../../src/config/schedule.js";
import { RlAdanError } from "../../src/errors.js";
import { evaluateRun } from "../../src/evaluate.js";
import { maskedCrc32c } from "../../src/logging/crc32c.js";
import { groupRuns, plotCurve, readRuns } from "../../src/report/index.js";
import { summarize } from "../../src/report/summary.js";
import { diffRuns } from "../../src/run/diff-runs.js";
import { decodeSafetensors } from "../../src/run/safetensors.js";
import { specOfFlags } from "../../src/sweep/spec-flags.js";
import { outcomeOf, resumeRun, trainRun } from "../../src/train.js";
import { readTrainConfig, resolveTrainConfig } from "../../src/train-config.js";
import { compareTrace, readVerifyReference } from "../../src/verify.js";
import { byteMutation, type Mutation, spelled, treeMutation } from "./mutations.js";

/** Something that reads untrusted files, with mutated ones prepared for it in a folder. */
export interface FuzzTarget {
  readonly name: string;
  /** Each case: writes its files below the folder, and returns what then reads them. */
  readonly cases: fc.Arbitrary<(folder: string) => () => unknown>;
}

const CART = `<mujoco>
  <option timestep="0.01"/>
  <worldbody>
    <body name="cart">
      <joint name="slider" type="slide" axis="1 0 0"/>
      <geom size="0.1" mass="1"/>
      <site name="tip" pos="0 0 0.5"/>
      <replicate count="3" offset="0 0 0.1"><geom size="0.01" mass="0.01"/></replicate>
    </body>
  </worldbody>
  <actuator><motor joint="slider" ctrlrange="-1 1"/></actuator>
  <sensor><jointvel name="speed" joint="slider"/></sensor>
  <keyframe><key name="left" qpos="-1" qvel="0.5"/></keyframe>
</mujoco>
`;
const TASK = {
  model: "cart.xml",
  frame_skip: 2,
  max_episode_steps: 20,
  reset: { keyframe: "left", qpos: { uniform: 0.05 }, qvel: { normal: 0.05 } },
  quantities: { tip: "site(tip)", pace: "rate(tip)" },
  observation: ["qpos", "qvel", "sensor(speed)", "clip(pace, -1, 1)"],
  reward: { near: "-abs(qpos(slider) - 1)", effort: "-control_cost(0.1)" },
  termination: "abs(qpos(slider)) > 4 or not (z(tip) < 9)",
};
const SMALL = {
  num_envs: 2,
  num_steps: 32,
  minibatch_size: 32,
  epochs: 1,
  hidden_sizes: [4],
  total_timesteps: 128,
  checkpoint_every: 64,
  eval_every: 64,
  eval_episodes: 1,
  threads: 1,
};
/** Runs of every kind of state: MuJoCo, plain, discrete, a user's model; two optimizers, both scalings. */
const SEED_RUNS = {
  mujoco: { ...SMALL, env: "InvertedPendulum", value_target_scaling: "return_std" },
  plain: { ...SMALL, env: "Pendulum", optimizer: "adam", reward_scaling: "cleared_on_done" },
  discrete: { ...SMALL, env: "CartPole", observation_moments: "per_step" },
  own: { ...SMALL, env: "mujoco", env_options: { ...TASK, model_xml: CART } },
};
const RUN_NAMES = Object.keys(SEED_RUNS);
const CONFIG = {
  ...SMALL,
  env: "HalfCheetah",
  env_options: { frame_skip: 5, reset_noise_scale: 0.1, healthy_z_range: [0.2, 1] },
  learning_rate: "3e-4 * (1 - progress)",
  clip_coefficient: 0.2,
  optimizer_options: { betas: [0.98, 0.92, 0.99], eps: 1e-8, weight_decay: 0 },
  seed: 7,
  target_kl: 0.02,
  kl_stop: "epoch",
};
const SWEEP = {
  description: "A sweep.",
  settings: { env: "HalfCheetah", total_timesteps: "1M", config: "below/recipe.yaml" },
  grid: {
    hidden_sizes: [
      [64, 64],
      [256, 256],
    ],
    gamma: [0.9, 0.99],
  },
  draws: { count: 4, seed: 1, learning_rate: { log_uniform: [1e-4, 1e-2] }, epochs: { choice: [5, 10] } },
  arms: { adan: { optimizer: "adan" }, adam: { optimizer: "adam", max_grad_norm: 0.5 } },
  seeds: [0, "2-5"],
};

/** Trains the runs whose files are mutated, into `folder`, once. */
export async function writeSeedRuns(folder: string): Promise<void> {
  for (const [name, flags] of Object.entries(SEED_RUNS)) {
    const { config } = resolveTrainConfig({ algorithm: "ppo", flags });
    await outcomeOf(trainRun({ config, runDirectory: join(folder, name) }));
  }
}

/** Every reader of files, by its public door. seeds: where `writeSeedRuns` wrote. outside: a folder that none may touch. */
export function fuzzTargets(seeds: string, outside: string): FuzzTarget[] {
  const checkpointFiles = ["state.json", "train-state.safetensors"] as const;
  return [
    {
      name: "a config file",
      cases: fc.oneof(bytesOf(spelled(CONFIG)), treeOf(CONFIG), yamlBomb()).map((text) => (folder) => {
        const file = join(folder, "run.yaml");
        writeFileSync(file, text);
        return () => resolveTrainConfig({ algorithm: "ppo", file });
      }),
    },
    {
      name: "a sweep",
      cases: fc.oneof(bytesOf(spelled(SWEEP)), treeOf(SWEEP), yamlBomb()).map((text) => (folder) => {
        const file = join(folder, "sweep.yaml");
        writeFileSync(file, text);
        return () => specOfFlags(file, {});
      }),
    },
    {
      name: "a task and its model",
      cases: fc
        .record({
          task: fc.oneof(fc.constant(Buffer.from(spelled(TASK))), treeOf(TASK), bytesOf(spelled(TASK))),
          model: fc.oneof(fc.constant(Buffer.from(CART)), bytesOf(CART), hostileModel()),
        })
        .map(({ task, model }) => (folder) => {
          writeFileSync(join(folder, "task.yaml"), task);
          writeFileSync(join(folder, "model.xml"), model);
          return async () => {
            const { entries } = readConfigFile(join(folder, "task.yaml"));
            const options = Object.fromEntries(entries.map(({ key, value }) => [key, value]));
            await stepAFew({ ...options, model_xml: String(model) });
          };
        }),
    },
    {
      name: "an expression",
      cases: expression().map((source) => () => () => checkSchedule(compileSchedule(source, "rate"), 1000)),
    },
    {
      name: "tensors",
      cases: tensorFile(join(seeds, "mujoco")).map((bytes) => () => () => decodeSafetensors(bytes)),
    },
    {
      name: "a checkpoint",
      cases: fc
        .record({
          run: fc.constantFrom(...RUN_NAMES),
          file: fc.constantFrom(...checkpointFiles),
          isSigned: fc.boolean(),
          bytes: byteMutation,
          tree: treeMutation,
          isTree: fc.boolean(),
          evaluates: fc.boolean(),
        })
        .map(({ run, file, isSigned, bytes, tree, isTree, evaluates }) => (folder) => {
          const copy = copyRun(join(seeds, run), folder);
          for (const step of [64, 128]) {
            const path = join(copy, "checkpoints", `step-${String(step).padStart(9, "0")}`);
            const mutate = isTree ? treeMutated(file, tree) : bytes;
            writeFileSync(join(path, file), mutate(readFileSync(join(path, file))));
            if (isSigned) sign(path);
          }
          return () => (evaluates ? evaluateRun(copy, { episodes: 1, checkpoint: "latest" }) : takeUp(copy));
        }),
    },
    ...RUN_NAMES.map((run) => ({
      name: `a run directory (${run})`,
      cases: fc
        .record({
          name: fc.constantFrom(...filesOf(join(seeds, run))),
          bytes: byteMutation,
          tree: treeMutation,
          how: fc.nat(7),
        })
        .map(({ name, bytes, tree, how }) => (folder: string) => {
          const copy = copyRun(join(seeds, run), folder);
          const path = join(copy, name);
          const original = readFileSync(path);
          if (how <= 2) writeFileSync(path, bytes(original));
          else if (how <= 4) writeFileSync(path, treeMutated(name, tree)(original));
          else {
            rmSync(path);
            if (how === 6) mkdirSync(path);
            if (how === 7) symlinkSync(join(outside, "canary"), path);
          }
          return async () => {
            const doors = [
              () => readTrainConfig(join(copy, "config.yaml")),
              () => diffRuns(join(seeds, run), copy),
              () => summarize(groupRuns(readRuns(copy))),
              () => takeUp(copy),
            ];
            const outcomes = await Promise.allSettled(doors.map(async (door) => door()));
            const reasons = outcomes.flatMap((outcome) =>
              outcome.status === "rejected" ? [outcome.reason as unknown] : [],
            );
            // A refusal at one door must not hide a crash at another.
            const worst = reasons.find((reason) => !(reason instanceof RlAdanError)) ?? reasons[0];
            if (worst !== undefined) throw worst;
          };
        }),
    })),
    {
      name: "an event file",
      cases: fc
        .record({ mutate: byteMutation, isSigned: fc.boolean(), at: fc.nat() })
        .map(({ mutate, isSigned, at }) => (folder) => {
          const name = filesOf(join(seeds, "plain")).find((file) => file.includes("tfevents"))!;
          const path = join(folder, "run_1");
          mkdirSync(path, { recursive: true });
          const seed = readFileSync(join(seeds, "plain", name));
          writeFileSync(join(path, name), isSigned ? recordMutated(seed, at, mutate) : mutate(seed));
          return () => plotCurve(readRuns(path, { env: "Pendulum-v1" }), { y: "losses/value_loss" });
        }),
    },
    {
      name: "digests to compare with",
      cases: fc.oneof(bytesOf(DIGESTS), treeOf(JSON.parse(DIGESTS))).map((text) => (folder) => {
        writeFileSync(join(folder, "reference.json"), text);
        return () => {
          const reference = readVerifyReference(join(folder, "reference.json"));
          compareTrace("a case", [{ parameters: "0123456789abcdef" }], reference["a case"]);
        };
      }),
    },
  ];
}

const DIGESTS = JSON.stringify({ "a case": [{ parameters: "0123456789abcdef", envs: "fedcba9876543210" }] });

/** Every file below a folder with its size and time: what changes when something is written there. */
export function listing(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).sort().map((name) => {
    const { size, mtimeMs } = lstatSync(join(folder, name));
    return `${name} ${size} ${mtimeMs}`;
  });
}

function bytesOf(text: string): fc.Arbitrary<Buffer> {
  return byteMutation.map((mutate) => mutate(Buffer.from(text)));
}

function treeOf(tree: unknown): fc.Arbitrary<Buffer> {
  return treeMutation.map((mutate) => Buffer.from(spelled(mutate(tree))));
}

/** A mutation of what a file says: JSON, YAML, lines of JSON, or the header of tensors. */
function treeMutated(name: string, mutate: Mutation<unknown>): Mutation<Buffer> {
  return (seed) => {
    if (name.endsWith(".safetensors")) return headerMutated(seed, mutate);
    if (name.endsWith(".json")) return Buffer.from(spelled(mutate(JSON.parse(String(seed)))));
    if (name.endsWith(".yaml")) return Buffer.from(spelled(mutate(parse(String(seed)))));
    const lines = String(seed).split("\n");
    return Buffer.from(lines.map((line, i) => (i === 1 ? spelled(mutate({ line })) : line)).join("\n"));
  };
}

function headerMutated(seed: Buffer, mutate: Mutation<unknown>): Buffer {
  const length = Number(seed.readBigUInt64LE(0));
  const header = Buffer.from(spelled(mutate(JSON.parse(String(seed.subarray(8, 8 + length))))));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([prefix, header, seed.subarray(8 + length)]);
}

function tensorFile(run: string): fc.Arbitrary<Buffer> {
  const seed = readFileSync(join(run, "checkpoints", "step-000000128", "train-state.safetensors"));
  return fc.oneof(
    byteMutation.map((mutate) => mutate(seed)),
    treeMutation.map((mutate) => headerMutated(seed, mutate)),
    // A claimed length of the header.
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((length) => {
      const bytes = Buffer.from(seed);
      bytes.writeBigUInt64LE(length);
      return bytes;
    }),
  );
}

/** An event file of which one record says something else, with checksums that fit. */
function recordMutated(seed: Buffer, at: number, mutate: Mutation<Buffer>): Buffer {
  const records: Buffer[] = [];
  for (let start = 0; start < seed.length; ) {
    const end = start + 12 + Number(seed.readBigUInt64LE(start));
    records.push(seed.subarray(start + 12, end));
    start = end + 4;
  }
  const place = at % records.length;
  records[place] = Buffer.from(mutate(records[place]!));
  return Buffer.concat(
    records.flatMap((data) => {
      const header = Buffer.alloc(12);
      header.writeBigUInt64LE(BigInt(data.length));
      header.writeUInt32LE(maskedCrc32c(header.subarray(0, 8)), 8);
      const footer = Buffer.alloc(4);
      footer.writeUInt32LE(maskedCrc32c(data));
      return [header, data, footer];
    }),
  );
}

/** A checkpoint whose digest fits, as anybody can write one. */
function sign(path: string): void {
  const tensors = readFileSync(join(path, "train-state.safetensors"));
  try {
    const { digest: _, ...state } = JSON.parse(readFileSync(join(path, "state.json"), "utf8")) as object & {
      digest?: unknown;
    };
    const digest = createHash("sha256").update(tensors).update(JSON.stringify(state)).digest("hex");
    writeFileSync(join(path, "state.json"), JSON.stringify({ digest, ...state }));
  } catch {
    // No JSON any more, or nested too deep to be written again: it stays as it is.
  }
}

/** Restores everything and stops before the first step. */
function takeUp(run: string): Promise<unknown> {
  const signal = AbortSignal.abort();
  return outcomeOf(resumeRun({ runDirectory: run, overrides: { threads: 1, total_timesteps: 256 }, signal }));
}

async function stepAFew(options: Readonly<Record<string, unknown>>): Promise<void> {
  const env = await make("mujoco", options);
  try {
    env.reset({ seed: 1 });
    env.actionSpace.seed(1);
    for (let i = 0; i < 3; i++) env.step(env.actionSpace.sample());
  } finally {
    env.close();
  }
}

function copyRun(seed: string, folder: string): string {
  const copy = join(folder, "run");
  cpSync(seed, copy, { recursive: true });
  return copy;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Aliases of aliases, many keys, many comments, deep nesting. */
function yamlBomb(): fc.Arbitrary<string> {
  return fc.record({ kind: fc.nat(4), size: fc.integer({ min: 2, max: 30_000 }) }).map(({ kind, size }) => {
    if (kind === 0) {
      const names = Array.from({ length: Math.min(size, 30) }, (_, i) => `a${i}`);
      const lines = names.map(
        (name, i) => `${name}: &${name} [${i === 0 ? "x" : `*a${i - 1}, *a${i - 1}, *a${i - 1}`}]`,
      );
      return lines.join("\n");
    }
    if (kind === 1) return Array.from({ length: size }, (_, i) => `k${i}: 1\n`).join("");
    if (kind === 2) return `epochs: ${"[".repeat(size)}`;
    if (kind === 3) return "# x\n".repeat(size);
    return `env: ${"'".repeat(size)}`;
  });
}

/** It touches nothing: how long many contacts take to solve is not limited. */
const GHOST = '<geom size="1" contype="0" conaffinity="0"/>';

/** What a few characters of MJCF can ask for: other files, copies, memory, depth. */
function hostileModel(): fc.Arbitrary<Buffer> {
  const within = (inWorld: string, beside: string) =>
    CART.replace("</worldbody>", `${inWorld}</worldbody>`).replace("<worldbody>", `${beside}<worldbody>`);
  return fc
    .record({
      count: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 2_000_000_000 })),
      depth: fc.integer({ min: 1, max: 400 }),
      path: fc.constantFrom("../outside/canary", "/etc/passwd", "..\\x", "http://localhost/x.xml", ""),
      kind: fc.nat(10),
    })
    .map(
      ({ count, depth, path, kind }) =>
        [
          within(`<replicate count="${count}">${GHOST}</replicate>`, ""),
          within(`${`<body><joint/>${GHOST}`.repeat(depth)}${"</body>".repeat(depth)}`, ""),
          within(
            `<!--${"/>".repeat(count % 2000)}-->${`<body><joint/>${GHOST}`.repeat(depth)}${"</body>".repeat(depth)}`,
            "",
          ),
          within("", `<include file="${path}"/>`),
          within("", `<compiler meshdir="${path}"/><asset><mesh name="m" file="${path}"/></asset>`),
          within("", `<asset><texture name="t" type="2d" file="${path}"/></asset>`),
          within("", `<asset><hfield name="h" nrow="${count}" ncol="${count}" size="1 1 1 1"/></asset>`),
          within("", `<size nkey="${count}"/>`),
          within("", `<size memory="${count}" nuserdata="${count}"/>`),
          within("", `<extension><plugin plugin="${path}"/></extension>`),
          within(`<flexcomp name="f" type="grid" count="${depth} ${depth} 1" spacing="1 1 1"/>`, ""),
        ][kind]!,
    )
    .map((model) => Buffer.from(model));
}

/** Parts of expressions, of mathjs and of JavaScript, in any order. */
function expression(): fc.Arbitrary<string> {
  const part = fc.constantFrom(
    ...[
      "progress",
      "step",
      "pi",
      "1",
      "0",
      "2.5e3",
      "1e999",
      "x",
      "import",
      "evaluate",
      "createUnit",
      "parse",
    ],
    ...[
      "constructor",
      "__proto__",
      "toString",
      "f(x) = x",
      "cos",
      "max",
      "pow",
      '"a"',
      "'b'",
      "[1, 2]",
      "{a: 1}",
    ],
    ...[
      "+",
      "-",
      "*",
      "/",
      "^",
      "!",
      "'",
      "%",
      "(",
      "(",
      ")",
      ")",
      "[",
      "]",
      "{",
      "}",
      ",",
      ";",
      ":",
      "?",
      "=",
    ],
    ...[
      "<",
      "<=",
      "==",
      "and",
      "or",
      "not",
      "xor",
      "to",
      "mod",
      ".",
      "..",
      "#",
      "\\",
      "\n",
      "\u0000",
      "\u202e",
    ],
  );
  return fc.oneof(
    fc.array(part, { minLength: 1, maxLength: 60 }).map((parts) => parts.join(" ")),
    fc
      .record({ one: part, times: fc.integer({ min: 1, max: 500 }) })
      .map(({ one, times }) => one.repeat(times)),
    fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
  );
}
