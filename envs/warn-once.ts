const told = new Set<string>();

/** Says on the console (stderr) what is no error, the first time in this thread that `key` comes up. */
export function warnOnce(key: string, sentence: string): void {
  if (told.has(key)) return;
  told.add(key);
  console.warn(`warning: ${sentence} This is said once.`);
}
