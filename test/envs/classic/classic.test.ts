import { describe, expect, it } from "vitest";
import { CartPole, MountainCarContinuous, Pendulum } from "../../../envs/index.js";

// Expected numbers without another source: Gymnasium 1.4.0 with NumPy 2.4.6, the same calls.

const PUSH_RIGHT = 1;

function rewardsOfFalling(env: CartPole): [number, boolean][] {
  env.reset({ seed: 1 });
  return Array.from({ length: 12 }, () => {
    const { reward, terminated } = env.step(PUSH_RIGHT);
    return [reward, terminated];
  });
}

describe("CartPole", () => {
  it("pays 1 up to and for the fall, and nothing for steps after it", () => {
    const up = Array.from({ length: 8 }, () => [1, false]);
    expect(rewardsOfFalling(new CartPole())).toEqual([...up, [1, true], [0, true], [0, true], [0, true]]);
  });

  it("pays -1 for the fall and 0 before with sutton_barto_reward", () => {
    const up = Array.from({ length: 8 }, () => [0, false]);
    const down = Array.from({ length: 4 }, () => [-1, true]);
    expect(rewardsOfFalling(new CartPole({ sutton_barto_reward: true }))).toEqual([...up, ...down]);
  });

  it("draws its start from the range that reset is given", () => {
    const { observation } = new CartPole().reset({ seed: 2, options: { low: -0.2, high: 0.1 } });
    expect([...observation]).toEqual(
      [-0.12151635972520508, -0.11045265697576301, 0.04426772217828412, -0.17242521735947094].map(
        Math.fround,
      ),
    );
  });

  it("refuses an action that it doesn't have, naming it", () => {
    const env = new CartPole();
    env.reset({ seed: 1 });
    for (const action of [2, -1, 0.5, Number.NaN]) {
      expect(() => env.step(action)).toThrow(`CartPole-v1 takes the action 0 or 1, got ${action}.`);
    }
  });
});

describe("MountainCarContinuous", () => {
  it("reaches the goal by pushing along with the motion, in 105 steps, with 100 in the last", () => {
    const env = new MountainCarContinuous();
    let [, velocity] = env.reset({ seed: 5 }).observation as unknown as [number, number];
    const seen: number[][] = [];
    let sum = 0;
    for (let t = 1; t <= 105; t++) {
      // Beyond the bounds: the force is clamped, its cost is not.
      const result = env.step(Float32Array.of(velocity >= 0 ? 1.5 : -1.5));
      velocity = result.observation[1]!;
      sum += result.reward;
      expect(result.terminated).toBe(t === 105);
      if (t % 20 === 0 || t === 105) seen.push([...result.observation]);
    }
    expect(seen).toEqual([
      [-0.29648539423942566, 0.010469760745763779],
      [-0.16486108303070068, 0.0009940819581970572],
      [-0.7123026847839355, -0.04744519293308258],
      [-1.0283617973327637, 0.03474633768200874],
      [0.18627652525901794, 0.06369544565677643],
      [0.502086877822876, 0.06404769420623779],
    ]);
    expect(sum).toBeCloseTo(76.375, 10);
  });

  it("computes the first step in float64 and later ones in float32, as NumPy does", () => {
    const env = new MountainCarContinuous();
    env.reset({ seed: 9, options: { low: -1.1, high: -1.1 } });
    const path = Array.from({ length: 8 }, () => [...env.step(Float32Array.of(-1)).observation]);
    expect(path[0]).toEqual([-1.0990313291549683, 0.0009686993435025215]);
    expect(path[1]).toEqual([-1.0970927476882935, 0.0019385344348847866]);
    expect(path[7]).toEqual([-1.064916968345642, 0.007829359732568264]);
  });

  it("stops at the left wall", () => {
    const env = new MountainCarContinuous();
    env.reset({ options: { low: -1.2, high: -1.2 } });
    // Without the wall, cos(-3.6) < 0 pulls to the right by 0.0022, more than a force of -1 pushes to the left.
    env.restore({ position: -1.19, velocity: -0.07, is_single: false, generator: null });
    expect([...env.step(Float32Array.of(-1)).observation]).toEqual([Math.fround(-1.2), 0]);
  });

  it("needs the goal velocity at the goal", () => {
    const arrive = (goal_velocity: number) => {
      const env = new MountainCarContinuous({ goal_velocity });
      env.restore({ position: 0.44, velocity: 0.03, is_single: true, generator: null });
      return env.step(Float32Array.of(0)).terminated;
    };
    expect([arrive(0.02), arrive(0.05)]).toEqual([true, false]);
  });
});

describe("reset options", () => {
  it("set the width of Pendulum's start", () => {
    const { observation } = new Pendulum().reset({
      seed: 123,
      options: { x_init: Math.PI / 2, y_init: 0.5 },
    });
    [0.8403459191322327, 0.5420505404472351, -0.44617897272109985].forEach((expected, i) => {
      expect(observation[i]).toBeCloseTo(expected, 7);
    });
  });

  it("set the range of MountainCarContinuous's start", () => {
    const { observation } = new MountainCarContinuous().reset({
      seed: 123,
      options: { low: -0.7, high: -0.5 },
    });
    expect([...observation]).toEqual([-0.5635296106338501, 0]);
  });

  it("that are no numbers or no range are refused before the generator moves", () => {
    const reset = (options: Record<string, unknown>) => () => new CartPole().reset({ options });
    expect(reset({ low: "0" })).toThrow('Reset option low must be a number, got "0".');
    expect(reset({ high: Infinity })).toThrow("Reset option high must be a number, got Infinity.");
    expect(reset({ low: 0.1 })).toThrow("Reset option low must be at most high, got 0.1 and 0.05.");
    expect(() => new Pendulum().reset({ options: { x_init: -1 } })).toThrow(
      "Reset option x_init must be at least 0, got -1.",
    );
  });
});
