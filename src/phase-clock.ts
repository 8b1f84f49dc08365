/** Where the time of a piece of work went: each moment belongs to the phase entered last. */
export class PhaseClock {
  readonly #seconds = new Map<string, number>();
  #phase: string | undefined;
  #since = 0;

  /** Ends the phase under way and begins another, or none. */
  enter(phase?: string): void {
    const now = performance.now();
    if (this.#phase !== undefined) this.add(this.#phase, (now - this.#since) / 1000);
    this.#phase = phase;
    this.#since = now;
  }

  /** Adds time that was measured elsewhere. */
  add(phase: string, seconds: number): void {
    this.#seconds.set(phase, (this.#seconds.get(phase) ?? 0) + seconds);
  }

  /** Seconds by phase since the last call, in the order in which the phases were first entered. */
  take(): Record<string, number> {
    this.enter();
    const seconds = Object.fromEntries(this.#seconds);
    this.#seconds.clear();
    return seconds;
  }
}
