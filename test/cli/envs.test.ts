import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { registeredIds } from "../../envs/index.js";
import { argumentsOf, findEnvReadme } from "../../src/cli/env-readme.js";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

function envs(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "envs", ...argv], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("rl-adan envs ID", () => {
  it("shows spaces, limits and the environment's README", () => {
    const { status, stdout } = envs("HalfCheetah");
    expect(status).toBe(0);
    expect(stdout.split("\n").slice(0, 8)).toEqual([
      "HalfCheetah-v5",
      "  observation  Box(-Infinity, Infinity, (17), float64)",
      "  action       Box(-1, 1, (6), float32)",
      "  max steps    1000",
      "  solved at    4800",
      "",
      "# HalfCheetah-v5",
      "",
    ]);
    expect(stdout).toContain("\n## Reward\n");
  });

  it("shows the whole page of a user's own models, fenced comments and all", () => {
    const { status, stdout } = envs("mujoco");
    expect(status).toBe(0);
    expect(stdout).toContain("observation  follows from the arguments");
    expect(stdout).toContain("# robot.yaml\n");
    expect(stdout).toContain("### Expressions");
    expect(stdout.trimEnd()).toMatch(/as in Gymnasium's environments\.$/);
    const facts = JSON.parse(envs("mujoco", "--json").stdout) as { arguments: { name: string }[] };
    expect(facts.arguments.map(({ name }) => name)).toContain("termination");
  });

  it("gives the same to programs, with the arguments and their defaults", () => {
    const { status, stdout } = envs("Pendulum-v1", "--json");
    expect(status).toBe(0);
    const { readme, ...facts } = JSON.parse(stdout) as Record<string, unknown>;
    expect(facts).toEqual({
      id: "Pendulum-v1",
      observation_space: "Box([-1 -1 -8], [1 1 8], (3), float32)",
      action_space: "Box(-2, 2, (1), float32)",
      max_episode_steps: 200,
      reward_threshold: null,
      arguments: [{ name: "g", default: "10", meaning: "gravity, m/s²" }],
    });
    expect(readme).toMatch(/^#+ Pendulum-v1\n/);
  });

  it("suggests the nearest name", () => {
    expect(envs("HalfCheeta")).toEqual({
      status: 2,
      stdout: "",
      stderr: 'error: There is no environment "HalfCheeta". Did you mean "HalfCheetah"?\n',
    });
  });
});

describe("an environment's README", () => {
  const readme = [
    "# Mine-v2",
    "## Arguments",
    "",
    "| name | default | versions | meaning |",
    "|---|---|---|---|",
    "| `mass` | 1 | v1, v2 | kg |",
    "| drag | 0.5 | v2 | of air |",
    "",
    "## Versions",
    "| name | default |",
    "|---|---|",
    "| other | 3 |",
  ].join("\n");

  it("lists the arguments of the id's version", () => {
    const mass = { name: "mass", default: "1", meaning: "kg" };
    expect(argumentsOf("Mine-v2", readme)).toEqual([
      mass,
      { name: "drag", default: "0.5", meaning: "of air" },
    ]);
    expect(argumentsOf("Mine-v1", readme)).toEqual([mass]);
    expect(argumentsOf("Mine-v2", "# Mine-v2\nNo arguments.\n")).toEqual([]);
  });

  it("of several in one file is the id's own part, for every registered environment", () => {
    for (const id of registeredIds()) {
      const text = findEnvReadme(id)!;
      const [title] = text.split("\n");
      expect(title!.replace(/^#+ (.*-v)\d+$/, "$1")).toBe(id.replace(/\d+$/, ""));
      expect(text.match(/^#+ \S+-v\d+$/gm), id).toHaveLength(1);
    }
  });

  it("is another version's where the id has none of its own, and none for an unknown name", () => {
    expect(findEnvReadme("HalfCheetah-v4")).toMatch(/^# HalfCheetah-v5\n/);
    expect(findEnvReadme("Half-v5")).toBeUndefined();
  });
});
