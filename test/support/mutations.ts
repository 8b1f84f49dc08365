import fc from "fast-check";

/** What a mutation makes of a file's bytes. */
export type Mutation<T> = (seed: T) => T;

const INTERESTING_BYTES = [0x00, 0x1b, 0x22, 0x26, 0x2a, 0x30, 0x3a, 0x5b, 0x7b, 0x7f, 0x80, 0xc0, 0xff];

/** One to five of: flip a bit, overwrite, delete, insert, double a part, cut off, at any places. */
export const byteMutation: fc.Arbitrary<Mutation<Buffer>> = fc
  .array(
    fc.record({
      kind: fc.constantFrom("flip", "overwrite", "delete", "insert", "double", "truncate"),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      span: fc.integer({ min: 1, max: 40 }),
      byte: fc.oneof(fc.constantFrom(...INTERESTING_BYTES), fc.integer({ min: 0, max: 255 })),
      text: fc.uint8Array({ minLength: 1, maxLength: 24 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((operations) => (seed) => {
    let bytes = Buffer.from(seed);
    for (const { kind, at, span, byte, text } of operations) {
      const start = Math.min(bytes.length, Math.floor(at * bytes.length));
      const [head, part, tail] = [
        bytes.subarray(0, start),
        bytes.subarray(start, start + span),
        bytes.subarray(start + span),
      ];
      if (kind === "flip" && part.length > 0) part[0]! ^= 1 << (byte % 8);
      else if (kind === "overwrite" && part.length > 0) part[0] = byte;
      else if (kind === "delete") bytes = Buffer.concat([head, tail]);
      else if (kind === "insert") bytes = Buffer.concat([head, text, part, tail]);
      else if (kind === "double") bytes = Buffer.concat([head, part, part, tail]);
      else if (kind === "truncate") bytes = Buffer.from(head);
    }
    return bytes;
  });

/** Stands for text that no JavaScript value would be written as: see `spelled`. */
const SPELLINGS: Readonly<Record<string, string>> = {
  "@infinity": "1e999",
  "@negative-infinity": "-1e999",
  "@huge": "18446744073709551616",
  "@deep-list": "[".repeat(20_000) + "]".repeat(20_000),
  "@deep-mapping": `${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`,
};

const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, false, 0, -1, 0.5, 1, 2, 3, 100, 1000, 1e6, 1e9, 2 ** 31, 2 ** 32, 2 ** 53, 1e308],
    ...["", "0", "x", "NaN", "../../outside/canary", "/etc/passwd", "\u001b[2J\u202e", "./evil.mjs:Evil"],
    ...["x".repeat(100_000), "1 / 0", "progress.constructor", 'import("node:fs")', "step-000000128"],
    ...[[], {}, [[]], [null], [1, 2, 3], { a: 1 }, { length: 1e9 }, { toString: 1 }, { $tensor: "nothing" }],
    ...[JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": 1}}'), { $tensor: 7 }],
    ...Object.keys(SPELLINGS),
  ),
  fc.double(),
  fc.string({ unit: "binary", maxLength: 20 }),
);

const KEYS = ["__proto__", "constructor", "toString", "length", "$tensor", "a", ""];

/** One to three of: replace, remove, add, swap or copy a value anywhere in a tree of plain data. */
export const treeMutation: fc.Arbitrary<Mutation<unknown>> = fc
  .array(
    fc.record({
      kind: fc.constantFrom("replace", "replace", "replace", "remove", "add", "copy"),
      at: fc.nat(),
      from: fc.nat(),
      key: fc.constantFrom(...KEYS),
      value: hostileValue,
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((operations) => (seed) => {
    const root = { tree: structuredClone(seed) };
    for (const { kind, at, from, key, value } of operations) {
      const places = placesIn(root);
      const place = places[at % places.length]!;
      const source = places[from % places.length]!;
      if (kind === "replace") set(place.parent, place.key, value);
      else if (kind === "copy") set(place.parent, place.key, structuredClone(get(source)));
      else if (kind === "remove") remove(place);
      else {
        const target = get(place);
        if (typeof target === "object" && target !== null) set(target, key, value);
      }
    }
    return root.tree;
  });

/** JSON, which YAML is a superset of, with what only text can say. */
export function spelled(tree: unknown): string {
  const text = JSON.stringify(tree) ?? "null";
  return text.replace(/"(@[a-z-]+)"/g, (quoted, name: string) => SPELLINGS[name] ?? quoted);
}

interface Place {
  readonly parent: object;
  readonly key: string;
}

function placesIn(root: object): Place[] {
  const places: Place[] = [];
  const visit = (parent: object) => {
    for (const key of Object.keys(parent)) {
      places.push({ parent, key });
      const child = get({ parent, key });
      if (typeof child === "object" && child !== null) visit(child);
    }
  };
  visit(root);
  return places;
}

function get({ parent, key }: Place): unknown {
  return Object.getOwnPropertyDescriptor(parent, key)?.value;
}

/** As JSON.parse does: `__proto__` becomes a key like any other. */
function set(parent: object, key: string, value: unknown): void {
  if (Array.isArray(parent) && key === "length") return;
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (!("tree" in parent)) delete (parent as Record<string, unknown>)[key];
}
