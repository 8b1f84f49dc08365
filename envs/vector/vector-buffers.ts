import type { BatchArray } from "./vector-env.js";

/** The memory that sub-environments write their part of a step into: rows by sub-environment. */
export interface VectorBuffers {
  readonly observations: BatchArray;
  readonly actions: BatchArray;
  readonly rewards: Float64Array;
  readonly terminations: Uint8Array;
  readonly truncations: Uint8Array;
}

type View = new (memory: ArrayBufferLike, offset: number, length: number) => BatchArray;

const VIEWS = { float32: Float32Array as View, float64: Float64Array as View, int32: Int32Array as View };

export interface VectorShape {
  readonly numEnvs: number;
  readonly observationSize: number;
  readonly observationType: keyof typeof VIEWS;
  readonly actionSize: number;
  readonly actionType: keyof typeof VIEWS;
  /** Whether an action is one number, a Discrete's, and no array. */
  readonly isChoice: boolean;
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
  return {
    observations: new VIEWS[shape.observationType](...take(shape.observationSize)),
    actions: new VIEWS[shape.actionType](...take(shape.actionSize)),
    rewards: new Float64Array(...take(1)),
    terminations: new Uint8Array(...take(1)),
    truncations: new Uint8Array(...take(1)),
  };
}
