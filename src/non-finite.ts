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
  /** Loss and gradient: before the minibatch's step, which was not made. Parameters: after it. */
  readonly what: "loss" | "gradient" | "parameters";
  readonly iteration: number;
  readonly epoch: number;
  readonly minibatch: number;
  /** The first tensor with such numbers (`actor.0.weight`, `log_std`); null when only the loss is none, or on a device. */
  readonly tensor: string | null;
  readonly learningRate: number;
  /** As text, since JSON has no NaN. */
  readonly loss: string;
  readonly gradientNorm: string;
  /** None on a device of TensorFlow.js, whose numbers are gone by the time that it tells. */
  readonly tensors: readonly TensorStatistics[];
}

/** A tensor of the network, its numbers and their gradient at that moment. */
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

export type NonFiniteFailure = EnvFailure | LearnerFailure;

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
    case "loss":
    case "gradient":
    case "parameters": {
      const { what, epoch, minibatch, tensor, learningRate, loss } = failure;
      const notFinite = statisticsOf(failure)?.[what === "parameters" ? "parameters" : "gradient"].notFinite;
      const numbers =
        notFinite === 1 ? "1 number that is" : `${notFinite ?? ""} numbers that are`.trimStart();
      const gradient = `the gradient${tensor === null ? "" : ` of ${tensor}`} has ${numbers} not finite`;
      const met =
        what === "parameters"
          ? `the step left ${tensor ?? "the weights"} with ${numbers} not finite`
          : what === "gradient"
            ? gradient
            : `the loss is ${loss}${tensor === null ? "" : ` and ${gradient}`}`;
      return `${where}, epoch ${epoch}, minibatch ${minibatch}: ${met}, at learning rate ${learningRate}.`;
    }
  }
}

function statisticsOf({ tensor, tensors }: LearnerFailure): TensorStatistics | undefined {
  return tensors.find(({ name }) => name === tensor);
}

/**
 * Of what went wrong in several actors during one rollout, what one actor of all environments would have met: the number of the
 * earliest step, of the first environment in it. Of other errors the first.
 */
export function firstFailure(errors: readonly unknown[]): unknown {
  const rank = (error: unknown) => {
    if (!(error instanceof NonFiniteError && "env" in error.failure)) return [0, 0, 0] as const;
    const { step, what, env } = error.failure;
    return [step, what === "action" ? 0 : 1, env] as const;
  };
  return errors
    .map((error) => ({ error, rank: rank(error) }))
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.rank[2] - b.rank[2])[0]?.error;
}

/** Of an array that holds a number which is not finite: `NaN at index 2`. */
export function firstNotFinite(values: ArrayLike<number>): string {
  const index = Array.from(values).findIndex((value) => !Number.isFinite(value));
  return `${values[index]} at index ${index}`;
}
