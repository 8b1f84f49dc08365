import { kernelLearner } from "../../agents/ppo/kernel-learner.js";
import type { LearnerFactory, LearnerOptions, Rollout, UpdatePlan } from "../../agents/ppo/learner.js";
import { runPpo } from "./ppo-run.js";

/** Ten steps of the optimizer for each epoch. */
const RECIPE = { num_envs: 4, num_steps: 160, minibatch_size: 64, epochs: 10 };
const UPDATES_PER_ITERATION = 100;

/** What a training of HalfCheetah on the kernels gave its learner, and the weights that it had in the end. */
export interface RecordedTraining {
  readonly options: LearnerOptions;
  readonly initial: Float32Array;
  readonly iterations: readonly { readonly rollout: Rollout; readonly plan: UpdatePlan }[];
  readonly final: Float32Array;
}

/** updates: steps of the optimizer, in hundreds. */
export async function recordTraining(updates: number): Promise<RecordedTraining> {
  let options: LearnerOptions | undefined;
  let initial: Float32Array | undefined;
  const iterations: { rollout: Rollout; plan: UpdatePlan }[] = [];
  const createLearner: LearnerFactory = async (given) => {
    options = given;
    const learner = await kernelLearner({ device: "simd" })(given);
    return {
      update: (rollout, { clock: _, ...plan }) => {
        initial ??= given.parameters.slice();
        // The run's own shuffle is of the iteration that the run is in.
        const orders = Array.from({ length: RECIPE.epochs }, (_, epoch) => {
          const order = new Int32Array(RECIPE.num_envs * RECIPE.num_steps);
          plan.shuffle(epoch, order);
          return order;
        });
        const shuffle = (epoch: number, out: Int32Array) => out.set(orders[epoch]!);
        iterations.push({ rollout: copyOf(rollout), plan: { ...plan, shuffle } });
        return learner.update(rollout, plan);
      },
      state: () => learner.state(),
      restore: (state) => learner.restore(state),
      close: () => learner.close(),
    };
  };
  await runPpo({
    env: "HalfCheetah-v5",
    config: RECIPE,
    iterations: updates / UPDATES_PER_ITERATION,
    createLearner,
  });
  return { options: options!, initial: initial!, iterations, final: options!.parameters.slice() };
}

/** The weights that a learner has after the same data. */
export async function repeatTraining(
  { options, initial, iterations }: RecordedTraining,
  createLearner: LearnerFactory,
): Promise<Float32Array> {
  const parameters = initial.slice();
  const learner = await createLearner({ ...options, parameters });
  for (const { rollout, plan } of iterations) await learner.update(rollout, plan);
  await learner.close();
  return parameters;
}

/** Out of the memory that the next rollout is written to. */
function copyOf(rollout: Rollout): Rollout {
  const copies = Object.entries(rollout).map(([name, value]) => [
    name,
    typeof value === "number" ? value : value.slice(),
  ]);
  return Object.fromEntries(copies) as Rollout;
}
