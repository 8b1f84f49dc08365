import { InvalidArgument } from "../../api/errors.js";

/** Far more than a robot's description has; a run's config holds it as text. */
const MAX_CHARACTERS = 200 * 1024;
/** The compiler's time grows with their square. */
const MAX_ELEMENTS = 3000;
/** The engine recurses into bodies: twice as deep ends its stack, and the engine with it. */
const MAX_DEPTH = 100;
/** Copies of replicate, composite and flexcomp: each `count` multiplies what stands within, so all are multiplied. */
const MAX_COPIES = 1000;
/** Counts that a few characters could make larger than the engine's memory, whose end is the engine's. */
const MAX_SIZES: Readonly<Record<string, number>> = {
  nkey: 10_000,
  nuserdata: 10_000,
  width: 4096,
  height: 4096,
  nrow: 2048,
  ncol: 2048,
};

/**
 * Refuses an MJCF whose text, elements, nesting or counts would cost its reader minutes, or the engine its memory. What a
 * model costs to simulate is not limited.
 *
 * Throws InvalidArgument naming the number and its limit.
 */
export function checkModelLimits(xml: string, file: string): void {
  refuseAbove(xml.length, MAX_CHARACTERS, file, "characters");
  let elements = 0;
  let depth = 0;
  for (const step of tagsOf(xml)) {
    if (step === 1) elements += 1;
    depth += step;
    if (depth > MAX_DEPTH) throw invalid(`${file} nests elements more than ${MAX_DEPTH} levels deep.`);
  }
  refuseAbove(elements, MAX_ELEMENTS, file, "elements");
  let copies = 1;
  for (const [, name, quoted] of xml.matchAll(
    /\b(count|nkey|nuserdata|width|height|nrow|ncol)\s*=\s*("[^"]*"|'[^']*')/g,
  )) {
    const value = quoted!.slice(1, -1);
    // A digit written as an entity would not be counted.
    if (value.includes("&")) throw invalid(`${file}: ${name}=${quoted} must be written in plain digits.`);
    const numbers = value.trim().split(/\s+/).map(Number.parseFloat);
    if (name === "count") {
      for (const number of numbers) copies *= Math.max(1, Math.abs(number) || 1);
      if (copies > MAX_COPIES) {
        throw invalid(
          `${file} makes ${copies} copies (all counts multiplied), at most ${MAX_COPIES} are made.`,
        );
      }
    } else {
      const [limit, largest] = [MAX_SIZES[name!]!, Math.max(...numbers)];
      if (largest > limit) throw invalid(`${file}: ${name} is ${largest}, at most ${limit} is allowed.`);
    }
  }
}

/** 1 for each element that opens, -1 for each that closes; what stands in comments, character data and values is no tag. */
function* tagsOf(xml: string): Generator<1 | -1> {
  const after = (end: string, from: number) => {
    const at = xml.indexOf(end, from);
    return at === -1 ? xml.length : at + end.length;
  };
  for (let at = xml.indexOf("<"); at !== -1; at = xml.indexOf("<", at)) {
    if (xml.startsWith("<!--", at)) at = after("-->", at + 4);
    else if (xml.startsWith("<![CDATA[", at)) at = after("]]>", at);
    else if (/[!?]/.test(xml[at + 1] ?? "")) at = after(">", at);
    else if (xml[at + 1] === "/") {
      yield -1;
      at = after(">", at);
    } else {
      yield 1;
      at = endOfTag(xml, at);
      if (xml[at - 2] === "/") yield -1;
    }
  }
}

/** Behind the `>` of the tag that begins here: one in a value doesn't count. */
function endOfTag(xml: string, start: number): number {
  let quote: string | undefined;
  for (let at = start; at < xml.length; at++) {
    const character = xml[at]!;
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === ">") return at + 1;
  }
  return xml.length;
}

function refuseAbove(count: number, limit: number, file: string, what: string): void {
  if (count > limit) throw invalid(`${file} has ${count} ${what}, at most ${limit} are allowed.`);
}

function invalid(what: string): InvalidArgument {
  return new InvalidArgument("env-argument", `mujoco: the model ${what}`);
}
