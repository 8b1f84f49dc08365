/** `error`: training on it would go wrong. `warning`: worth a look, may be meant. `info`: a measurement. */
export type Severity = "error" | "warning" | "info";

/** The checks, in the order in which they run. */
export const CHECKS = [
  "spaces",
  "reset",
  "seeding",
  "step",
  "step-order",
  "wrong-action",
  "nan-action",
  "close",
  "determinism",
  "restore",
  "independence",
  "speed",
] as const;

export type CheckName = (typeof CHECKS)[number];

/** One thing that a check found. */
export interface Finding {
  readonly check: CheckName;
  /** Stable, for programs. */
  readonly code: string;
  readonly severity: Severity;
  /** A sentence, for people. */
  readonly message: string;
}

/** What one check finds; the same code is told once, with what came first. */
export class Findings {
  readonly #found = new Map<string, Finding>();

  constructor(readonly check: CheckName) {}

  error(code: string, message: string): void {
    this.#add(code, "error", message);
  }

  warning(code: string, message: string): void {
    this.#add(code, "warning", message);
  }

  info(code: string, message: string): void {
    this.#add(code, "info", message);
  }

  get all(): readonly Finding[] {
    return [...this.#found.values()];
  }

  get hasErrors(): boolean {
    return this.all.some(({ severity }) => severity === "error");
  }

  #add(code: string, severity: Severity, message: string): void {
    if (!this.#found.has(code)) this.#found.set(code, { check: this.check, code, severity, message });
  }
}

/** A value as a finding shows it: short, with its type. */
export function described(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" && typeof value !== "function") return `${typeof value} ${String(value)}`;
  const name = (value as { constructor?: { name?: string } }).constructor?.name ?? "object";
  const length = (value as { length?: unknown }).length;
  return typeof length === "number" && typeof value === "object" ? `${name}(${length})` : name;
}

/** An error's message as part of a sentence that has its own full stop. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}
