import { availableParallelism } from "node:os";
import type { StateTree } from "../api/state.js";
import { type EnvArguments, shown } from "../arguments.js";
import type { EnvSpaces } from "./batch-spaces.js";
import { AlreadyPendingCall, InvalidVectorArgument, NoAsyncCall } from "./errors.js";
import { readResetRequest } from "./reset-request.js";
import { sendable } from "./sendable.js";
import { VectorBase } from "./vector-base.js";
import { checkNumEnvs, VectorCore, type VectorSettings } from "./vector-core.js";
import type { VectorEnv, VectorReset, VectorResetOptions, VectorStep } from "./vector-env.js";
import type { IndexedInfo } from "./vector-info.js";
import { type VectorCall, VectorThread, type VectorThreadData } from "./vector-thread-node.js";

/** What an AsyncVectorEnv is made from; environments are named as data, since a worker makes them. */
export interface AsyncVectorSetup extends Partial<VectorSettings> {
  readonly id: string;
  /** One entry per sub-environment. */
  readonly kwargs: readonly EnvArguments[];
  /** URL of a module that exports `make(id, kwargs)`; by default this package's environments. */
  readonly module?: string;
  /** At most one per sub-environment; by default one per core. */
  readonly threads?: number;
}

/**
 * Environments in Node worker threads, several in each; the same results as SyncVectorEnv, bit for bit, whatever the
 * number of threads. Observations, actions, rewards and flags lie in shared memory.
 *
 * One call at a time: `stepAsync` and `resetAsync` start one, `stepWait` and `resetWait` take its answer; `step` and
 * `reset` do both. An error of an environment comes with its name, code and message, as its base class.
 */
export class AsyncVectorEnv extends VectorBase implements VectorEnv {
  readonly #threads: readonly VectorThread[];
  #pending: { readonly call: string; readonly answer: Promise<unknown[]> } | undefined;
  #closing: Promise<void> | undefined;

  /** Throws what the module's `make` throws, InvalidVectorArgument, or UnbatchableSpaces. */
  static async create(setup: AsyncVectorSetup): Promise<AsyncVectorEnv> {
    const { id, kwargs, module = new URL("../index.js", import.meta.url).href } = setup;
    const { autoreset = "next_step", copy = true } = setup;
    checkNumEnvs(kwargs.length);
    const count = threadCount(setup.threads, kwargs.length);
    const threads: VectorThread[] = [];
    try {
      for (let k = 0; k < count; k++) {
        const firstEnv = Math.floor((k * kwargs.length) / count);
        const own = kwargs.slice(firstEnv, Math.floor(((k + 1) * kwargs.length) / count));
        threads.push(new VectorThread({ module, id, kwargs: own, firstEnv, autoreset }));
      }
      const spaces = (await callAll(threads, () => ({ kind: "make" }))) as EnvSpaces[][];
      const core = new VectorCore(
        spaces.flat(),
        { autoreset, copy },
        (bytes) => new SharedArrayBuffer(bytes),
      );
      const { memory, shape } = core;
      await callAll(threads, () => ({ kind: "attach", memory, shape }));
      return new AsyncVectorEnv(core, threads);
    } catch (error) {
      await Promise.all(threads.map((thread) => thread.end()));
      throw error;
    }
  }

  private constructor(core: VectorCore, threads: readonly VectorThread[]) {
    super(core);
    this.#threads = threads;
  }

  async reset(options: VectorResetOptions = {}): Promise<VectorReset> {
    this.#checkFree("reset");
    this.resetAsync(options);
    return this.resetWait();
  }

  async step(actions: ArrayLike<number>): Promise<VectorStep> {
    this.#checkFree("step");
    this.stepAsync(actions);
    return this.stepWait();
  }

  /** Throws ClosedEnvironment, AlreadyPendingCall or InvalidVectorArgument. */
  resetAsync(options: VectorResetOptions = {}): void {
    this.#checkFree("resetAsync");
    const request = readResetRequest(options, this.numEnvs);
    this.#start("resetAsync", () => ({ kind: "reset", request }));
  }

  /** Throws ClosedEnvironment or NoAsyncCall, or what a sub-environment threw. */
  async resetWait(): Promise<VectorReset> {
    return this.core.resetResult(await this.#takeInfos("resetWait", "resetAsync"));
  }

  /**
   * Throws ClosedEnvironment, AlreadyPendingCall, InvalidAction, or StepAfterEnd (autoreset disabled; Gymnasium's own
   * asynchronous version goes on without a word).
   */
  stepAsync(actions: ArrayLike<number>): void {
    this.#checkFree("stepAsync");
    this.core.takeActions(actions);
    this.#start("stepAsync", () => ({ kind: "step" }));
  }

  /** Throws ClosedEnvironment or NoAsyncCall, or what a sub-environment threw. */
  async stepWait(): Promise<VectorStep> {
    return this.core.stepResult(await this.#takeInfos("stepWait", "stepAsync"));
  }

  /**
   * Throws as that of SyncVectorEnv, AlreadyPendingCall, and UnsendableValue when an argument or an answer is no plain
   * data.
   */
  async call(name: string, ...args: unknown[]): Promise<unknown[]> {
    return this.#callEnvs("call", name, args);
  }

  /** Throws as `call`. */
  async getAttr(name: string): Promise<unknown[]> {
    return this.#callEnvs("getAttr", name, []);
  }

  /** Throws as that of SyncVectorEnv, AlreadyPendingCall, and UnsendableValue when a value is no plain data. */
  async setAttr(name: string, values: unknown): Promise<void> {
    this.#checkFree("setAttr");
    const each = this.core.valuesFor(name, values).map((value) => sendable(value, `The value of "${name}"`));
    this.#start("setAttr", ({ data }) => ({ kind: "setAttr", name, values: ownPart(each, data) }));
    await this.#take("setAttr", "setAttr");
  }

  async state(): Promise<StateTree> {
    this.#checkFree("state");
    this.#start("state", () => ({ kind: "state" }));
    return this.core.state(((await this.#take("state", "state")) as StateTree[][]).flat());
  }

  async restore(state: StateTree): Promise<void> {
    this.#checkFree("restore");
    const saved = this.core.readState(state);
    this.#start("restore", ({ data }) => ({ kind: "restore", states: ownPart(saved.envs, data) }));
    await this.#take("restore", "restore");
    this.core.restoreBuffers(saved);
  }

  /** Waits for a call under way, whose answer is lost, then closes the environments and ends the threads. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.core.isClosed = true;
    const pending = this.#pending;
    this.#pending = undefined;
    try {
      await pending?.answer.catch(() => {});
      const alive = this.#threads.filter((thread) => !thread.hasFailed);
      await callAll(alive, () => ({ kind: "close" }));
    } finally {
      await Promise.all(this.#threads.map((thread) => thread.end()));
    }
  }

  async #callEnvs(call: string, name: string, args: readonly unknown[]): Promise<unknown[]> {
    this.#checkFree(call);
    const sent = args.map((value, i) => sendable(value, `Argument ${i} of "${name}"`));
    this.#start(call, () => ({ kind: "call", name, args: sent }));
    return ((await this.#take(call, call)) as unknown[][]).flat(1);
  }

  #checkFree(call: string): void {
    this.core.checkOpen(call);
    if (this.#pending !== undefined) throw new AlreadyPendingCall(call, this.#pending.call);
  }

  #start(call: string, callFor: (thread: VectorThread) => VectorCall): void {
    const answer = callAll(this.#threads, callFor);
    // Whoever waits hears of a failure; until then it is not one that nobody handles.
    answer.catch(() => {});
    this.#pending = { call, answer };
  }

  async #takeInfos(wait: string, call: string): Promise<IndexedInfo[]> {
    return ((await this.#take(wait, call)) as IndexedInfo[][]).flat();
  }

  /** The answer of the pending call; calls stay refused until it is there. */
  async #take(wait: string, call: string): Promise<unknown[]> {
    this.core.checkOpen(wait);
    const pending = this.#pending;
    if (pending?.call !== call) throw new NoAsyncCall(wait, call);
    try {
      return await pending.answer;
    } finally {
      if (this.#pending === pending) this.#pending = undefined;
    }
  }
}

/** The entries of a list over all sub-environments that are a thread's own. */
function ownPart<T>(list: readonly T[], { firstEnv, kwargs }: VectorThreadData): readonly T[] {
  return list.slice(firstEnv, firstEnv + kwargs.length);
}

/** Asks every thread and waits for all of them, also when one fails: none may still be writing afterwards. */
async function callAll(
  threads: readonly VectorThread[],
  callFor: (thread: VectorThread) => VectorCall,
): Promise<unknown[]> {
  const answers = await Promise.allSettled(threads.map((thread) => thread.call(callFor(thread))));
  return answers.map((answer) => {
    if (answer.status === "rejected") throw answer.reason;
    return answer.value as unknown;
  });
}

function threadCount(threads: number | undefined, numEnvs: number): number {
  const wanted = threads ?? availableParallelism();
  if (Number.isSafeInteger(wanted) && wanted >= 1) return Math.min(wanted, numEnvs);
  throw new InvalidVectorArgument(
    "vector-threads",
    `threads must be a whole number of at least 1, got ${shown(threads)}.`,
  );
}
