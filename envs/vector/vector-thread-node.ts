import { Worker } from "node:worker_threads";
import { RlAdanError } from "../../src/errors.js";
import { type PackedError, unpackError } from "../../src/packed-error.js";
import type { StateTree } from "../api/state.js";
import type { EnvArguments } from "../arguments.js";
import type { ResetRequest } from "./reset-request.js";
import type { VectorShape } from "./vector-buffers.js";
import type { AutoresetMode } from "./vector-env.js";

/** What a worker is started with: its part of the environments, as data. */
export interface VectorThreadData {
  readonly module: string;
  readonly id: string;
  /** One entry per environment of this part. */
  readonly kwargs: readonly EnvArguments[];
  readonly firstEnv: number;
  readonly autoreset: AutoresetMode;
}

export type VectorCall =
  | { readonly kind: "make" | "step" | "state" | "close" }
  | { readonly kind: "attach"; readonly memory: ArrayBufferLike; readonly shape: VectorShape }
  | { readonly kind: "reset"; readonly request: ResetRequest }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly unknown[] }
  | { readonly kind: "setAttr"; readonly name: string; readonly values: readonly unknown[] }
  | { readonly kind: "restore"; readonly states: readonly StateTree[] };

export type VectorReply =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: PackedError };

/** One worker with several environments; answers one call at a time. While it is idle it keeps no program alive. */
export class VectorThread {
  readonly #worker: Worker;
  #waiting: { resolve: (value: unknown) => void; reject: (error: unknown) => void } | undefined;
  #failure: unknown;

  constructor(readonly data: VectorThreadData) {
    this.#worker = new Worker(new URL("./vector-worker-node.js", import.meta.url), { workerData: data });
    this.#worker.on("message", (reply: VectorReply) => {
      const waiting = this.#settle();
      if (reply.kind === "value") waiting?.resolve(reply.value);
      else waiting?.reject(unpackError(reply.error));
    });
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", (code) =>
      this.#fail(
        new RlAdanError("vector-exit", `A thread of environments ended unexpectedly (exit code ${code}).`),
      ),
    );
    this.#worker.unref();
  }

  call(call: VectorCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#waiting = { resolve, reject };
      this.#worker.ref();
      try {
        this.#worker.postMessage(call);
      } catch (error) {
        // Reset options that hold what can't be cloned.
        this.#settle()?.reject(error);
      }
    });
  }

  /** Whether the thread ended by itself, so that no call will be answered any more. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  async end(): Promise<void> {
    this.#worker.removeAllListeners("exit");
    await this.#worker.terminate();
  }

  #settle() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#worker.unref();
    return waiting;
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#settle()?.reject(this.#failure);
  }
}
