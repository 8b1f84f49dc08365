import type { FloatArray } from "../api/space.js";

/** The memory that sub-environments write their part of a step into: rows by sub-environment. */
export interface VectorBuffers {
  readonly observations: FloatArray;
  /** Int32Array where a choice is one number. */
  readonly actions: Float32Array | Float64Array | Int32Array;
  readonly rewards: Float64Array;
  readonly terminations: Uint8Array;
  readonly truncations: Uint8Array;
}

export interface VectorShape {
  readonly numEnvs: number;
  readonly observationSize: number;
  readonly observationType: "float32" | "float64";
  readonly actionSize: number;
  readonly actionType: "float32" | "float64" | "int32";
}

/** Bytes that `viewBuffers` needs. */
export function bufferBytes(shape: VectorShape): number {
  // Every row is counted as float64: the few bytes more keep all views aligned.
  return 8 * shape.numEnvs * (shape.observationSize + shape.actionSize + 3);
}

/** The same views on the same memory, in whatever thread. */
export function viewBuffers(memory: ArrayBufferLike, shape: VectorShape): VectorBuffers {
  let offset = 0;
  const take = (width: number): [ArrayBufferLike, number, number] => {
    const start = offset;
    offset += 8 * shape.numEnvs * width;
    return [memory, start, shape.numEnvs * width];
  };
  const floats = (type: "float32" | "float64", width: number) =>
    type === "float32" ? new Float32Array(...take(width)) : new Float64Array(...take(width));
  return {
    observations: floats(shape.observationType, shape.observationSize) as FloatArray,
    actions:
      shape.actionType === "int32"
        ? new Int32Array(...take(shape.actionSize))
        : floats(shape.actionType, shape.actionSize),
    rewards: new Float64Array(...take(1)),
    terminations: new Uint8Array(...take(1)),
    truncations: new Uint8Array(...take(1)),
  };
}
