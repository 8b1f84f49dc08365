const INTERRUPTED = 130;

/** SIGHUP: the terminal, or the connection to it, is gone. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Turns these signals into an abort signal: once, and the run finishes its iteration and saves; twice, and the
 * process ends at once with what was saved last, unless `endAtOnce` does that in another way. A program that started this one
 * with a channel to it (a sweep) ends the run by closing that, or by being gone.
 *
 * isTold: whether stderr says so; a live table would paint over it.
 */
export function interruptSignal(
  endAtOnce: () => void = () => process.exit(INTERRUPTED),
  { isTold = true }: { readonly isTold?: boolean } = {},
): {
  signal: AbortSignal;
  release(): void;
} {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const onSignal = () => {
    if (controller.signal.aborted) return endAtOnce();
    abort();
    if (isTold) process.stderr.write("\nfinishing this iteration, then saving; once more to stop at once\n");
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on("disconnect", abort);
  // Listening holds nobody up, and may have begun too late.
  process.channel?.unref();
  if (process.connected === false) abort();
  return {
    signal: controller.signal,
    release() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      process.off("disconnect", abort);
    },
  };
}

export function exitInterrupted(): void {
  process.exitCode = INTERRUPTED;
}
