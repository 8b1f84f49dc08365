const INTERRUPTED = 130;

/** SIGHUP: the terminal, or the connection to it, is gone. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Turns these signals into an abort signal: once, and the run finishes its iteration and saves; twice, and the
 * process ends at once with what was saved last.
 */
export function interruptSignal(): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
    process.stderr.write("\nfinishing this iteration, then saving; once more to stop at once\n");
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    release() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}

export function exitInterrupted(): void {
  process.exitCode = INTERRUPTED;
}
