import { RlAdanError, UsageError } from "./errors.js";

/** An error on its way between threads: a structured clone keeps the message, but neither class nor code. */
export interface PackedError {
  readonly kind: "usage" | "expected" | "fault";
  readonly code: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export function packError(error: unknown): PackedError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof RlAdanError)) return { kind: "fault", code: "fault", message, stack };
  return { kind: error instanceof UsageError ? "usage" : "expected", code: error.code, message, stack };
}

/** The error again, with its class, its code and the stack of where it happened. */
export function unpackError({ kind, code, message, stack }: PackedError): Error {
  const error =
    kind === "usage"
      ? new UsageError(code, message)
      : kind === "expected"
        ? new RlAdanError(code, message)
        : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
