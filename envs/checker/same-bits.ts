/**
 * Whether two values (observations, infos, states) are the same to the last bit: 0 is not -0, NaN is NaN.
 * Looks into arrays, maps and objects; functions are no data and count as the same.
 */
export function sameBits(a: unknown, b: unknown): boolean {
  return firstDifference(a, b) === undefined;
}

/** Where the first difference is, as in `.velocity[2]: 0.5, then 0.25`; undefined when there is none. */
export function firstDifference(a: unknown, b: unknown, at = ""): string | undefined {
  if (Object.is(a, b) || (typeof a === "function" && typeof b === "function")) return undefined;
  const [left, right] = [entriesOf(a), entriesOf(b)];
  if (left === undefined || right === undefined)
    return `${at}: ${shown(a)}, then ${shown(b)}`.replace(/^: /, "");
  if (left.kind !== right.kind || left.entries.length !== right.entries.length) {
    return `${at}: ${left.kind}(${left.entries.length}), then ${right.kind}(${right.entries.length})`.replace(
      /^: /,
      "",
    );
  }
  for (const [k, [key, value]] of left.entries.entries()) {
    const [otherKey, otherValue] = right.entries[k]!;
    if (key !== otherKey) return `${at}: key ${key}, then ${otherKey}`.replace(/^: /, "");
    const found = firstDifference(value, otherValue, /^\d+$/.test(key) ? `${at}[${key}]` : `${at}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A value of its own, that later changes to the given one don't reach; what is no data is kept as it is. */
export function copyOf<T>(value: T): T {
  return copied(value) as T;
}

// Not structuredClone: it refuses functions, and of a view into an engine's memory it copies all of that memory.
function copied(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return "slice" in value ? (value as Uint8Array).slice() : value;
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Map) return new Map([...value].map(([key, held]) => [key, copied(held)]));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, copied(held)]));
}

interface Entries {
  readonly kind: string;
  readonly entries: readonly (readonly [string, unknown])[];
}

function entriesOf(value: unknown): Entries | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const kind = (value as { constructor?: { name?: string } }).constructor?.name ?? "Object";
  if (value instanceof Map) return { kind, entries: [...value].map(([key, held]) => [String(key), held]) };
  const isSorted = ArrayBuffer.isView(value) || Array.isArray(value);
  const entries = Object.entries(value);
  return { kind, entries: isSorted ? entries : entries.sort(([x], [y]) => (x < y ? -1 : 1)) };
}

function shown(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
