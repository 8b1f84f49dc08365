import { RlAdanError, UsageError } from "../../src/errors.js";

/** A call while another waits for its answer. */
export class AlreadyPendingCall extends RlAdanError {
  constructor(call: string, pending: string) {
    super("vector-pending", `${call}() was called while ${pending}() still waits for its answer.`);
  }
}

/** A wait without the call that it would wait for. */
export class NoAsyncCall extends RlAdanError {
  constructor(wait: string, call: string) {
    super("vector-no-call", `${wait}() was called without a call of ${call}() before it.`);
  }
}

/** Any use after `close`. */
export class ClosedEnvironment extends RlAdanError {
  constructor(call: string) {
    super("vector-closed", `${call}() was called on a vector environment that is closed.`);
  }
}

/** With autoreset disabled: a step while an ended episode has not been reset. */
export class StepAfterEnd extends RlAdanError {
  constructor(indices: readonly number[]) {
    super(
      "vector-ended",
      `The episodes at ${indices.length === 1 ? "index" : "indices"} ${indices.join(", ")} have ended; with ` +
        "autoreset disabled, reset them with options.reset_mask before the next step.",
    );
  }
}

/** A number of sub-environments, seeds or a reset mask that can't be taken. */
export class InvalidVectorArgument extends UsageError {}
/** A name that a sub-environment has nothing under. */
export class MissingAttribute extends UsageError {}
/** A value that can't be sent between threads: a function, an object of a class. */
export class UnsendableValue extends RlAdanError {}
/** Sub-environments whose spaces differ, or spaces that can't be batched. */
export class UnbatchableSpaces extends RlAdanError {}
/** Infos of two sub-environments that can't stand under one key. */
export class UnbatchableInfo extends RlAdanError {}
/** A sub-environment that can't be saved, or a state of other environments. */
export class UnsavableVector extends RlAdanError {}
