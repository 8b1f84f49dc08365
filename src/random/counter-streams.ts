import { cos, log, sin } from "../math/index.js";
import { multiplyHigh, philox4x32 } from "./philox.js";
import type { StreamKey } from "./streams.js";

const TWO_32 = 4294967296;
const TWO_PI = 6.283185307179586;

type Numbers = Float64Array | Float32Array;

/**
 * Standard normals keyed by (stream, step): what `fill(step)` writes depends on nothing else, not on earlier calls,
 * not on the thread. Box–Muller in float64 with our own log, sin and cos.
 *
 * step: a whole number up to 2^53.
 */
export class NormalStream {
  readonly #words = new Uint32Array(4);

  constructor(readonly key: StreamKey) {}

  fill(step: number, out: Numbers): void {
    const words = this.#words;
    for (let i = 0; i < out.length; i += 2) {
      draw(this.key, step, i >> 1, words);
      const radius = Math.sqrt(-2 * log(openUniform(words[0]!, words[1]!)));
      const angle = TWO_PI * uniform(words[2]!, words[3]!);
      out[i] = radius * cos(angle);
      if (i + 1 < out.length) out[i + 1] = radius * sin(angle);
    }
  }
}

/** Uniform doubles in [0, 1) with 53 bits, keyed by (stream, step) as NormalStream's. */
export class UniformStream {
  readonly #words = new Uint32Array(4);

  constructor(readonly key: StreamKey) {}

  fill(step: number, out: Numbers): void {
    const words = this.#words;
    for (let i = 0; i < out.length; i += 2) {
      draw(this.key, step, i >> 1, words);
      out[i] = uniform(words[0]!, words[1]!);
      if (i + 1 < out.length) out[i + 1] = uniform(words[2]!, words[3]!);
    }
  }
}

/**
 * Whole numbers in [0, bound), all equally likely, keyed by (stream, step) as NormalStream's.
 *
 * bound: a whole number from 1 to 2^31.
 * Source: Lemire 2019 (arXiv 1805.10941), on successive 32-bit words.
 */
export class IndexStream {
  readonly #words = new Uint32Array(4);

  constructor(readonly key: StreamKey) {}

  fill(step: number, bound: number, out: Int32Array): void {
    const words = this.#words;
    const threshold = (TWO_32 - bound) % bound;
    let draws = 0;
    for (let i = 0; i < out.length; i++) {
      let word: number;
      do {
        if ((draws & 3) === 0) draw(this.key, step, draws >>> 2, words);
        word = words[draws & 3]!;
        draws += 1;
      } while (Math.imul(word, bound) >>> 0 < threshold);
      out[i] = multiplyHigh(word, bound);
    }
  }
}

function draw(key: StreamKey, step: number, block: number, words: Uint32Array): void {
  philox4x32(key[0], key[1], step % TWO_32, Math.floor(step / TWO_32), block, 0, words);
}

/** 53 bits as a double in [0, 1). */
function uniform(high: number, low: number): number {
  return ((high >>> 5) * 67108864 + (low >>> 6)) / 9007199254740992;
}

/** The same in (0, 1], for a logarithm. */
function openUniform(high: number, low: number): number {
  return ((high >>> 5) * 67108864 + (low >>> 6) + 1) / 9007199254740992;
}
