import { UsageError } from "../errors.js";
import { exp, log } from "../math/index.js";
import { streamKey, UniformStream } from "../random/index.js";
import { type Setting, textOf } from "./setting.js";

/** Drawn numbers are rounded, so that a command line can be read; a learning rate needs no more. */
const SIGNIFICANT_DIGITS = 4;

const KINDS = ["uniform", "log_uniform", "choice"] as const;

/** What the values of a key are drawn from. */
export type Distribution =
  | { readonly kind: "uniform" | "log_uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "choice"; readonly values: readonly unknown[] };

export interface Draw {
  readonly key: string;
  readonly subject: string;
  readonly from: Distribution;
}

/** Combinations that are drawn, instead of all there are. */
export interface Draws {
  readonly count: number;
  readonly seed: number;
  readonly keys: readonly Draw[];
}

/**
 * The settings of draw `index`. Each follows from the seed, its key and the index alone: more draws, or more keys, leave
 * the earlier ones as they are.
 */
export function drawSettings({ seed, keys }: Draws, index: number): Setting[] {
  const uniform = new Float64Array(1);
  return keys.map(({ key, subject, from }) => {
    new UniformStream(streamKey(seed, `draw/${key}`)).fill(index, uniform);
    return { key, subject, text: textOf(valueAt(from, uniform[0]!)) };
  });
}

/**
 * Reads `{uniform: [low, high]}`, `{log_uniform: [low, high]}` or `{choice: [a, b, …]}`.
 * Throws UsageError, beginning with `subject`.
 */
export function readDistribution(value: unknown, subject: string): Distribution {
  const [entry, ...others] = Object.entries(typeof value === "object" && value !== null ? value : {});
  const kind = KINDS.find((known) => known === entry?.[0]);
  if (entry === undefined || others.length > 0 || kind === undefined) {
    throw new UsageError(
      "sweep-draws",
      `${subject} must be drawn from one of ${KINDS.join(", ")}, like {log_uniform: [1e-4, 1e-2]}.`,
    );
  }
  const values: unknown = entry[1];
  if (kind === "choice") {
    if (Array.isArray(values) && values.length > 0) return { kind, values };
    throw new UsageError("sweep-draws", `${subject}: choice takes a list of values, like [5, 10].`);
  }
  const [low, high] = Array.isArray(values) && values.length === 2 ? (values as unknown[]) : [];
  if (!Number.isFinite(low) || !Number.isFinite(high) || (low as number) >= (high as number)) {
    throw new UsageError(
      "sweep-draws",
      `${subject}: ${kind} takes two numbers, the lower one first, like [1e-4, 1e-2].`,
    );
  }
  if (kind === "log_uniform" && (low as number) <= 0) {
    throw new UsageError("sweep-draws", `${subject}: log_uniform takes numbers above 0, got ${low}.`);
  }
  return { kind, low: low as number, high: high as number };
}

/** uniform: from [0, 1). */
function valueAt(from: Distribution, uniform: number): unknown {
  if (from.kind === "choice") return from.values[Math.floor(uniform * from.values.length)];
  const { low, high } = from;
  const value =
    from.kind === "uniform" ? low + (high - low) * uniform : exp(log(low) + (log(high) - log(low)) * uniform);
  return Math.min(high, Math.max(low, Number(value.toPrecision(SIGNIFICANT_DIGITS))));
}
