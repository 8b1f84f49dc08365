const INTERRUPTED = 130;

/**
 * Turns Ctrl-C and SIGTERM into an abort signal: once, and the run finishes its iteration and saves; twice, and the
 * process ends at once with what was saved last.
 */
export function interruptSignal(): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
    process.stderr.write("\nfinishing this iteration, then saving; once more to stop at once\n");
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    release() {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}

export function exitInterrupted(): void {
  process.exitCode = INTERRUPTED;
}
