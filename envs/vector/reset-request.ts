import { shown } from "../arguments.js";
import { InvalidVectorArgument } from "./errors.js";
import type { Seed, VectorResetOptions } from "./vector-env.js";

/** A reset of the whole vector, told to each sub-environment. */
export interface ResetRequest {
  /** [numEnvs]; undefined where none is given. */
  readonly seeds: readonly (Seed | undefined)[];
  /** [numEnvs], 1 where the sub-environment is reset. */
  readonly mask: Uint8Array;
  /** The caller's options without the mask, or undefined. */
  readonly options: Record<string, unknown> | undefined;
}

/** Reads what a caller of `reset` gave, without changing it. Throws InvalidVectorArgument. */
export function readResetRequest({ seed, options }: VectorResetOptions, numEnvs: number): ResetRequest {
  const seeds = readSeeds(seed, numEnvs);
  if (options === undefined || !Object.hasOwn(options, "reset_mask")) {
    return { seeds, mask: new Uint8Array(numEnvs).fill(1), options };
  }
  const { reset_mask: mask, ...rest } = options;
  return { seeds, mask: readResetMask(mask, numEnvs), options: rest };
}

/** The mask as bytes of its own. Throws InvalidVectorArgument on another type, length or content, and when none is set. */
export function readResetMask(mask: unknown, numEnvs: number): Uint8Array {
  if (!Array.isArray(mask) && !(mask instanceof Uint8Array)) {
    throw refused(`must be booleans or a Uint8Array of 0 and 1, got ${shown(mask)}`);
  }
  if (mask.length !== numEnvs)
    throw refused(`must have one entry per sub-environment (${numEnvs}), got ${mask.length}`);
  const entries: readonly unknown[] = Array.from<unknown>(mask);
  const isEntry = (value: unknown) =>
    Array.isArray(mask) ? typeof value === "boolean" : value === 0 || value === 1;
  const wrong = entries.findIndex((value) => !isEntry(value));
  if (wrong !== -1) {
    const wanted = Array.isArray(mask) ? "booleans" : "0 and 1";
    throw refused(`may hold only ${wanted}; entry ${wrong} is ${shown(entries[wrong])}`);
  }
  if (!entries.some(Boolean)) throw refused("must have at least one sub-environment set");
  return Uint8Array.from(entries, Number);
}

function readSeeds(seed: VectorResetOptions["seed"], numEnvs: number): readonly (Seed | undefined)[] {
  if (seed === undefined) return new Array<undefined>(numEnvs).fill(undefined);
  if (typeof seed === "number" || typeof seed === "bigint") {
    return Array.from({ length: numEnvs }, (_, i) => nextSeed(seed, i));
  }
  if (!Array.isArray(seed) || seed.length !== numEnvs) {
    const got = Array.isArray(seed) ? `a list of ${seed.length}` : shown(seed);
    throw new InvalidVectorArgument(
      "vector-seed",
      `seed must be a whole number or a list of ${numEnvs}, one per sub-environment; got ${got}.`,
    );
  }
  return (seed as readonly (Seed | null | undefined)[]).map((entry) => entry ?? undefined);
}

/** seed + i, exactly also where numbers run out of whole ones. */
function nextSeed(seed: Seed, i: number): Seed {
  if (typeof seed === "bigint") return seed + BigInt(i);
  return Number.isSafeInteger(seed) && !Number.isSafeInteger(seed + i) ? BigInt(seed) + BigInt(i) : seed + i;
}

function refused(reason: string): InvalidVectorArgument {
  return new InvalidVectorArgument("vector-reset-mask", `options.reset_mask ${reason}.`);
}
