/**
 * Numbers that an expression stands for, each computed when it is asked for: one, which goes with any other, or
 * several, which go element by element with as many.
 */
export interface Value {
  readonly length: number;
  /** Element `index`, counted from 0; a single number is every element of itself. */
  at(index: number): number;
}

/** What an expression may name beside arithmetic. */
export interface Scope {
  readonly variables: ReadonlyMap<string, Value>;
  readonly functions: ReadonlyMap<string, ScopeFunction>;
}

/** A function that takes names of things (plain or quoted: `site(tip)`, `site("left-tip")`), then values. */
export interface ScopeFunction {
  readonly names: number;
  readonly values: readonly [least: number, most: number];
  /** Throws an Error whose message completes `the expression … `, when it can't take what it was given. */
  build(names: readonly string[], values: readonly Value[]): Value;
}

export function single(read: () => number): Value {
  return { length: 1, at: read };
}

/** `apply` over the elements of several values; single numbers go with all. Undefined when two lengths differ. */
export function elementwise(
  values: readonly Value[],
  apply: (...elements: number[]) => number,
): Value | undefined {
  const lengths = new Set(values.map(({ length }) => length).filter((length) => length !== 1));
  if (lengths.size > 1) return undefined;
  const length = [...lengths][0] ?? 1;
  const [a, b] = values;
  if (values.length === 1) return { length, at: (index) => apply(a!.at(index)) };
  if (values.length === 2) return { length, at: (index) => apply(a!.at(index), b!.at(index)) };
  return { length, at: (index) => apply(...values.map((value) => value.at(index))) };
}
