/**
 * Numbers that an expression stands for, each computed when it is asked for: one, which goes with any other, or
 * several, which go element by element with as many.
 */
export interface Value {
  readonly length: number;
  /** Written as a number: it is the same whenever it is asked for. */
  readonly isConstant?: boolean;
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

/** `length` numbers read by their index. */
export function indexed(length: number, read: (index: number) => number): Value {
  return { length, at: length === 1 ? () => read(0) : read };
}

export function constant(value: number): Value {
  return { length: 1, isConstant: true, at: () => value };
}

/** `apply` over the elements of several values; single numbers go with all. Undefined when two lengths differ. */
export function elementwise(
  values: readonly Value[],
  apply: (...elements: number[]) => number,
): Value | undefined {
  const lengths = new Set(values.map(({ length }) => length).filter((length) => length !== 1));
  if (lengths.size > 1) return undefined;
  const length = [...lengths][0] ?? 1;
  return {
    length,
    isConstant: values.every(({ isConstant }) => isConstant === true),
    at: elements(values, apply),
  };
}

/** Without an array per element for the usual counts. */
function elements(values: readonly Value[], apply: (...elements: number[]) => number): Value["at"] {
  const [a, b, c] = values;
  if (values.length === 1) return (index) => apply(a!.at(index));
  if (values.length === 2) return (index) => apply(a!.at(index), b!.at(index));
  if (values.length === 3) return (index) => apply(a!.at(index), b!.at(index), c!.at(index));
  return (index) => apply(...values.map((value) => value.at(index)));
}
