import { Arena } from "./arena.js";
import { type Kernels, SAMPLE_BLOCK } from "./kernels.js";
import { loadKernels } from "./load.js";

const WIDTH = 64;
const FLOPS = 2 * WIDTH * WIDTH * SAMPLE_BLOCK;
/** The engine's compiler has its best version ready by then. */
const WARM_UP_MILLISECONDS = 50;
/** Products between two looks at the clock. */
const TURNS = 10;

/**
 * The rate of the kernels' forward product at a size that stays in the first cache, one thread: what a learner that did
 * nothing else would reach. Measured in pieces between the pieces of another work, so that both share the machine's moods.
 */
export class MatrixRate {
  #flops = 0;
  #seconds = 0;
  readonly #product: () => void;

  static async create(device: string): Promise<MatrixRate> {
    const arena = Arena.create();
    const rate = new MatrixRate(await loadKernels(device, arena), arena);
    rate.measure(WARM_UP_MILLISECONDS);
    rate.#flops = rate.#seconds = 0;
    return rate;
  }

  private constructor(kernels: Kernels, arena: Arena) {
    const ones = (name: string, length: number) => arena.allocate(name, "f32", length).fill(1);
    const [weight, bias] = [ones("weight", WIDTH * WIDTH), ones("bias", WIDTH)];
    const [input, output] = [ones("input", WIDTH * SAMPLE_BLOCK), ones("output", WIDTH * SAMPLE_BLOCK)];
    this.#product = () => kernels.denseForward(weight, bias, input, output, WIDTH, WIDTH, SAMPLE_BLOCK);
  }

  /** Measures for so long more. */
  measure(milliseconds: number): void {
    this.#product();
    const startedAt = performance.now();
    let now = startedAt;
    while (now - startedAt < milliseconds) {
      for (let turn = 0; turn < TURNS; turn++) this.#product();
      this.#flops += TURNS * FLOPS;
      now = performance.now();
    }
    this.#seconds += (now - startedAt) / 1000;
  }

  get gflops(): number {
    return this.#flops / this.#seconds / 1e9;
  }
}
