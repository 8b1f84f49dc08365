import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateRun } from "../../src/evaluate.js";
import { diffRuns } from "../../src/run/diff-runs.js";
import { outcomeOf, resumeRun, trainRun } from "../../src/train.js";
import { resolveTrainConfig } from "../../src/train-config.js";
import { readVerifyReference } from "../../src/verify.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const folder = temporaryFolder();
const seed = join(folder, "seed");
const isWindows = process.platform === "win32";
let copies = 0;

beforeAll(async () => {
  const flags = {
    env: "CartPole",
    num_envs: 2,
    num_steps: 32,
    minibatch_size: 32,
    hidden_sizes: [4],
    total_timesteps: 64,
    eval_episodes: 1,
    threads: 1,
  };
  await outcomeOf(
    trainRun({ config: resolveTrainConfig({ algorithm: "ppo", flags }).config, runDirectory: seed }),
  );
});

function copyOfRun(): string {
  const copy = join(folder, `run-${copies++}`);
  cpSync(seed, copy, { recursive: true });
  return copy;
}

/** Each way into a run, for reading and for writing. */
const doors = (run: string): Readonly<Record<string, () => Promise<unknown>>> => ({
  eval: () => evaluateRun(run, { episodes: 1, checkpoint: "latest" }),
  resume: () => outcomeOf(resumeRun({ runDirectory: run, overrides: { total_timesteps: 128 } })),
  diff: async () => diffRuns(seed, run),
});
const DOORS = ["eval", "resume", "diff"];

describe.skipIf(isWindows)("a run directory from elsewhere", () => {
  it.each(DOORS)(
    "whose file is a link to one outside is refused by %s, which leaves that alone",
    async (door) => {
      const run = copyOfRun();
      const outside = join(folder, `outside-${copies}`);
      writeFileSync(outside, "precious\n");
      rmSync(join(run, "metrics.jsonl"));
      symlinkSync(outside, join(run, "metrics.jsonl"));
      await expect(doors(run)[door]!()).rejects.toThrow(
        `${join(run, "metrics.jsonl")} is a link that leads to no file of the run; a run is read within its own folder only. ` +
          "Put the file itself there, or remove it.",
      );
      expect(readFileSync(outside, "utf8")).toBe("precious\n");
    },
  );

  it.each(DOORS)("whose checkpoints are a link to a folder outside is refused by %s", async (door) => {
    const run = copyOfRun();
    rmSync(join(run, "checkpoints"), { recursive: true });
    symlinkSync(join(seed, "checkpoints"), join(run, "checkpoints"));
    await expect(doors(run)[door]!()).rejects.toThrow(
      "checkpoints is a link that leads to no file of the run",
    );
  });

  it("may hold a link to a file of its own", async () => {
    const run = copyOfRun();
    const latest = readFileSync(join(run, "latest"), "utf8");
    rmSync(join(run, "latest"));
    writeFileSync(join(run, "newest"), latest);
    symlinkSync("newest", join(run, "latest"));
    const { step } = await evaluateRun(run, { episodes: 1, checkpoint: "latest" });
    expect(step).toBe(64);
  });

  it.each(DOORS)("with a pipe in it, whose reader would wait for ever, is refused by %s", async (door) => {
    const run = copyOfRun();
    rmSync(join(run, "manifest.json"));
    expect(spawnSync("mkfifo", [join(run, "manifest.json")]).status).toBe(0);
    await expect(doors(run)[door]!()).rejects.toThrow("manifest.json is no file;");
  });
});

describe("files of a run", () => {
  it.each(["eval", "resume"])("that name a module are refused by %s without touching it", async (door) => {
    const run = copyOfRun();
    const evil = join(folder, `evil-${copies}.mjs`);
    const trace = join(folder, `trace-${copies}`);
    writeFileSync(
      evil,
      `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(trace)}, "it ran");\nexport class Evil {}\n`,
    );
    const [config, manifest] = ["config.yaml", "manifest.json"].map((file) =>
      readFileSync(join(run, file), "utf8"),
    );
    for (const name of [`${evil}:Evil`, `file://${evil}`, "../evil.mjs"]) {
      const quoted = JSON.stringify(name);
      writeFileSync(join(run, "config.yaml"), config!.replace("env: CartPole-v1", `env: ${quoted}`));
      writeFileSync(join(run, "manifest.json"), manifest!.replace('"CartPole-v1"', quoted));
      await expect(doors(run)[door]!()).rejects.toThrow("which is not built in; name its module again");
    }
    expect(existsSync(trace)).toBe(false);
  });

  it("that are a folder, or are gone where one is needed, are a sentence", async () => {
    const run = copyOfRun();
    rmSync(join(run, "metrics.jsonl"));
    mkdirSync(join(run, "metrics.jsonl"));
    await expect(doors(run)["diff"]!()).rejects.toThrow("metrics.jsonl: it is a folder.");
    const other = copyOfRun();
    rmSync(join(other, "checkpoints"), { recursive: true });
    writeFileSync(join(other, "checkpoints"), "");
    await expect(doors(other)["resume"]!()).rejects.toThrow("a part of the path is not a folder");
  });

  it("that hold something else name themselves", async () => {
    const run = copyOfRun();
    writeFileSync(join(run, "metrics.jsonl"), '{"step":1}\nnull\n');
    await expect(doors(run)["diff"]!()).rejects.toThrow(
      "metrics.jsonl:2: it is not a line of metrics, but null.",
    );
    writeFileSync(join(run, "manifest.json"), '{"resumed": 3}');
    await expect(doors(run)["resume"]!()).rejects.toThrow("manifest.json is not the manifest of a run");
    writeFileSync(join(run, "reference.json"), '{"a case": {"length": 1e9}}');
    expect(() => readVerifyReference(join(run, "reference.json"))).toThrow("reference.json holds no digests");
  });

  it("are escaped where the terminal shows them", () => {
    const run = copyOfRun();
    const config = readFileSync(join(run, "config.yaml"), "utf8");
    writeFileSync(join(run, "config.yaml"), `${config}"\\e[2J\\u202Ekey": 1\n`);
    const { status, stderr } = spawnSync(process.execPath, [main, "eval", run], { encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toContain('key "\\u001b[2J\\u{202e}key" is unknown.');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(stderr.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    const diff = spawnSync(process.execPath, [main, "diff", seed, run], { encoding: "utf8" });
    expect(diff.stdout).toContain("\\x1b[2J\\u{202e}key: nothing and 1");
    expect(diff.stdout).not.toContain("\u001b");
  });
});
