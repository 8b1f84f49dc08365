import type { Info } from "../api/env.js";
import type { Awaitable, VectorReset, VectorResetOptions, VectorStep } from "./vector-env.js";
import { isNumericArray, type VectorInfo } from "./vector-info.js";
import { andThen, VectorHolder } from "./vector-wrapper.js";

/** A result whose info is a list, [numEnvs], with an object for each sub-environment. */
export type WithInfoList<T extends VectorReset> = Omit<T, "info"> & { info: Info[] };

/**
 * Turns batched infos back into one object for each sub-environment, by their masks; a key without a mask is
 * everyone's. A batch doesn't say everything: flags come back as 0 and 1, arrays of one number as that number.
 *
 * It goes outermost: other wrappers take no list.
 */
export class DictInfoToList extends VectorHolder {
  reset(options?: VectorResetOptions): Awaitable<WithInfoList<VectorReset>> {
    return andThen(this.env.reset(options), (result) => this.#listed(result));
  }

  step(actions: ArrayLike<number>): Awaitable<WithInfoList<VectorStep>> {
    return andThen(this.env.step(actions), (result) => this.#listed(result));
  }

  #listed<T extends VectorReset>(result: T): WithInfoList<T> {
    return { ...result, info: infoList(result.info, this.numEnvs) };
  }
}

function infoList(info: VectorInfo, numEnvs: number): Info[] {
  const list = Array.from({ length: numEnvs }, (): Info => ({}));
  for (const [key, value] of Object.entries(info)) {
    if (key.startsWith("_")) continue;
    const mask = info[`_${key}`] as Uint8Array | undefined;
    const values = valuesOf(value, numEnvs);
    list.forEach((own, i) => {
      if (mask === undefined || mask[i] === 1) own[key] = values[i];
    });
  }
  return list;
}

function valuesOf(value: VectorInfo[string], numEnvs: number): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isNumericArray(value)) return infoList(value, numEnvs);
  const size = value.length / numEnvs;
  return Array.from({ length: numEnvs }, (_, i) =>
    size === 1 ? value[i] : value.slice(i * size, (i + 1) * size),
  );
}
