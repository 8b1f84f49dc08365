import { RlAdanError, UsageError } from "../../src/errors.js";

/** An error on its way out of a worker: a structured clone would lose its class and code. */
export interface ThreadError {
  readonly kind: "usage" | "expected" | "fault";
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export function packThreadError(error: unknown): ThreadError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof RlAdanError)) return { kind: "fault", name, code: "fault", message, stack };
  return { kind: error instanceof UsageError ? "usage" : "expected", name, code: error.code, message, stack };
}

/** The error again: its base class, with its name, code, message and the stack of where it happened. */
export function unpackThreadError({ kind, name, code, message, stack }: ThreadError): Error {
  const error =
    kind === "usage"
      ? new UsageError(code, message)
      : kind === "expected"
        ? new RlAdanError(code, message)
        : new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
