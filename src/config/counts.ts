/** Powers of ten that a suffix stands for. */
const SUFFIXES: Readonly<Record<string, number>> = { k: 3, m: 6, g: 9 };

/**
 * Reads a count written for people: `1000`, `1_000`, `1e6`, `1.5M`, `200k`. Undefined when it is not a whole number that
 * float64 holds exactly.
 */
export function readCount(text: string): number | undefined {
  const match = /^(\d[\d_]*(?:\.\d+)?)(?:e(\d{1,2})|([kmg]))?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, digits, exponent, suffix] = match;
  const power = suffix === undefined ? (exponent ?? "0") : SUFFIXES[suffix.toLowerCase()]!;
  // Left to the decimal parser, 1.1M is exactly 1,100,000; 1.1 * 1e6 is not.
  const value = Number(`${digits!.replaceAll("_", "")}e${power}`);
  return Number.isSafeInteger(value) ? value : undefined;
}
