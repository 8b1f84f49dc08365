/**
 * The first SIGINT (Ctrl-C, a notebook's stop button) aborts `stop`; a second one finds no listener of ours and does what the program
 * does with it. Call what it returns when the work is over.
 */
export function stopOnInterrupt(stop: AbortController): () => void {
  const onInterrupt = () => stop.abort();
  process.once("SIGINT", onInterrupt);
  return () => {
    process.off("SIGINT", onInterrupt);
  };
}
