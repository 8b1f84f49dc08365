import { describe, expect, it } from "vitest";
import { type CheckName, checkEnv, type Finding } from "../../envs/env-checker.js";
import {
  Box,
  Discrete,
  type Env,
  make,
  OrderEnforcing,
  type ResetOptions,
  registeredIds,
  type StateTree,
  Wrapper,
} from "../../envs/index.js";

/** What a part of the environment is replaced with, to break it. */
type Fault = (drift: Drift) => void;

/** A point that is pushed to and fro; an episode ends 3 from the middle. It is right as long as nothing is replaced. */
class Drift implements Env<Float64Array, Float32Array> {
  observationSpace = new Box<Float64Array>(-10, 10, [2], "float64");
  actionSpace = new Box<Float32Array>(-1, 1, [2]);
  position = Float64Array.of(0, 0);
  random = 1;

  reset({ seed }: ResetOptions = {}) {
    if (seed !== undefined) this.random = Number(BigInt(seed) % 2147483646n) + 1;
    this.position = Float64Array.of(this.draw(), this.draw());
    return { observation: this.position.slice(), info: {} as Record<string, unknown> };
  }

  step(action: Float32Array) {
    if (action.length !== 2) throw new Error("Two numbers were expected.");
    if (action.some(Number.isNaN)) throw new Error("A number was expected.");
    for (let i = 0; i < 2; i++) this.position[i] = this.position[i]! + action[i]! * this.draw();
    const distance = Math.max(...this.position.map(Math.abs));
    return {
      observation: this.position.slice(),
      reward: -distance,
      terminated: distance > 3,
      truncated: false,
      info: {} as Record<string, unknown>,
    };
  }

  close(): void {}

  state(): StateTree {
    return { position: this.position.slice(), random: this.random };
  }

  restore(state: StateTree): void {
    const { position, random } = state as { position: Float64Array; random: number };
    this.position = position.slice();
    this.random = random;
  }

  /** In (0, 1): the minimal standard generator (Park and Miller 1988). */
  draw(): number {
    this.random = (this.random * 16807) % 2147483647;
    return this.random / 2147483647;
  }
}

async function check(fault: Fault, options: { order?: boolean } = {}): Promise<readonly Finding[]> {
  const makeEnv = async () => {
    const drift = new Drift();
    fault(drift);
    return options.order === false ? drift : new OrderEnforcing(drift);
  };
  return checkEnv(makeEnv, { steps: 40, speedSeconds: 0 });
}

const told = (findings: readonly Finding[]) =>
  findings.map(({ check, code, severity, message }) => `${severity} ${check}/${code}: ${message}`);

/** Replaces what step returns. */
const stepping =
  (change: (result: ReturnType<Drift["step"]>, drift: Drift) => unknown): Fault =>
  (drift) => {
    const step = drift.step.bind(drift);
    drift.step = (action) => change(step(action), drift) as ReturnType<Drift["step"]>;
  };

const resetting =
  (change: (result: ReturnType<Drift["reset"]>, drift: Drift) => unknown): Fault =>
  (drift) => {
    const reset = drift.reset.bind(drift);
    drift.reset = (options) => change(reset(options), drift) as ReturnType<Drift["reset"]>;
  };

describe("checkEnv", () => {
  it.each(registeredIds())("finds nothing in %s", async (id) => {
    expect(await checkEnv(() => make(id), { steps: 16, speedSeconds: 0 })).toEqual([]);
  });

  it("finds nothing in an environment that is right", async () => {
    expect(await check(() => {})).toEqual([]);
  });

  it("measures the speed, for information", async () => {
    const findings = await checkEnv(() => make("Pendulum-v1"), { steps: 10, speedSeconds: 0.01 });
    expect(findings).toMatchObject([{ check: "speed", code: "speed", severity: "info" }]);
    expect(findings[0]!.message).toMatch(
      /^[1-9]\d* steps\/s \(one instance, one thread, random actions\)\.$/,
    );
  });

  it("tells of each check as it ends, and of those left out", async () => {
    const seen: [CheckName, number | null][] = [];
    await checkEnv(async () => Object.assign(new Drift(), { reset: () => 1 }), {
      onCheck: (name, findings) => seen.push([name, findings?.length ?? null]),
    });
    expect(seen.slice(0, 4)).toEqual([
      ["spaces", 0],
      ["reset", 1],
      ["seeding", null],
      ["step", null],
    ]);
    expect(seen.at(-1)).toEqual(["speed", null]);
  });

  it("says what making an environment threw", async () => {
    const findings = await checkEnv(() => Promise.reject(new TypeError("no engine")));
    expect(told(findings)).toEqual([
      "error spaces/spaces-threw: The environment threw TypeError: no engine.",
    ]);
  });
});

/** Restores the engine's integration state without the derived positions, which stay as the last step left them. */
class Forgetful extends Wrapper<Float64Array, Float32Array> {
  override get state() {
    return this.env.state?.bind(this.env);
  }

  override get restore() {
    return (state: StateTree) => this.env.restore!(withArraysOf(state, this.env.state!()));
  }
}

/** A wrapped MuJoCo environment's state with the derived positions of another. */
function withArraysOf(state: StateTree, other: StateTree): StateTree {
  if (typeof state !== "object" || state === null || ArrayBuffer.isView(state) || Array.isArray(state))
    return state;
  const from = other as Record<string, StateTree>;
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) =>
      key === "xpos" || key === "xipos" ? [key, from[key]!] : [key, withArraysOf(value, from[key] ?? null)],
    ),
  );
}

const position = (...values: number[]) => Float64Array.from(values);

const faults: Record<string, Fault> = {
  "no action space": (drift) => Object.assign(drift, { actionSpace: undefined }),
  "a space that is none": (drift) =>
    Object.assign(drift, { observationSpace: { kind: "box", shape: [2], sample: () => 1 } }),
  "too few bounds": (drift) => Object.assign(drift.actionSpace, { low: Float32Array.of(-1) }),
  "bounds upside down": (drift) => Object.assign(drift.actionSpace, { low: Float32Array.of(-1, 2) }),
  "bounds that meet, and none": (drift) => {
    drift.actionSpace = new Box<Float32Array>([-1, -Infinity], [1, 1], [2]);
    drift.observationSpace = new Box<Float64Array>([-10, -10, 1], [10, 10, 1], [3], "float64");
    const three = (result: { observation: Float64Array }) => ({
      ...result,
      observation: position(...result.observation, 1),
    });
    stepping(three)(drift);
    resetting(three)(drift);
  },
  "a space that draws what it lacks": (drift) => {
    drift.actionSpace.sample = () => Float32Array.of(2, 2);
  },
  "a space that can't be seeded": (drift) => {
    let drawn = 0;
    drift.actionSpace.sample = () => Float32Array.of(0, drawn++ / 1024);
  },

  "a reset without info": resetting(({ observation }) => observation),
  "an asynchronous reset": resetting((result) => Promise.resolve(result)),
  "an array as observation": resetting((result) => ({ ...result, observation: [0, 0] })),
  "an observation of another length": resetting((result) => ({ ...result, observation: position(0) })),
  "an observation of another type": resetting((result) => ({ ...result, observation: new Float32Array(2) })),
  "an observation outside": resetting((result) => ({ ...result, observation: position(0, 10.5) })),
  "an observation that is not a number": resetting((result) => ({
    ...result,
    observation: position(NaN, 0),
  })),
  "an info that is no plain object": resetting((result) => ({ ...result, info: new Map() })),
  "a seed of 64 bits refused": (drift) => {
    const reset = drift.reset.bind(drift);
    drift.reset = (options) => {
      if ((options?.seed ?? 0) > 2n ** 53n) throw new RangeError("too large");
      return reset(options);
    };
  },

  "seeds ignored": (drift) => {
    const reset = drift.reset.bind(drift);
    drift.reset = () => reset();
  },
  "one start for every seed": (drift) => {
    const reset = drift.reset.bind(drift);
    drift.reset = () => reset({ seed: 1 });
  },
  "a start again and again without a seed": (drift) => {
    const reset = drift.reset.bind(drift);
    let last: number | bigint = 0;
    drift.reset = ({ seed = last } = {}) => {
      last = seed;
      return reset({ seed });
    };
  },

  "a step of four fields": stepping(({ observation, reward, terminated, info }) => ({
    observation,
    reward,
    done: terminated,
    info,
  })),
  "a reward in words": stepping((result) => ({ ...result, reward: "1" })),
  "a reward without end": stepping((result) => ({ ...result, reward: Infinity })),
  "ends that are not true or false": stepping((result) => ({ ...result, terminated: 0, truncated: null })),
  "no info": stepping((result) => ({ ...result, info: null })),
  "a function in the info": stepping((result) => ({ ...result, info: { render: () => 1 } })),
  "one array for every observation": stepping((result, drift) => ({
    ...result,
    observation: drift.position,
  })),
  "an action scaled in place": (drift) => {
    const step = drift.step.bind(drift);
    drift.step = (action) => {
      for (const i of action.keys()) action[i]! /= 2;
      return step(action);
    };
  },

  "any length of action": (drift) => {
    const step = drift.step.bind(drift);
    drift.step = (action) => step(Float32Array.of(action[0] ?? 0, action[1] ?? 0));
  },
  "a crash at what is not a number": (drift) => {
    const step = drift.step.bind(drift);
    drift.step = (action) => {
      if (action.some(Number.isNaN)) throw new WebAssembly.RuntimeError("unreachable");
      return step(action);
    };
  },
  "not a number that stays": (drift) => {
    const [reset, step] = [drift.reset.bind(drift), drift.step.bind(drift)];
    let poison = 0;
    drift.step = (action) => {
      poison += action[0]! - action[0]!;
      return step(action.map((force) => force || 0));
    };
    drift.reset = (options) => {
      const { observation, info } = reset(options);
      return { observation: observation.map((value) => value + poison), info };
    };
  },
  "closing twice": (drift) => {
    let isClosed = false;
    drift.close = () => {
      if (isClosed) throw new Error("double free");
      isClosed = true;
    };
  },

  "a state without restore": (drift) => Object.assign(drift, { restore: undefined }),
  "no state": (drift) => Object.assign(drift, { state: undefined, restore: undefined }),
  "a state that leaves out the generator": (drift) => {
    drift.restore = (state) => {
      drift.position = (state as { position: Float64Array }).position.slice();
    };
  },
  "a state with a class": (drift) => {
    drift.state = () => ({ since: new Date(0) }) as unknown as StateTree;
  },
  "a state that is not finite": (drift) => {
    drift.state = () => ({ best: -Infinity });
  },
  "a state that is a view": (drift) => {
    drift.state = () => ({ position: drift.position, random: drift.random });
  },
  "a state that can't be restored": (drift) => {
    drift.restore = () => {
      throw new Error("no room");
    };
  },
};

/** What is found in each; fractions that come from the generator are left out. */
const FOUND: Readonly<Record<string, readonly string[]>> = {
  "no action space": ["error spaces/action-space-missing: The environment has no actionSpace."],
  "a space that is none": [
    "error spaces/observation-space-invalid: observationSpace is not a space: it needs a kind, a shape and the methods seed, sample, contains; got Object without seed, contains.",
  ],
  "too few bounds": [
    "error spaces/action-space-bounds: actionSpace has 1 lower and 2 upper bounds for 2 components.",
  ],
  "bounds upside down": [
    "error spaces/action-space-bounds: actionSpace: low 2 is not at most high 1 (component 1).",
  ],
  "bounds that meet, and none": [
    "warning spaces/observation-space-no-room: observationSpace: low and high of component 2 are both 1; it can only have one value.",
    "warning spaces/action-space-unbounded: actionSpace: component 1 is unbounded (-Infinity to 1), so actions can't be scaled to it.",
  ],
  "a space that draws what it lacks": [
    "error spaces/action-space-sample: actionSpace drew a sample that it does not contain: Float32Array(2).",
  ],
  "a space that can't be seeded": [
    "error spaces/action-space-seed: actionSpace draws other samples after the same seed(1): [1]: 0, then #.",
  ],
  "a reset without info": [
    "error reset/reset-result: reset() must return { observation, info }, got Float64Array(2).",
  ],
  "an asynchronous reset": [
    "error reset/reset-result: reset() must return { observation, info }, got Promise.",
  ],
  "an array as observation": [
    "error reset/observation-type: reset(): the observation must be a Float64Array, got Array(2).",
  ],
  "an observation of another length": [
    "error reset/observation-shape: reset(): the observation is of length 1, its space of length 2.",
  ],
  "an observation of another type": [
    "error reset/observation-dtype: reset(): the observation must be a Float64Array, as the space is float64; got Float32Array(2).",
  ],
  "an observation outside": [
    "error reset/observation-outside: reset(): component 1 of the observation is 10.5, outside [-10, 10].",
  ],
  "an observation that is not a number": [
    "error reset/observation-outside: reset(): component 0 of the observation is NaN, outside [-10, 10].",
  ],
  "an info that is no plain object": [
    "error reset/info-type: reset(): info must be a plain object, got Map.",
  ],
  "a seed of 64 bits refused": [
    "error reset/reset-seed-bigint: reset({ seed: 18446744073709551615n }) was refused: too large.",
  ],
  "seeds ignored": [
    "error seeding/seed-same: reset({ seed: 123 }) twice gave different observations: [0]: #, then #.",
    "error seeding/seed-bigint: reset({ seed: 123n }) gives another observation than reset({ seed: 123 }).",
    "error nan-action/nan-action-stays: After an action that is not a number, reset({ seed: 1 }) is another one: [0]: #, then #.",
  ],
  "one start for every seed": [
    "warning seeding/seed-different: reset() gives the same observation for the seeds 123, 124, 125 and 126.",
    "warning seeding/seed-stream: reset() without a seed gives the first observation of the seed again.",
  ],
  "a start again and again without a seed": [
    "warning seeding/seed-stream: reset() without a seed gives the first observation of the seed again.",
    "error restore/restore-other: A state restored into another instance goes on differently at step 1, observation[1][0]: #, then #.",
    "error restore/restore-fresh: A state restored into an instance that was never reset goes on differently at step 1, observation[1][0]: #, then #.",
  ],
  "a step of four fields": [
    "error step/step-result: step() must return { observation, reward, terminated, truncated, info }; terminated, truncated missing of { observation, reward, done, info }.",
  ],
  "a reward in words": ['error step/reward-type: step(): the reward must be a number, got "1".'],
  "a reward without end": ["error step/reward-finite: step(): the reward must be finite, got Infinity."],
  "ends that are not true or false": [
    "error step/terminated-type: step(): terminated must be true or false, got number 0.",
    "error step/truncated-type: step(): truncated must be true or false, got null.",
  ],
  "no info": ["error step/info-type: step(): info must be a plain object, got null."],
  "a function in the info": [
    "warning step/info-function: step(): info.render is a function, which no other thread can be sent.",
  ],
  "one array for every observation": [
    "error step/observation-reused: step() reuses the array of the observation before: the caller may keep it, so every one must be new.",
  ],
  "an action scaled in place": ["error step/action-changed: step() changed the action that it was given."],
  "any length of action": [
    "error wrong-action/action-length: step() took an action of 1 where the space has 2; it should throw.",
  ],
  "a crash at what is not a number": [
    "error nan-action/nan-action: step() broke on an action that is not a number: unreachable.",
  ],
  "not a number that stays": [
    "error nan-action/nan-action-stays: After an action that is not a number, reset({ seed: 1 }) is another one: [0]: #, then NaN.",
  ],
  "closing twice": ["error close/close-twice: The second close() threw: double free."],
  "a state without restore": [
    "error restore/state-half: state() and restore() belong together; the environment has only one.",
  ],
  "no state": [
    "warning restore/state-missing: Without state() and restore() a training run can't be resumed.",
  ],
  "a state that leaves out the generator": [
    "error restore/restore-same: A state restored into the same instance goes on differently at step 0, observation: Float64Array(2), then Array(2).",
    "error restore/restore-other: A state restored into another instance goes on differently at step 0, observation[0]: #, then #.",
    "error restore/restore-fresh: A state restored into an instance that was never reset goes on differently at step 0, observation[0]: #, then #.",
  ],
  "a state with a class": [
    "error restore/state-plain: state.inner.since is Date; a state holds plain objects, arrays, typed arrays, numbers, strings, booleans and null.",
  ],
  "a state that is not finite": [
    "error restore/state-plain: state.inner.best is -Infinity; only typed arrays may hold numbers that are not finite.",
  ],
  "a state that is a view": [
    "error restore/state-view: state() must be a copy, but later steps changed it: state.inner.position[0]: #, then #.",
  ],
  "a state that can't be restored": [
    "error restore/restore-same: A state could not be restored into the same instance: no room.",
    "error restore/restore-other: A state could not be restored into another instance: no room.",
    "error restore/restore-fresh: A state could not be restored into an instance that was never reset: no room.",
  ],
};

const withoutFractions = (text: string) => text.replace(/\b\d+\.\d{3,}(e-\d+)?/g, "#");

describe("a broken environment is told", () => {
  it.each(Object.entries(faults))("%s", async (name, fault) => {
    expect(told(await check(fault)).map(withoutFractions)).toEqual(FOUND[name]);
  });

  it("a step before the first reset", async () => {
    expect(told(await check(() => {}, { order: false }))).toEqual([
      "warning step-order/step-before-reset: step() before the first reset() was not refused; it should throw.",
    ]);
  });

  it("a promise to close", async () => {
    const fault: Fault = (drift) => Object.assign(drift, { close: async () => {} });
    expect(told(await check(fault, { order: false }))).toContain(
      "error close/close-async: close() must be synchronous, got a Promise.",
    );
  });

  it("a discrete action that does not exist, taken", async () => {
    const findings = await check((drift) => {
      const step = drift.step.bind(drift);
      Object.assign(drift, {
        actionSpace: new Discrete(3),
        step: (action: number) => step(Float32Array.of(action - 1, 0)),
      });
    });
    expect(told(findings)).toEqual([
      "error wrong-action/action-outside: step() took the action -1, which is not in Discrete(3); it should throw.",
    ]);
  });

  it("an engine's state that leaves out its derived arrays, which the reward reads", async () => {
    const makeEnv = async () => new Forgetful(await make("Ant-v5"));
    const findings = await checkEnv(makeEnv, { steps: 10, speedSeconds: 0 });
    expect(findings.map(({ code }) => code)).toEqual(["restore-same", "restore-other", "restore-fresh"]);
    expect(findings[0]!.message).toMatch(/goes on differently at step 0, reward: /);
  });

  it("chance of its own", async () => {
    let instances = 0;
    const findings = await check((drift) => {
      instances++;
      const own = instances;
      stepping((result) => ({ ...result, reward: own }))(drift);
    });
    expect(findings.map(({ code }) => code)).toEqual(["deterministic", "restore-other", "restore-fresh"]);
    expect(findings[0]!.message).toMatch(
      /^Two instances with one seed and the same actions part at step 1, reward: \d+, then \d+\.$/,
    );
  });

  it("a clock in the info, without calling it an error", async () => {
    let time = 0;
    const findings = await check(stepping((result) => ({ ...result, info: { time: time++ } })));
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      "warning deterministic-info",
      "warning restore-same-info",
      "warning restore-other-info",
      "warning restore-fresh-info",
    ]);
  });

  it("a generator that all instances share", async () => {
    const shared = new Drift();
    const findings = await check((drift) => {
      drift.draw = () => shared.draw();
      const reset = drift.reset.bind(drift);
      drift.reset = (options = {}) => {
        if (options.seed !== undefined) shared.reset(options);
        return reset(options);
      };
    });
    expect(findings.map(({ code }) => code)).toContain("independence");
    expect(findings.map(({ code }) => code)).not.toContain("deterministic");
  });
});
