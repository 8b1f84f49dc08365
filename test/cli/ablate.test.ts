import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rlAdanIn } from "../support/rl-adan.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const folder = temporaryFolder();
const rlAdan = (...argv: string[]) => rlAdanIn(folder, argv);

/** Where the page lies: the folder's name ends in a hash of the plan. */
const pageFolder = () =>
  join(folder, "runs", readdirSync(join(folder, "runs")).find((name) => name.startsWith("study-plan-"))!);

const PLAN = `
description: A plan of the tests, of no use.
env: [Pendulum]
settings:
  total_timesteps: 512
  num_envs: 2
  num_steps: 64
  hidden_sizes: [8]
  epochs: 1
  eval_episodes: 1
arms:
  adan: { optimizer: adan }
  adam: { optimizer: adam }
seeds: 0-1
tuning:
  learning_rate: [1e-3, 1e+30]
  seeds: [100]
checks:
  Adan without its difference is Adam with its betas:
    a: { optimizer: adan, optimizer_options: { betas: [0.98, 0, 0.99], eps: 1.0e-5 }, learning_rate: 1e-3 }
    b: { optimizer: adam-matched, learning_rate: 1e-3 }
  Adan is Adam:
    c: { optimizer: adan, learning_rate: 1e-3 }
    d: { optimizer: adam, learning_rate: 1e-3 }
`;

describe("a study", () => {
  it("tunes, compares, checks, and writes its page", { timeout: 300_000 }, () => {
    writeFileSync(join(folder, "plan.yaml"), PLAN);
    const dry = rlAdan("ablate", "plan.yaml", "--dry-run");
    expect(dry.stderr).toBe("");
    // Four to tune, two of which are checked too, two more to check; two notes, and the rest.
    expect(dry.stdout.trim().split("\n")).toHaveLength(9);
    expect(dry.stdout).toContain("# note: one tuning seed: ");
    expect(dry.stdout).toContain("# then 4 runs that are compared, at the learning rates that these find\n");
    expect(existsSync(join(folder, "runs"))).toBe(false);

    const done = rlAdan("ablate", "plan.yaml", "--json", "--csv", "--no-png");
    const events = done.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    // A check that does not hold is told by the exit code; a rate that fails is ruled out.
    expect(done.status).toBe(1);
    const study = events.at(-1)!;
    expect(study).toMatchObject({
      event: "study",
      searches: [
        { env: "Pendulum-v1", arm: "adan", chosen: "0.001", trials: [{}, { score: null }] },
        { env: "Pendulum-v1", arm: "adam", chosen: "0.001", trials: [{}, { score: null }] },
      ],
      checks: [{ isIdentical: true }, { isIdentical: false }],
    });
    expect(study["verdicts"]).toHaveLength(2);
    const page = readFileSync(join(pageFolder(), "report.md"), "utf8");
    for (const text of [
      "A plan of the tests, of no use.",
      "## Verdict\n",
      "### Pendulum-v1, evaluation\n",
      "## Learning rates\n",
      "| adan | -",
      " | failed (1 of 1 runs) |",
      "if no arms differed, about 0.690 would, by chance",
      "take these verdicts as provisional",
      "## Plan\n\n```\ndescription: A plan of the tests, of no use.\nenv:\n",
      " \\* (-",
      "Adan is Adam: DOES NOT HOLD; c and d differ, in ",
      "Adan without its difference is Adam with its betas: holds; ",
      "![Pendulum-v1: KL divergence from the policy before",
      "# Report: Pendulum-v1\n",
      "| arm | runs |",
    ])
      expect(page).toContain(text);
    expect(readdirSync(pageFolder())).toEqual(expect.arrayContaining(["arms.csv", "figures", "report.html"]));

    // Again: everything is there.
    const again = rlAdan("ablate", "plan.yaml", "--no-png", "--csv");
    expect(again.stdout).toContain("6 runs, 4 of them finished before\n");
    expect(again.stdout).toContain("4 runs, 4 of them finished before\n");
    expect(again.stdout).toMatch(/Pendulum-v1, evaluation\n {2}adam less adan: /);
    expect(readFileSync(join(pageFolder(), "report.md"), "utf8")).toBe(page);
  });

  it("does not choose a rate while a run that tunes is not carried out", { timeout: 300_000 }, () => {
    const root = join(folder, "broken");
    const argv = ["ablate", "plan.yaml", "--runs-root", "broken", "--jobs", "1", "--json"];
    const [first] = rlAdan(...argv, "--dry-run")
      .stdout.trim()
      .split("\n");
    const { runDirectory } = JSON.parse(first!) as { runDirectory: string };
    mkdirSync(join(folder, runDirectory, "lease.json"), { recursive: true });
    const stopped = rlAdan(...argv);
    expect([stopped.status, stopped.stderr]).toEqual([1, ""]);
    expect(JSON.parse(stopped.stdout.trim().split("\n").at(-1)!)).toMatchObject({
      event: "failed",
      failed: 1,
    });
    expect(readdirSync(root).some((name) => name.startsWith("study-"))).toBe(false);

    // A run that is compared and fails is named on the page, whose verdicts leave it out.
    rmSync(join(folder, runDirectory), { recursive: true });
    const seed = (text: string) => (JSON.parse(text) as { seed: number }).seed;
    const done = rlAdan(...argv, "--no-png");
    expect(done.status).toBe(1);
    const commands = rlAdan(...argv, "--dry-run")
      .stdout.trim()
      .split("\n");
    const compared = commands.map((line) => line).find((line) => seed(line) === 0)!;
    const { runDirectory: failing } = JSON.parse(compared) as { runDirectory: string };
    writeFileSync(join(folder, failing, "result.json"), "");
    const again = rlAdan("ablate", "plan.yaml", "--runs-root", "broken", "--no-png");
    expect(again.status).toBe(1);
    const page = readdirSync(root).find((name) => name.startsWith("study-"))!;
    expect(readFileSync(join(root, page, "report.md"), "utf8")).toContain(
      "These runs did not finish, and are in no score",
    );

    // Evaluated otherwise than the plan says now.
    writeFileSync(join(folder, "edited.yaml"), PLAN.replace("eval_episodes: 1", "eval_episodes: 2"));
    expect(rlAdan("ablate", "edited.yaml", "--runs-root", "broken")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        "was trained with eval_episodes: 1, the study has 2; move it away",
      ) as string,
    });
  });

  it("refuses what is no study, or too much", () => {
    expect(rlAdan("ablate", "optimiser")).toMatchObject({
      status: 2,
      stderr:
        'error: There is no study "optimiser"; there are batch-size, epochs, network, optimizer. Did you mean "optimizer"?\n',
    });
    expect(rlAdan("ablate", "optimizer", "--seeds", "0-999", "--tuning-seeds", "1000-1001")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("beyond 1000 it needs --yes") as string,
    });
  });
});
