import {
  type Document,
  isMap,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { UsageError } from "../errors.js";
import type { ConfigLayer } from "./layer.js";

/** A config is a page of text, or holds a user's model, which YAML indents; anything larger is something else. */
const MAX_CHARACTERS = 1024 * 1024;

/** Aliases multiply when they are resolved; a config needs hardly any. */
const MAX_ALIASES = 20;

/** Deeper nesting than a config has; far below what overflows the stack of yaml's composer. */
const MAX_DEPTH = 20;

/** Keys are compared with one another, and each comment is kept: a config has a few hundred, a preset some 1,300. */
const MAX_LEXEMES = 10_000;

/** A mapping in a YAML file, every key with its place. */
export interface YamlMapping {
  readonly file: string;
  readonly entries: readonly YamlEntry[];
}

export interface YamlEntry {
  readonly key: string;
  readonly value: unknown;
  /** `file:line` of the key. */
  readonly place: string;
  /** The value again, where it is a mapping itself. */
  readonly mapping?: YamlMapping;
}

/**
 * Parses the text of a YAML file whose top level is a mapping; `file` is how errors name it.
 *
 * Throws UsageError as `file:line: …` for what is no YAML, a repeated key, a key that is no plain text, another top
 * level, too much text, nesting or too many aliases.
 */
export function parseYamlMapping(text: string, file: string): YamlMapping {
  if (text.length > MAX_CHARACTERS) {
    throw invalid(file, `the file has ${text.length} characters; a config has at most ${MAX_CHARACTERS}.`);
  }
  const lines = new LineCounter();
  const { document, value } = parse(text, (offset) => `${file}:${lines.linePos(offset).line}`, file, lines);
  if (value === null) return { file, entries: [] };
  if (!isMap(document.contents))
    throw invalid(`${file}:1`, "the file must hold keys with values, like epochs: 10.");
  return readMapping(document.contents, value as Record<string, unknown>, file, lines);
}

/** One value as YAML reads it: `1e-3` is a number, `[64, 64]` a list, `null` and `true` themselves, anything else text. */
export function parseYamlValue(text: string, subject: string): unknown {
  return parse(text, () => subject, subject).value;
}

/** The entries as a layer of a config. */
export function yamlLayer({ entries }: YamlMapping): ConfigLayer {
  return new Map(
    entries.map(({ key, value, place }) => [key, { value, subject: `${place}: key ${JSON.stringify(key)}` }]),
  );
}

function parse(
  text: string,
  placeOf: (offset: number) => string,
  whole: string,
  lineCounter?: LineCounter,
): { document: Document; value: unknown } {
  try {
    refuseExcess(text);
    const options = { prettyErrors: false, logLevel: "error" } as const;
    const document = parseDocument(text, lineCounter === undefined ? options : { ...options, lineCounter });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) {
      const message = problem.code === "MULTIPLE_DOCS" ? "A second document begins here" : problem.message;
      throw invalid(placeOf(problem.pos[0]), sentence(message));
    }
    return { document, value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    // Nesting too deep, an alias without its anchor, or too many of them.
    throw invalid(whole, sentence((cause as Error).message), cause);
  }
}

/** yaml's lexer and parser keep a stack of their own; its composer recurses, and an overflow there can end the process. */
function refuseExcess(text: string): void {
  const parser = new Parser();
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > MAX_LEXEMES) throw new Error(`It has more than ${MAX_LEXEMES} keys, values and marks`);
    // The parser moves on as its tokens are taken.
    Array.from(parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) throw new Error(`It nests more than ${MAX_DEPTH} levels deep`);
  }
}

function readMapping(
  map: YAMLMap,
  values: Record<string, unknown>,
  file: string,
  lines: LineCounter,
): YamlMapping {
  const entries = map.items.map(({ key, value: node }) => {
    if (!isScalar(key)) throw invalid(file, "every key must be plain text.");
    const name = String(key.value);
    const value = values[name];
    const entry = { key: name, value, place: `${file}:${lines.linePos(key.range![0]).line}` };
    return isMap(node)
      ? { ...entry, mapping: readMapping(node, value as Record<string, unknown>, file, lines) }
      : entry;
  });
  return { file, entries };
}

function sentence(message: string): string {
  return `${message.replace(/\.$/, "")}.`;
}

function invalid(place: string, what: string, cause?: unknown): UsageError {
  return new UsageError("yaml", `${place}: ${what}`, { cause });
}
