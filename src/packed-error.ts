import { RlAdanError, UsageError } from "./errors.js";
import { NonFiniteError, type NonFiniteFailure } from "./non-finite.js";

/** An error on its way between threads: a structured clone keeps neither class nor code. */
export interface PackedError {
  readonly kind: "usage" | "expected" | "non-finite" | "fault";
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a NonFiniteError. */
  readonly failure?: NonFiniteFailure;
}

export function packError(error: unknown): PackedError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof RlAdanError)) return { kind: "fault", name, code: "fault", message, stack };
  const { code } = error;
  if (error instanceof NonFiniteError) {
    return { kind: "non-finite", name, code, message, stack, failure: error.failure };
  }
  return { kind: error instanceof UsageError ? "usage" : "expected", name, code, message, stack };
}

/** The error again: its base class, with its name, its code and the stack of where it happened. */
export function unpackError(packed: PackedError): Error {
  const error = rebuild(packed);
  error.name = packed.name;
  if (packed.stack !== undefined) error.stack = packed.stack;
  return error;
}

function rebuild({ kind, code, message, failure }: PackedError): Error {
  switch (kind) {
    case "usage":
      return new UsageError(code, message);
    case "expected":
      return new RlAdanError(code, message);
    case "non-finite":
      return new NonFiniteError(failure!);
    case "fault":
      return new Error(message);
  }
}
