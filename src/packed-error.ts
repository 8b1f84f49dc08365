import { RlAdanError, UsageError } from "./errors.js";

/** An error on its way between threads: a structured clone keeps neither class nor code. */
export interface PackedError {
  readonly kind: "usage" | "expected" | "fault";
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export function packError(error: unknown): PackedError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof RlAdanError)) return { kind: "fault", name, code: "fault", message, stack };
  return { kind: error instanceof UsageError ? "usage" : "expected", name, code: error.code, message, stack };
}

/** The error again: its base class, with its name, its code and the stack of where it happened. */
export function unpackError({ kind, name, code, message, stack }: PackedError): Error {
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
