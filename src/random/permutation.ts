import { multiplyHigh, philox4x32 } from "./philox.js";
import type { StreamKey } from "./streams.js";

const words = new Uint32Array(4);

/**
 * Fills `out` with a permutation of 0..n-1 that depends on (stream, iteration, epoch) alone: Fisher–Yates with
 * unbiased bounded draws (Lemire 2019, arXiv 1805.10941) from a counter-based generator.
 */
export function permutation(key: StreamKey, iteration: number, epoch: number, out: Int32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = i;
  let draws = 0;
  for (let i = out.length - 1; i > 0; i--) {
    const bound = i + 1;
    const threshold = (4294967296 - bound) % bound;
    let word: number;
    do {
      if ((draws & 3) === 0) philox4x32(key[0], key[1], draws >>> 2, epoch, iteration, 1, words);
      word = words[draws & 3]!;
      draws += 1;
    } while (Math.imul(word, bound) >>> 0 < threshold);
    const j = multiplyHigh(word, bound);
    const swapped = out[i]!;
    out[i] = out[j]!;
    out[j] = swapped;
  }
}
