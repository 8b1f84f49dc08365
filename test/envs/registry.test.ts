import { describe, expect, it } from "vitest";
import {
  type AnyEnv,
  Box,
  make,
  makeVec,
  OrderEnforcing,
  Pendulum,
  register,
  registeredIds,
  spec,
  TimeLimit,
} from "../../envs/index.js";

async function refusal(id: string, kwargs = {}): Promise<string> {
  const error = await make(id, kwargs).then(
    () => undefined,
    (reason: Error) => reason,
  );
  return `${error?.name}: ${error?.message}`;
}

describe("make", () => {
  it("takes the highest version of a name without one", () => {
    expect(spec("HalfCheetah").id).toBe("HalfCheetah-v5");
    expect(spec("Pendulum").id).toBe("Pendulum-v1");
  });

  it("refuses what it doesn't know with the nearest name", async () => {
    expect(await refusal("HalfCheeta-v5")).toMatchInlineSnapshot(
      `"NameNotFound: There is no environment "HalfCheeta-v5". Did you mean "HalfCheetah"?"`,
    );
    expect(await refusal("Zzz")).toMatchInlineSnapshot(
      `"NameNotFound: There is no environment "Zzz". Registered are Ant, CartPole, HalfCheetah, Hopper, Humanoid, HumanoidStandup, InvertedDoublePendulum, InvertedPendulum, MountainCarContinuous, Pendulum, Pusher, Reacher, Swimmer, Walker2d, mujoco; one of your own is named with its file, like ./my-env.js:MyEnv."`,
    );
    expect(await refusal("HalfCheetah-v6")).toMatchInlineSnapshot(
      `"VersionNotFound: There is no HalfCheetah-v6; registered are v4, v5."`,
    );
    expect(await refusal("HalfCheetah-v2")).toMatchInlineSnapshot(
      `"DeprecatedEnv: HalfCheetah-v2 ran on mujoco-py, which is not maintained; Gymnasium has moved it to gymnasium-robotics. Use HalfCheetah-v5 or HalfCheetah-v4."`,
    );
    expect(await refusal("HalfCheetah-v05")).toMatchInlineSnapshot(
      `"NameNotFound: There is no environment "HalfCheetah-v05". Did you mean "HalfCheetah"?"`,
    );
    expect(await refusal("")).toMatchInlineSnapshot(
      `"MalformedId: "" is not an environment id; one looks like HalfCheetah-v5 or name/Env-v0."`,
    );
    expect(await refusal("Half Cheetah")).toMatchInlineSnapshot(
      `"MalformedId: "Half Cheetah" is not an environment id; one looks like HalfCheetah-v5 or name/Env-v0."`,
    );
  });

  it("refuses arguments that the environment doesn't take", async () => {
    expect(await refusal("HalfCheetah-v5", { ctrl_cost_wieght: 1 })).toMatchInlineSnapshot(
      `"InvalidArgument: HalfCheetah-v5 has no argument "ctrl_cost_wieght"; it takes frame_skip, forward_reward_weight, ctrl_cost_weight, reset_noise_scale, exclude_current_positions_from_observation, max_episode_steps. Did you mean "ctrl_cost_weight"?"`,
    );
    expect(await refusal("HalfCheetah-v5", { frame_skip: "5" })).toMatchInlineSnapshot(
      `"InvalidArgument: HalfCheetah-v5: argument frame_skip must be a number, got "5"."`,
    );
    expect(
      await refusal("HalfCheetah-v5", { exclude_current_positions_from_observation: 1n }),
    ).toMatchInlineSnapshot(
      `"InvalidArgument: HalfCheetah-v5: argument exclude_current_positions_from_observation must be a boolean, got 1."`,
    );
    expect(await refusal("Pendulum-v1", { g: Number.NaN })).toMatchInlineSnapshot(
      `"InvalidArgument: Pendulum-v1: argument g must be a number, got NaN."`,
    );
    expect(await refusal("InvertedPendulum-v5", { constructor: 1 })).toMatchInlineSnapshot(
      `"InvalidArgument: InvertedPendulum-v5 has no argument "constructor"; it takes frame_skip, reset_noise_scale, max_episode_steps."`,
    );
    expect(await refusal("InvertedPendulum-v5", { frame_skip: 0 })).toMatchInlineSnapshot(
      `"InvalidArgument: InvertedPendulum-v5: argument frame_skip must be a whole number from 1 to 10000, got 0."`,
    );
    expect(await refusal("HalfCheetah-v5", { frame_skip: 2 ** 53 - 1 })).toContain(
      "from 1 to 10000, got 9007199254740991.",
    );
    expect(await refusal("Pendulum-v1", { max_episode_steps: "5" })).toMatchInlineSnapshot(
      `"InvalidArgument: max_episode_steps must be a whole number of at least 1, or -1 for no limit; got "5"."`,
    );
    expect(await refusal("Pendulum-v1", { max_episode_steps: 0 })).toMatchInlineSnapshot(
      `"InvalidArgument: max_episode_steps must be a whole number of at least 1, or -1 for no limit; got 0."`,
    );
  });

  it("describes what it made", async () => {
    const env = await make("Pendulum-v1", { g: 9.81, max_episode_steps: 3 });
    expect(env.spec).toEqual({ id: "Pendulum-v1", kwargs: { g: 9.81 }, maxEpisodeSteps: 3 });
  });

  it("makes what was registered, in any namespace", async () => {
    register({ id: "mine/Swing-v0", create: async () => new Pendulum({ g: 1 }) });
    const env = await make("mine/Swing");
    env.reset({ seed: 1 });
    for (let i = 0; i < 300; i++) expect(env.step(Float32Array.of(0)).truncated).toBe(false);
    expect(registeredIds()).toContain("mine/Swing-v0");
  });
});

describe("a wrapper", () => {
  it("refuses a promise and a vector of environments", async () => {
    const promise = make("Pendulum-v1") as unknown as AnyEnv;
    expect(() => new TimeLimit(promise, 3)).toThrow("TimeLimit was given a promise; await make(…) first.");
    const vector = (await makeVec("Pendulum-v1", { numEnvs: 2 })) as unknown as AnyEnv;
    expect(() => new TimeLimit(vector, 3)).toThrow("TimeLimit was given a vector of environments;");
  });
});

describe("the time limit", () => {
  it("truncates at the limit and on every later step, and starts anew at a reset", () => {
    const env = new TimeLimit(new Pendulum(), 3);
    expect(env.spec).toBeUndefined();
    const truncations = () => Array.from({ length: 4 }, () => env.step(Float32Array.of(0)).truncated);
    env.reset({ seed: 1 });
    expect(truncations()).toEqual([false, false, true, true]);
    env.reset();
    expect(truncations()).toEqual([false, false, true, true]);
  });

  it("is what spec says, also around another one", async () => {
    const env = new TimeLimit(await make("Pendulum-v1"), 50);
    expect(env.spec?.maxEpisodeSteps).toBe(50);
    expect(env.spec?.id).toBe("Pendulum-v1");
  });

  it("is none when -1 is asked for", async () => {
    const env = await make("Pendulum-v1", { max_episode_steps: -1 });
    env.reset({ seed: 1 });
    let truncated = false;
    for (let i = 0; i < 250; i++) truncated ||= env.step(Float32Array.of(0)).truncated;
    expect(truncated).toBe(false);
  });
});

describe("the order of calls", () => {
  it("refuses a step before the first reset, and takes one in an environment restored to after it", () => {
    const env = new OrderEnforcing(new Pendulum());
    expect(() => env.step(Float32Array.of(0))).toThrow("step() was called before the first reset().");
    const started = new OrderEnforcing(new Pendulum());
    started.reset({ seed: 1 });
    env.restore!(started.state!());
    expect(env.step(Float32Array.of(0))).toEqual(started.step(Float32Array.of(0)));
  });
});

describe("Pendulum", () => {
  it("refuses an action that is not one number", () => {
    const env = new Pendulum();
    env.reset({ seed: 1 });
    expect(() => env.step(new Float32Array(0))).toThrow("An action of 1 number was expected, got 0.");
    expect(() => env.step(new Float32Array(2))).toThrow("An action of 1 number was expected, got 2.");
  });
});

describe("InvertedPendulum", () => {
  it("pays 1 while the pole stands, and ends without pay on the step on which it falls", async () => {
    const env = await make("InvertedPendulum-v5");
    env.reset({ seed: 2 });
    let result = env.step(Float32Array.of(3));
    for (; !result.terminated; result = env.step(Float32Array.of(3))) {
      expect(Math.abs(result.observation[1])).toBeLessThanOrEqual(0.2);
      expect([result.reward, result.info]).toEqual([1, { reward_survive: 1 }]);
    }
    expect(Math.abs(result.observation[1])).toBeGreaterThan(0.2);
    expect([result.reward, result.info, result.truncated]).toEqual([0, { reward_survive: 0 }, false]);
    env.close();
  });
});

describe("MuJoCo environments", () => {
  it("refuse an action of another length, and everything once closed", async () => {
    const env = await make("HalfCheetah-v5");
    env.reset({ seed: 0 });
    expect(() => env.step(new Float32Array(5))).toThrow("An action of 6 numbers was expected, got 5.");
    expect(() => env.step(new Float32Array(7))).toThrow("An action of 6 numbers was expected, got 7.");
    env.close();
    env.close();
    expect(() => env.reset()).toThrow("This environment is closed.");
    expect(() => env.state!()).toThrow("This environment is closed.");
    expect(() => env.step(new Float32Array(6))).toThrow("This environment is closed.");
  });

  it("reset differently with every seed, alike with the same, and go on drawing without one", async () => {
    const env = await make("HalfCheetah-v5");
    const observation = (seed?: number) => [...env.reset(seed === undefined ? {} : { seed }).observation];
    const [first, again, other, next] = [observation(1), observation(1), observation(2), observation()];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(next).not.toEqual(other);
    env.close();
  });
});

describe("Box", () => {
  it("contains what lies within, in its own type", () => {
    const box = new Box([-1, 0], [1, Infinity], [2]);
    expect(box.contains(Float32Array.of(1, 1e30))).toBe(true);
    expect(box.contains(Float32Array.of(1.5, 0))).toBe(false);
    expect(box.contains(Float32Array.of(0))).toBe(false);
    expect(box.contains(Float64Array.of(0, 0))).toBe(false);
    expect(box.contains([0, 0])).toBe(false);
    expect(box.contains(Float32Array.of(Number.NaN, 0))).toBe(false);
  });

  it("samples what Gymnasium 1.4.0 samples, from each kind of component", () => {
    const box = new Box(
      [-Infinity, 2, -Infinity, -1, -Infinity, 0],
      [Infinity, Infinity, 3, 1, Infinity, Infinity],
      [6],
      "float64",
    );
    box.seed(4);
    for (const expected of [
      [
        -0.6517911526116896, 5.240199202480268, 2.0597502477514684, -0.24702683124545488,
        -0.17471729232577715, 0.1411917279858147,
      ],
      [
        -0.6234637409883934, 2.6964855502405913, 2.0755111489749365, -0.04569295232158743,
        0.14863152325202633, 1.4863811450757811,
      ],
      [
        0.3166450164719021, 6.660203600508436, 1.8271850766380926, -0.6446148284760378, 0.5105466616976417,
        0.8893012978651312,
      ],
    ]) {
      box.sample().forEach((component, i) => {
        expect(component).toBeCloseTo(expected[i]!, 12);
      });
    }
  });

  it("samples within its bounds, and goes on from a saved state", () => {
    const box = new Box([-Infinity, 2, -Infinity, -1], [Infinity, Infinity, 3, 1], [4]);
    box.seed(4);
    for (let i = 0; i < 200; i++) expect(box.contains(box.sample())).toBe(true);
    const saved = box.state();
    const next = box.sample();
    const other = new Box(box.low, box.high, [4]);
    other.restore(saved);
    expect(other.sample()).toEqual(next);
  });

  it("refuses bounds that are none", () => {
    expect(() => new Box(1, 0, [2])).toThrow("Box: low 1 is not at most high 0 (component 0).");
    expect(() => new Box(Number.NaN, 0, [1])).toThrow("Box: low NaN is not at most high 0");
    expect(() => new Box([0], [1], [2])).toThrow("Box: 1 bounds were given for 2 components.");
  });
});
