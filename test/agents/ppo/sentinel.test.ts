import { describe, expect, it } from "vitest";
import { type AnyEnv, make, Wrapper } from "../../../envs/index.js";
import { type LearnerFailure, NonFiniteError, type NonFiniteFailure } from "../../../src/non-finite.js";
import { registerOptimizer } from "../../../src/optim/registry.js";
import { createLocalActorPool } from "../../../src/rollout/create-actor-pool.js";
import { type RunRequest, runPpo } from "../../support/ppo-run.js";

// The workers run compiled modules: this test needs dist, which `npm test` builds first.
const { createCriticThread } = (await import(
  new URL("../../../dist/agents/ppo/critic-thread-node.js", import.meta.url).href
)) as typeof import("../../../agents/ppo/critic-thread-node.js");

/** Two epochs of four minibatches an iteration. */
const config = { num_envs: 2, num_steps: 64, minibatch_size: 32, epochs: 2, hidden_sizes: [8] };

/**
 * Where everything lies in the weights of InvertedPendulum's networks (four observations, eight hidden units, one action): the
 * actor takes 8·4 + 8 + 8 + 1 = 49, log-std 1, the critic 49.
 */
const ACTOR_0_BIAS = 32;
const LOG_STD = 49;
const CRITIC_1_WEIGHT = 50 + 40;

/** An optimizer that changes nothing but, at one step of its life, what it is told to. */
function scriptedOptimizer(
  name: string,
  at: number,
  script: (parameters: { [index: number]: number }, slot: Float32Array) => void,
): void {
  let steps = 0;
  const n = new Float32Array(3);
  registerOptimizer(name, {
    learningRate: 0.25,
    create: () => ({
      name,
      beginIteration() {},
      step(parameters) {
        steps += 1;
        if (steps === at) script(parameters, n);
      },
      slots: () => ({ n }),
      state: () => null,
      restore() {},
    }),
  });
}

async function failureOf(request: Partial<RunRequest>): Promise<NonFiniteFailure> {
  const error = await runPpo({ env: "InvertedPendulum-v5", iterations: 3, config, ...request }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof NonFiniteError) return error.failure;
  throw new Error(`Expected a NonFiniteError, got ${String(error)}`);
}

const WAYS: { title: string; createCriticThread?: typeof createCriticThread }[] = [
  { title: "in one thread" },
  { title: "with the critic in another", createCriticThread },
];

describe.each(WAYS)("a number that is not finite, $title", ({ title, ...way }) => {
  // Eight steps an iteration; the 14th is of the second iteration, second epoch, second minibatch.
  it("in a slot of the optimizer stops the run after that iteration", async () => {
    const name = `slot ${title}`;
    scriptedOptimizer(name, 14, (_parameters, slot) => {
      slot[1] = Number.POSITIVE_INFINITY;
    });
    const error = await runPpo({
      ...{ env: "InvertedPendulum-v5", iterations: 3, ...way },
      config: { ...config, optimizer: name },
    }).catch((reason: unknown) => reason);
    expect((error as Error).message).toBe(
      "Iteration 2, epoch 2, minibatch 4: the steps so far left the optimizer's n with numbers that are not finite, " +
        "at learning rate 0.25.",
    );
  });

  it("in the weights stops the run after that step", async () => {
    const name = `weights ${title}`;
    scriptedOptimizer(name, 14, (parameters) => {
      // In front of a tanh: neither the next loss nor the next gradient would show it.
      parameters[ACTOR_0_BIAS + 3] = Number.POSITIVE_INFINITY;
    });
    const failure = (await failureOf({ ...way, config: { ...config, optimizer: name } })) as LearnerFailure;
    expect(failure).toMatchObject({
      ...{ what: "parameters", iteration: 2, epoch: 2, minibatch: 2, tensor: "actor.0.bias" },
      learningRate: 0.25,
    });
    const tensor = failure.tensors.find((candidate) => candidate.name === "actor.0.bias");
    // Orthogonal initialisation leaves biases at 0.
    expect(tensor).toMatchObject({ size: 8, parameters: { notFinite: 1, min: 0, max: 0 } });
  });

  it("in the gradient stops the run before the step of the next minibatch", async () => {
    const name = `gradient ${title}`;
    scriptedOptimizer(name, 14, (parameters) => {
      // The value stays below float32's 3.4e38, and its square finite in float64. Its gradient times this weight does not.
      parameters[CRITIC_1_WEIGHT] = 3e38;
    });
    const failure = (await failureOf({ ...way, config: { ...config, optimizer: name } })) as LearnerFailure;
    expect(failure).toMatchObject({
      ...{ what: "gradient", iteration: 2, epoch: 2, minibatch: 3, tensor: "critic.0.weight" },
    });
    const spoiled = failure.tensors.filter(({ gradient }) => gradient.notFinite > 0);
    // The weights and the bias of the one hidden unit below.
    expect(spoiled.map((tensor) => `${tensor.name} ${tensor.gradient.notFinite}`)).toEqual([
      "critic.0.weight 4",
      "critic.0.bias 1",
    ]);
  });

  it("in an action stops the run before the environment sees it", async () => {
    const name = `action ${title}`;
    scriptedOptimizer(name, 8, (parameters) => {
      // exp(-2000) is 0: an action without any spread has no density.
      parameters[LOG_STD] = -2000;
    });
    expect(await failureOf({ ...way, config: { ...config, optimizer: name } })).toMatchObject({
      ...{ what: "action", iteration: 2, env: 0, step: 65, value: "NaN" },
    });
  });
});

/** Rewards that float64 holds and float32, in which returns are kept, does not. */
class Overpaid extends Wrapper<Float64Array, Float32Array> {
  override step(action: Float32Array): ReturnType<AnyEnv["step"]> {
    return { ...super.step(action), reward: 1e300 };
  }
}

describe("a reward beyond the range of the returns", () => {
  it("stops the run at the first minibatch, whose loss is none", async () => {
    const failure = await failureOf({
      config: { ...config, value_target_scaling: "none" },
      createActorPool: createLocalActorPool(
        async () => new Overpaid((await make("InvertedPendulum-v5")) as never),
      ),
    });
    expect(failure).toMatchObject({ what: "loss", iteration: 1, epoch: 1, minibatch: 1, loss: "NaN" });
  });
});
