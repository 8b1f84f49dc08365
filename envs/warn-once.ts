const told = new Set<string>();

/** Says on the console (stderr) what is no error, the first time that `key` comes up; each thread says it for itself. */
export function warnOnce(key: string, sentence: string): void {
  if (told.has(key)) return;
  told.add(key);
  console.warn(`warning: ${sentence} This is said once a thread.`);
}
