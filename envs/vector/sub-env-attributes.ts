import { didYouMean } from "../../src/errors.js";
import type { AnyEnv } from "../registry.js";
import { InvalidVectorArgument, MissingAttribute } from "./errors.js";

/** What the vector itself does, keeping account of it; done behind its back its buffers would be wrong. */
const VECTOR_CALLS: readonly string[] = ["reset", "step", "restore", "close"];

/**
 * What a method of an environment returns, or the value under the name where it is none. The outermost wrapper that has
 * the name is asked.
 *
 * index: of the sub-environment, for messages. Throws MissingAttribute, and InvalidVectorArgument for what the vector
 * does itself.
 */
export function callEnv(env: AnyEnv, index: number, name: string, args: readonly unknown[]): unknown {
  if (VECTOR_CALLS.includes(name)) {
    throw new InvalidVectorArgument(
      "vector-call",
      `${name} is not for single sub-environments: call ${name}() of the vector environment.`,
    );
  }
  const holder = holderOf(env, index, name);
  const value = holder[name];
  return typeof value === "function" ? (value.apply(holder, args) as unknown) : value;
}

/** Sets what an environment has under the name, where it has it. Throws MissingAttribute, or InvalidVectorArgument when it can't be set. */
export function setEnvAttribute(env: AnyEnv, index: number, name: string, value: unknown): void {
  if (Reflect.set(holderOf(env, index, name), name, value)) return;
  throw new InvalidVectorArgument(
    "vector-set",
    `"${name}" of sub-environment ${index} can only be read; it can't be set.`,
  );
}

function holderOf(env: AnyEnv, index: number, name: string): Record<string, unknown> {
  const layers = layersOf(env);
  // What every object has is nothing that an environment has.
  const holder = layers.find((layer) => name in layer && !(name in Object.prototype));
  if (holder !== undefined) return holder as Record<string, unknown>;
  throw new MissingAttribute(
    "vector-attribute",
    `Sub-environment ${index} has no "${name}".${didYouMean(name, layers.flatMap(namesOf))}`,
  );
}

// By what it holds, not its class: a module of the user's may bring wrappers of its own.
function layersOf(env: object): object[] {
  const { env: inner } = env as { env?: Partial<AnyEnv> };
  return typeof inner?.step === "function" ? [env, ...layersOf(inner)] : [env];
}

function namesOf(layer: object): string[] {
  const prototype: unknown = Object.getPrototypeOf(layer);
  if (typeof prototype !== "object" || prototype === null) return [];
  return [...Object.getOwnPropertyNames(layer), ...namesOf(prototype)];
}
