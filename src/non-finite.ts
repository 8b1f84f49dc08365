import { RlAdanError } from "./errors.js";

/** What an environment gave that is no finite number, or the policy for it: an action whose log-probability is none. */
export interface EnvFailure {
  readonly what: "observation" | "reward" | "action";
  /** Counts from 1. */
  readonly iteration: number;
  /** Counts from 0. */
  readonly env: number;
  /** Of this environment's steps over the whole run, from 1; 0: its first reset. */
  readonly step: number;
  readonly episodeStep: number;
  /** `NaN`; of an observation `-Infinity at index 2`. */
  readonly value: string;
}

/** What an update met or made that is no finite number. Iteration, epoch and minibatch count from 1. */
export interface LearnerFailure {
  /**
   * Loss and gradient: before the minibatch's step, which was not made. Parameters: after it. Slot: of the optimizer, after the
   * iteration's last step.
   */
  readonly what: "loss" | "gradient" | "parameters" | "slot";
  readonly iteration: number;
  readonly epoch: number;
  readonly minibatch: number;
  /** The first tensor with such numbers (`actor.0.weight`, `log_std`), or the slot (`n`); null when only the loss is none, or on a device. */
  readonly tensor: string | null;
  readonly learningRate: number;
  /** As text, since JSON has no NaN. */
  readonly loss: string;
  readonly gradientNorm: string;
  /** None on a device of TensorFlow.js, whose numbers are gone by the time that it tells. */
  readonly tensors: readonly TensorStatistics[];
}

/** A running variance that overflowed: what it scales would be 0 from then on. */
export interface MomentsFailure {
  readonly what: "moments";
  /** Counts from 1. */
  readonly iteration: number;
  /** `rewards`, or `observation 3` (the component, from 0). */
  readonly of: string;
}

/** A tensor of the network, its numbers and their gradient at that moment: once a step was made, as clipped for it. */
export interface TensorStatistics {
  readonly name: string;
  readonly size: number;
  readonly parameters: ValueRange;
  readonly gradient: ValueRange;
}

export interface ValueRange {
  /** How many are not finite. */
  readonly notFinite: number;
  /** Of the finite ones; null when there is none. */
  readonly min: number | null;
  readonly max: number | null;
}

export type NonFiniteFailure = EnvFailure | MomentsFailure | LearnerFailure;

/** A training met a number that is not finite, which no training goes on from: where, as data and as a sentence. */
export class NonFiniteError extends RlAdanError {
  /** advice: sentences for the end of the message. */
  constructor(
    readonly failure: NonFiniteFailure,
    advice = "",
  ) {
    super("non-finite", `${nonFiniteSentence(failure)}${advice === "" ? "" : ` ${advice}`}`);
  }
}

export function nonFiniteSentence(failure: NonFiniteFailure): string {
  const where = `Iteration ${failure.iteration}`;
  switch (failure.what) {
    case "observation":
    case "reward":
    case "action": {
      const { what, env, value, step, episodeStep } = failure;
      const met =
        what === "action"
          ? `the policy's action for environment ${env} has log-probability ${value}`
          : `environment ${env} gave ${what === "reward" ? "a reward of" : "an observation with"} ${value}`;
      return `${where}: ${met} at its step ${step}, step ${episodeStep} of its episode.`;
    }
    case "moments":
      return (
        `${where}: the running variance of ${failure.of} has overflowed, an environment gave a number too large to be squared: ` +
        "scaled by it, everything would be 0 from now on."
      );
    case "loss":
    case "gradient":
    case "parameters":
    case "slot": {
      const { what, epoch, minibatch, tensor, learningRate, loss } = failure;
      const notFinite = statisticsOf(failure)?.[what === "parameters" ? "parameters" : "gradient"].notFinite;
      const numbers =
        notFinite === 1 ? "1 number that is" : `${notFinite ?? ""} numbers that are`.trimStart();
      const gradient = `the gradient${tensor === null ? "" : ` of ${tensor}`} has ${numbers} not finite`;
      const met = {
        slot: `the steps so far left the optimizer's ${tensor} with numbers that are not finite`,
        parameters: `the step left ${tensor ?? "the weights"} with ${numbers} not finite`,
        gradient,
        loss: `the loss is ${loss}${tensor === null ? "" : ` and ${gradient}`}`,
      }[what];
      return `${where}, epoch ${epoch}, minibatch ${minibatch}: ${met}, at learning rate ${learningRate}.`;
    }
  }
}

function statisticsOf({ tensor, tensors }: LearnerFailure): TensorStatistics | undefined {
  return tensors.find(({ name }) => name === tensor);
}

/** Of an array that holds a number which is not finite: `NaN at index 2`. */
export function firstNotFinite(values: ArrayLike<number>): string {
  const index = Array.from(values).findIndex((value) => !Number.isFinite(value));
  return `${values[index]} at index ${index}`;
}
