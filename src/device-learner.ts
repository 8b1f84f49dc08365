import type { Learner, LearnerFactory, Rollout, UpdateMetrics, UpdatePlan } from "../agents/ppo/learner.js";
import { tfjsLearner } from "../agents/ppo/tfjs-learner.js";
import type { StateTree } from "../envs/api/state.js";
import type { TfjsDevice } from "./devices/device.js";
import { DeviceLostError } from "./devices/device-lost.js";
import { Pacer } from "./pacer.js";

/** What a loss breaks may be told before the loss itself; so long it is waited for. */
const LOSS_DELAY_MS = 50;

/** Learners on a device of TensorFlow.js, which fail with DeviceLostError when it does. */
export function deviceLearner(device: TfjsDevice): LearnerFactory {
  const create = tfjsLearner(device);
  return async (options) => new GuardedLearner(await create(options), device);
}

class GuardedLearner implements Learner {
  #loss: DeviceLostError | undefined;
  #tell: ((loss: DeviceLostError) => void) | undefined;

  constructor(
    readonly learner: Learner,
    device: TfjsDevice,
  ) {
    void device.lost.then((reason) => {
      this.#loss = new DeviceLostError(device.name, reason);
      this.#tell?.(this.#loss);
    });
  }

  update(rollout: Rollout, plan: UpdatePlan): Promise<UpdateMetrics> {
    return this.#guard(() => this.learner.update(rollout, plan));
  }

  state(): Promise<StateTree> {
    return this.#guard(() => this.learner.state());
  }

  restore(state: StateTree): Promise<void> {
    return this.#guard(() => this.learner.restore(state));
  }

  close(): Promise<void> {
    return this.learner.close();
  }

  /** A lost device may answer with an error, with zeros, or never. */
  #guard<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#tell = reject;
      if (this.#loss !== undefined) return reject(this.#loss);
      work().then(
        async (result) => {
          // What made the result worthless may be told right after it.
          await new Pacer().pause();
          if (this.#loss === undefined) resolve(result);
        },
        (error: unknown) => {
          setTimeout(() => reject(this.#loss ?? error), LOSS_DELAY_MS);
        },
      );
    });
  }
}
