import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { rlAdanIn } from "../support/rl-adan.js";

const folder = mkdtempSync(join(tmpdir(), "rl-adan-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The real program, in a folder of its own. */
const rlAdan = (...argv: string[]) => rlAdanIn(folder, argv);

/** What a failing command writes to stderr; stdout stays empty. */
function refusal(status: number, ...argv: string[]): string {
  const result = rlAdan(...argv);
  expect(result).toMatchObject({ status, stdout: "" });
  return result.stderr;
}

describe("rl-adan", () => {
  test("--version is package.json's", () => {
    expect(rlAdan("--version")).toEqual({ status: 0, stdout: `${packageJson.version}\n`, stderr: "" });
  });

  test("--help shows the commands and examples", () => {
    const { status, stdout } = rlAdan("--help");
    expect(status).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: rl-adan [options] [command]

      Reinforcement learning on MuJoCo continuous control, with the Adan optimizer.

      Options:
        -V, --version                 output the version number
        --verbose                     show the stack of an error
        -h, --help                    display help for command

      Commands:
        train [options] [algorithm]   Train an agent, or go on with a run.
        eval [options] <run>          Evaluate a run's policy: mean actions, its own
                                      frozen normaliser, the same episodes each time.
        sweep [options] [sweep]       Train many agents: every combination of settings
                                      with every seed.
        ablate [options] <study>      Carry out a study: tune each arm's learning
                                      rate, compare the arms, say what differs.
        envs [options] [id]           List the environments with sizes and time
                                      limits, or show one's specification.
        check-env [options] <env>     Check an environment: spaces, reset and step,
                                      seeds, equal bits, saving and restoring.
        verify [options]              Train short runs and compare every bit with the
                                      published digests.
        diff [options] <run> <other>  Say where two runs part: settings, versions,
                                      metrics, checkpoints.
        doctor [options]              Tell which devices are here, why others are not,
                                      and how to get them.
        replay [options] <dump>       See a number that was not finite again: train
                                      from the last checkpoint before it.
        report [options] <runs...>    Compare runs: tables, curves and intervals as
                                      Markdown, HTML, SVG and PNG.
        bench [options]               Time trainings of several sizes on this machine,
                                      phase by phase (CleanRL's recipe).
        help [command]                display help for command

      Examples:
        rl-adan train ppo --env HalfCheetah
        rl-adan train ppo --env HalfCheetah --preset cleanrl --seed 3
        rl-adan train --resume runs/HalfCheetah-v5__ppo-adan__1__1764000000
        rl-adan eval runs/HalfCheetah-v5__ppo-adan__1__1764000000 --episodes 20
        rl-adan report runs -o report
        rl-adan sweep ppo --env HalfCheetah,Hopper --optimizer adan,adam --seeds 0-9
        rl-adan ablate optimizer --env HalfCheetah,Hopper --seeds 10
        rl-adan envs
      "
    `);
  });

  test("alone shows the help and is a usage error", () => {
    const { status, stderr } = rlAdan();
    expect(status).toBe(2);
    expect(stderr).toBe(rlAdan("--help").stdout);
  });

  test("train --help shows every flag", () => {
    const { status, stdout } = rlAdan("train", "--help");
    expect(status).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: rl-adan train [options] [algorithm]

      Train an agent, or go on with a run.

      Arguments:
        algorithm                   ppo, or random: the baseline that learns nothing

      Options:
        --env <id>                  environment: HalfCheetah, HalfCheetah-v5, or your
                                    own module: ./my-env.js:MyEnv
        --seed <n>                  every random stream follows from it (default: 1)
        --total-timesteps <steps>   budget in env steps: 1000000, 1e6 or 1M (default:
                                    1M)
        --num-envs <n>              environments side by side; the rollout keeps its
                                    size unless --num-steps is given too
        --num-steps <n>             steps of each environment in a rollout
        --minibatch-size <n>        transitions in a minibatch
        --epochs <n>                passes over a rollout
        --optimizer <name>          adan, adam, adamw, adam-rel, …; brings its own
                                    learning rate
        --learning-rate <rate>      a number, or a schedule: "3e-4 * (1 - progress)"
        --device <name>             simd, scalar, webgpu, cuda, wasm, cpu, or auto:
                                    the fastest; rl-adan doctor tells which are here
                                    (default: simd)
        --threads <n>               threads that step environments and train, or auto;
                                    results do not depend on it (default: auto)
        --checkpoint-every <steps>  env steps between checkpoints; 0: only at the end
                                    (default: 100k)
        --keep-last <n>             how many of the newest checkpoints stay, besides
                                    the best (default: 3)
        --keep-every <steps>        and one for each so many env steps; 0: none
                                    (default: 0)
        --eval-every <steps>        env steps between evaluations; 0: only at the end
                                    (default: 0)
        --eval-episodes <n>         episodes of an evaluation (default: 10)
        --on-nan <what>             at a number that is not finite: stop, or rollback:
                                    half the learning rate from the last checkpoint
                                    (default: stop)
        --preset <name>             a known recipe: cleanrl, tianshou, zoo
        --config <file>             YAML file of config keys; it may be a run's
                                    config.yaml
        --model <file>              MJCF of your own for --env mujoco; rewards and the
                                    rest come from --config
        --allow-env-module          let the config file's env be a module, which is
                                    code that runs
        --set <key=value>           any config key; may be repeated
        --run-dir <path>            the run's own directory
        --runs-root <path>          folder of run directories (default: runs)
        --resume <run>              go on with this run from its latest checkpoint;
                                    schedules run over a larger --total-timesteps
        --profile                   print at the end where the time went
        --quiet                     print errors only
        --json                      print one JSON object per event
        --verbose                   show the stack of an error
        -h, --help                  display help for command

      Examples:
        rl-adan train ppo --env HalfCheetah
        rl-adan train ppo --env HalfCheetah --optimizer adam --seed 2
        rl-adan train ppo --env HalfCheetah --preset tianshou --total-timesteps 3M
        rl-adan train ppo --env InvertedPendulum --set gamma=0.999 --set "hidden_sizes=[32, 32]"
        rl-adan train ppo --env mujoco --model robot.xml --config robot.yaml
        rl-adan train random --env Pendulum --total-timesteps 20k
        rl-adan train --resume runs/HalfCheetah-v5__ppo-adan__1__1764000000 --total-timesteps 2M
      "
    `);
  });

  test("envs lists the environments, for people and for programs", () => {
    expect(rlAdan("envs").stdout).toMatch(/^HalfCheetah-v5 +17 +6 +1000$/m);
    const rows = JSON.parse(rlAdan("envs", "--json").stdout) as { id: string }[];
    expect(rows).toContainEqual({
      id: "HalfCheetah-v5",
      observation_size: 17,
      action_size: 6,
      max_episode_steps: 1000,
    });
    expect(rows).toContainEqual({
      id: "Pendulum-v1",
      observation_size: 3,
      action_size: 1,
      max_episode_steps: 200,
    });
    expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).sort());
  });
});

describe("usage errors: exit code 2, one sentence, nothing written", () => {
  test("of commands and flags", () => {
    expect(refusal(2, "trian")).toMatchInlineSnapshot(`
      "error: unknown command 'trian'
      (Did you mean train?)
      "
    `);
    expect(refusal(2, "train", "ppo", "--sed", "3")).toMatchInlineSnapshot(`
      "error: unknown option '--sed'
      (Did you mean one of --seed, --set?)
      "
    `);
    expect(refusal(2, "train", "ppo", "--seed")).toMatchInlineSnapshot(`
      "error: option '--seed <n>' argument missing
      "
    `);
    expect(refusal(2, "train", "--env", "Pendulum")).toMatchInlineSnapshot(`
      "error: train needs an algorithm, ppo or random; none was given.
      "
    `);
    expect(refusal(2, "train", "pp", "--env", "Pendulum")).toMatchInlineSnapshot(`
      "error: train needs an algorithm, ppo or random; got "pp". Did you mean "ppo"?
      "
    `);
    expect(refusal(2, "train", "ppo", "extra", "--env", "Pendulum")).toMatchInlineSnapshot(`
      "error: too many arguments for 'train'. Expected 1 argument but got 2.
      "
    `);
    expect(refusal(2, "eval")).toMatchInlineSnapshot(`
      "error: missing required argument 'run'
      "
    `);
    expect(refusal(2, "eval", "run", "--episodes", "0")).toMatchInlineSnapshot(`
      "error: option '--episodes <n>' argument '0' is invalid. It must be a whole number of at least 1.
      "
    `);
    expect(refusal(2, "eval", "run", "--checkpoint", "last")).toMatchInlineSnapshot(`
      "error: option '--checkpoint <name>' argument 'last' is invalid. It must be latest, best, or a step.
      "
    `);
  });

  // Every message of a config is pinned in test/config/train-config.test.ts; here, that they arrive.
  test("of configs", () => {
    expect(refusal(2, "train", "ppo", "--env", "HalfCheeta")).toMatchInlineSnapshot(`
      "error: There is no environment "HalfCheeta". Did you mean "HalfCheetah"?
      "
    `);
    expect(
      refusal(2, "train", "ppo", "--env", "Pendulum", "--optimizer", "adm", "--seed", "-1"),
    ).toMatchInlineSnapshot(`
      "error: --seed must be a whole number from 0 to 9007199254740991, got -1.
      --optimizer must be one of "adan", "adan-restart", "adan-forget", "adam", "adamw", "adam-rel", "adam-matched", "nadam", got "adm". Did you mean "adam"?
      "
    `);
    expect(
      refusal(2, "train", "ppo", "--env", "Pendulum", "--set", "epoch=3", "--set", "gama=1"),
    ).toMatchInlineSnapshot(`
      "error: --set epoch=3: key "epoch" is unknown. Did you mean "epochs"?
      --set gama=1: key "gama" is unknown. Did you mean "gamma"?
      "
    `);
  });

  test("of a config file, with its line", () => {
    writeFileSync(join(folder, "run.yaml"), "# mine\nenv: Pendulum\ngamma: 1.5\n");
    expect(refusal(2, "train", "ppo", "--config", "run.yaml")).toMatchInlineSnapshot(`
      "error: run.yaml:3: key "gamma" must be a number from 0 to 1, got 1.5.
      "
    `);
    rmSync(join(folder, "run.yaml"));
  });

  test("of --resume", () => {
    expect(refusal(2, "train", "--resume", "nowhere")).toMatchInlineSnapshot(`
      "error: nowhere is not a run directory: it does not exist.
      "
    `);
    expect(
      refusal(2, "train", "--resume", "nowhere", "--seed", "3", "--threads", "2"),
    ).toMatchInlineSnapshot(`
      "error: --seed cannot be changed by --resume; these can: --total-timesteps, --threads, --checkpoint-every, --keep-last, --keep-every, --eval-every, --eval-episodes, --on-nan.
      "
    `);
    expect(
      refusal(2, "train", "ppo", "--resume", "nowhere", "--preset", "zoo", "--run-dir", "x"),
    ).toMatchInlineSnapshot(`
      "error: --resume goes on with the run as it is; leave out ppo, --preset, --run-dir.
      "
    `);
  });

  test("of a folder that is not a run", () => {
    expect(refusal(2, "eval", ".")).toMatchInlineSnapshot(`
      "error: . is not a run directory: it has no manifest.json.
      "
    `);
  });

  test("leave nothing behind", () => {
    expect(readdirSync(folder)).toEqual([]);
  });

  test("show the stack with --verbose, wherever it stands", () => {
    for (const argv of [
      ["--verbose", "eval", "nowhere"],
      ["eval", "nowhere", "--verbose"],
    ]) {
      expect(refusal(2, ...argv)).toMatch(/nowhere is not a run directory[^\n]*\n {4}at /);
    }
    expect(refusal(2, "eval", "nowhere")).not.toContain("    at ");
  });
});
