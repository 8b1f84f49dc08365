const LARGE = 1000;

/** A number as tables and axes show it: thousands separated, about four digits; "–" for none. */
export function numberText(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  const digits = size >= LARGE ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3;
  return fixed(value, digits);
}

/** With all its digits, as a tick of an axis has few. */
export function tickText(value: number): string {
  return Math.abs(value) < 1e-6 && value !== 0 ? value.toExponential() : trimmed(fixed(value, 6));
}

function fixed(value: number, digits: number): string {
  const [whole, fraction] = value.toFixed(digits).split(".");
  // Beyond 1e21 toFixed writes an exponent.
  const separated = whole!.includes("e") ? whole! : whole!.replace(/\B(?=(\d{3})+$)/g, ",");
  const text = fraction === undefined ? separated : `${separated}.${fraction}`;
  return /^-[0,.]+$/.test(text) ? text.slice(1) : text;
}

function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
