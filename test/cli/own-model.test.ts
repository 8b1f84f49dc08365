import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { make } from "../../envs/index.js";
import { readConfigFile } from "../../src/config/config-file-node.js";
import { rlAdanIn } from "../support/rl-adan.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const configs = fileURLToPath(new URL("../../configs/mujoco/", import.meta.url));
const models = fileURLToPath(new URL("../../envs/mujoco/", import.meta.url));
const folder = temporaryFolder();

const rlAdan = (...argv: string[]) => rlAdanIn(folder, argv);

const read = (...path: string[]) => readFileSync(join(folder, ...path));
const SHORT = ["--num-envs", "2", "--num-steps", "64", "--minibatch-size", "64", "--epochs", "2"];

mkdirSync(join(folder, "robots"));
writeFileSync(
  join(folder, "robots", "cart.xml"),
  `<mujoco>
  <worldbody>
    <body name="cart">
      <joint name="slider" type="slide" axis="1 0 0"/>
      <geom size="0.1" mass="1"/>
    </body>
  </worldbody>
  <actuator><motor joint="slider" ctrlrange="-1 1"/></actuator>
</mujoco>
`,
);
const task = (model: string, reward = "-abs(qpos(slider) - 1)") => `env: mujoco
env_options:
  model: ${model}
  max_episode_steps: 30
  reset: { qpos: { uniform: 0.5 } }
  reward:
    near: ${reward}
  termination: abs(qpos(slider)) > 4
`;
writeFileSync(join(folder, "robots", "cart.yaml"), task("cart.xml"));
writeFileSync(join(folder, "robots", "outside.yaml"), task("../cart.xml"));
symlinkSync(join(folder, "cart-elsewhere.xml"), join(folder, "robots", "link.xml"));
writeFileSync(join(folder, "cart-elsewhere.xml"), "<mujoco/>");
writeFileSync(join(folder, "robots", "linked.yaml"), task("link.xml"));
writeFileSync(join(folder, "robots", "gone.yaml"), task("kart.xml"));
writeFileSync(join(folder, "robots", "wrong.yaml"), task("cart.xml", "z(body(kart))"));
writeFileSync(join(folder, "robots", "flat.yaml"), "env: mujoco\nenv_options: 3\n");
writeFileSync(join(folder, "robots", "broken.xml"), "<mujoco>\n  <wordbody/>\n</mujoco>\n");
writeFileSync(
  join(folder, "robots", "line.yaml"),
  "env: ./line.mjs:Line\nenv_options: { max_episode_steps: 50 }\n",
);
writeFileSync(
  join(folder, "robots", "line.mjs"),
  `import { CartPole } from "${new URL("../../dist/envs/index.js", import.meta.url).href}";
export class Line extends CartPole {}
`,
);

describe("rl-adan with a model of the user's own", () => {
  it("trains from a config, and the run needs the files no more", () => {
    const trained = rlAdan(
      ...["train", "ppo", "--config", "robots/cart.yaml", "--total-timesteps", "256", ...SHORT],
      ...["--run-dir", "run", "--quiet", "--threads", "2"],
    );
    expect(trained).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(String(read("run", "config.yaml"))).toContain('<joint name="slider" type="slide"');

    writeFileSync(join(folder, "cart.xml"), read("robots", "cart.xml"));
    const again = rlAdan(
      ...[
        "train",
        "ppo",
        "--config",
        "robots/outside.yaml",
        "--model",
        "cart.xml",
        "--total-timesteps",
        "128",
      ],
      ...[...SHORT, "--run-dir", "resumed", "--quiet"],
    );
    expect(again.stderr).toBe("");
    expect(rlAdan("train", "--resume", "resumed", "--total-timesteps", "256", "--quiet").stderr).toBe("");
    const weights = join("checkpoints", "step-000000256", "train-state.safetensors");
    expect(read("resumed", weights).equals(read("run", weights))).toBe(true);
    expect(rlAdan("eval", "run", "--episodes", "2").stdout).toMatch(/^mujoco after 256 steps, 2 episodes/);
  });

  it("checks a task without training", () => {
    const { status, stdout } = rlAdan("check-env", "mujoco", "--config", "robots/cart.yaml", "--steps", "40");
    expect(status).toBe(0);
    expect(stdout).toContain("12 checks: 0 errors, 0 warnings");
  });

  it("says which file, line or name is wrong", () => {
    const train = (...argv: string[]) => {
      const { status, stderr } = rlAdan("train", "ppo", ...argv, "--run-dir", "never");
      return `${status}: ${stderr.trim()}`;
    };
    expect([
      train("--config", "robots/outside.yaml"),
      train("--config", "robots/linked.yaml"),
      train("--config", "robots/gone.yaml"),
      train("--config", "robots/wrong.yaml"),
      train("--config", "robots/flat.yaml"),
      train("--config", "robots/cart.yaml", "--model", "robots/broken.xml"),
      train("--config", "robots/cart.yaml", "--model", "robots"),
      train("--env", "mujoco"),
      train("--env", "mujoco", "--model", "robots/cart.xml"),
      train("--env", "Hopper", "--model", "robots/cart.xml"),
      train("--config", "robots/line.yaml"),
    ]).toMatchInlineSnapshot(`
      [
        "2: error: robots/outside.yaml: the model ../cart.xml lies outside the config's folder; name it by hand: --model ../cart.xml.",
        "2: error: robots/linked.yaml: the model link.xml lies outside the config's folder; name it by hand: --model link.xml.",
        "2: error: The model robots/kart.xml cannot be read: there is no such file.",
        "2: error: mujoco: reward.near: "z(body(kart))" names the body "kart", which the model lacks. Did you mean "cart"?",
        "2: error: robots/flat.yaml:2: key "env_options" must be a mapping of the environment's options, got 3.",
        "2: error: broken.xml:2: MuJoCo can't compile the model: XML Error: Schema violation: unrecognized element, Element 'wordbody', line 2.",
        "2: error: The model robots cannot be read: it is a folder.",
        "2: error: mujoco: needs a model: --model robot.xml, or from code the argument model_xml, which is the MJCF's text.",
        "2: error: mujoco: needs a reward: at least one term, like reward: { forward: "rate(x(body(torso)))" }.",
        "2: error: --model robots/cart.xml goes with --env mujoco; the environment is Hopper-v5.",
        "2: error: robots/line.yaml:1: env is a module, which is code that runs. If you trust it, add --allow-env-module, or name it yourself: --env ./line.mjs:Line.",
      ]
    `);
    expect(readdirSync(folder)).not.toContain("never");
  });

  it("takes a module from a config when that is allowed", () => {
    const { status, stderr } = rlAdan(
      ...["train", "ppo", "--config", "robots/line.yaml", "--allow-env-module", "--total-timesteps", "128"],
      ...[...SHORT, "--run-dir", "line", "--quiet"],
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(String(read("line", "config.yaml"))).toMatch(/^env: Line$/m);
  });

  it("leaves a config's module alone when the environment is named by hand", () => {
    const { status, stderr } = rlAdan(
      ...[
        "train",
        "ppo",
        "--config",
        "robots/line.yaml",
        "--set",
        "env=CartPole",
        "--total-timesteps",
        "128",
      ],
      ...[...SHORT, "--run-dir", "by-hand", "--quiet"],
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(String(read("by-hand", "config.yaml"))).toMatch(/^env: CartPole-v1$/m);
  });
});

describe("every file in configs/mujoco", () => {
  it.each(readdirSync(configs))(
    "%s makes an environment over the model that its head names",
    async (name) => {
      const path = join(configs, name);
      const model = /--model envs\/mujoco\/(\S+)/.exec(readFileSync(path, "utf8"))![1]!;
      const options = readConfigFile(path).entries.find(({ key }) => key === "env_options")!.value;
      const env = await make("mujoco", {
        ...(options as Record<string, unknown>),
        model_xml: readFileSync(join(models, model), "utf8"),
      });
      const { observation } = env.reset({ seed: 1 });
      expect(env.observationSpace.contains(observation)).toBe(true);
      env.close();
    },
  );
});
