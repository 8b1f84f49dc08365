/** How long a computation may keep its thread before the event loop gets a turn. */
const MAX_BLOCKING_MS = 25;

/**
 * Lets timers, signals and messages through during a long computation: `if (pacer.isDue) await pacer.pause()`, as often
 * as one likes. Results never depend on when it pauses.
 */
export class Pacer {
  #pausedAt = performance.now();

  get isDue(): boolean {
    return performance.now() - this.#pausedAt > MAX_BLOCKING_MS;
  }

  async pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (typeof setImmediate === "function") setImmediate(resolve);
      else setTimeout(resolve, 0);
    });
    this.#pausedAt = performance.now();
  }
}
