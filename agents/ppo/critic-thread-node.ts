import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { RlAdanError } from "../../src/errors.js";
import type { ArenaRegion } from "../../src/kernels/arena.js";
import type { CriticResult } from "./critic-half.js";
import { CriticExchange, type CriticThread, type CriticThreadSetup } from "./critic-thread.js";

/** What the worker is started with. */
export interface CriticWorkerData extends Omit<CriticThreadSetup, "arena"> {
  readonly memory: WebAssembly.Memory;
  readonly regions: readonly ArenaRegion[];
  readonly spinMilliseconds: number;
}

/** The next minibatch is some microseconds away, a rollout much longer. */
const SPIN_MILLISECONDS = 0.2;
/** How long the calling thread sleeps before its event loop gets a turn. */
const SLEEP_MILLISECONDS = 20;

/** Starts the thread; resolves when it waits for work. */
export async function createCriticThread(setup: CriticThreadSetup): Promise<CriticThread> {
  const { arena, ...rest } = setup;
  const exchange = CriticExchange.create(arena);
  // Spinning on a single core would keep the other thread from it.
  const spinMilliseconds = availableParallelism() > 1 ? SPIN_MILLISECONDS : 0;
  const data: CriticWorkerData = {
    ...rest,
    memory: arena.memory,
    regions: arena.regions,
    spinMilliseconds,
  };
  const worker = new Worker(new URL("./critic-worker-node.js", import.meta.url), { workerData: data });
  const thread = new NodeCriticThread(worker, exchange, spinMilliseconds);
  await thread.ready;
  return thread;
}

class NodeCriticThread implements CriticThread {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #exchange: CriticExchange;
  readonly #spinMilliseconds: number;
  #failure: unknown;

  constructor(worker: Worker, exchange: CriticExchange, spinMilliseconds: number) {
    this.#worker = worker;
    this.#exchange = exchange;
    this.#spinMilliseconds = spinMilliseconds;
    this.ready = new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        this.#failure ??= error;
        reject(this.#failure);
      };
      worker.once("message", () => {
        // A program that forgets to close it may end.
        worker.unref();
        resolve();
      });
      worker.on("error", fail);
      worker.on("exit", (code) => {
        fail(new RlAdanError("critic-exit", `The critic's thread ended unexpectedly (exit code ${code}).`));
      });
    });
  }

  start(start: number, end: number): void {
    this.#exchange.ask(start, end);
  }

  async finish(): Promise<CriticResult> {
    while (!this.#exchange.awaitAnswer(this.#spinMilliseconds, SLEEP_MILLISECONDS)) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#failure !== undefined) throw this.#failure;
    }
    return this.#exchange.result;
  }

  async close(): Promise<void> {
    this.#worker.removeAllListeners("exit");
    this.#failure ??= new RlAdanError("critic-exit", "The critic's thread is closed.");
    await this.#worker.terminate();
  }
}
